import type { Hex } from '@opem/domain'
import type { AccessParts } from '../../access/access.ts'
import { contractRequest, updateAccountCredential } from '../../access/contract/update-account-credential.ts'
import type { ContractLine } from '../../access/identity.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'

type Rows = OperationalStore['rows']

export type AccountLineParts = Pick<AccessParts, 'store' | 'identity' | 'pendingSeconds' | 'wakeDeliveries' | 'now'>

/**
 * An account's credential is to get a line; within the caller's transaction. Asked twice with the same `request`, it gets
 * one. @param now seconds since 1970
 */
export const wantAccountLine = (rows: Rows, it: { account: Hex; request: string; line: ContractLine; now: number }) =>
  rows(
    `INSERT INTO market_account_lines (request, account, line, wanted_at, next_try) VALUES ($1, $2, $3, $4, $4)
     ON CONFLICT (request) DO NOTHING`,
    [it.request, it.account, JSON.stringify(it.line), it.now],
  )

const AGAIN_SECONDS = 20
const AT_ONCE = 20

/**
 * Issues the next version of each account's credential that is to get a line: one at a time for each account, for the
 * version before has to be presented back first. What cannot be issued yet is tried again later.
 */
export async function issueAccountLines(parts: AccountLineParts): Promise<void> {
  const { store, now } = parts
  const due = await store.rows<{ request: string; account: Hex; line: ContractLine }>(
    `SELECT DISTINCT ON (l.account) l.request, l.account, l.line FROM market_account_lines l
     WHERE l.next_try <= $1 AND NOT EXISTS (
       SELECT 1 FROM account_credentials c WHERE c.account = l.account AND c.request = ${contractRequest('l.request')}
         AND (c.status IN ('active', 'superseded') OR (c.status = 'pending' AND c.pending_until > $1)))
     ORDER BY l.account, l.wanted_at, l.request LIMIT $2`,
    [now(), AT_ONCE],
  )
  for (const { request, account, line } of due) {
    const issued = await issue(parts, { request, account, line })
    await store.rows('UPDATE market_account_lines SET version = $2, why = $3, next_try = $4 WHERE request = $1', [
      ...[request, issued.version, issued.why, now() + AGAIN_SECONDS],
    ])
  }
}

async function issue(
  parts: AccountLineParts,
  { request, account, line }: { request: string; account: Hex; line: ContractLine },
): Promise<{ version: number | null; why: string | null }> {
  try {
    const { version } = await updateAccountCredential(parts, { account, addLines: [line], request })
    return { version, why: null }
  } catch (cause) {
    // Suspended now, or another version on its way: later. Anything else is the caller's to hear of.
    if (cause instanceof Refusal) return { version: null, why: cause.code }
    throw cause
  }
}

/** How far the credential with the line is. */
export interface LineProgress {
  readonly state: 'wanted' | 'pending' | 'active'
  readonly version: number | null
  /** The credential that waits for its receipt, for a citizen or machine; a company's wallet is brought it. */
  readonly credential: string | null
}

export async function accountLine(rows: Rows, request: string): Promise<LineProgress | undefined> {
  const [found] = await rows<{ version: number | null; status: string | null; jwt: string | null }>(
    `SELECT c.version, c.status, CASE WHEN a.kind <> 'company' THEN c.jwt END AS jwt FROM market_account_lines l
       JOIN accounts a ON a.account = l.account LEFT JOIN account_credentials c
       ON c.account = l.account AND c.request = ${contractRequest('l.request')} AND c.status <> 'abandoned'
     WHERE l.request = $1 ORDER BY c.version DESC NULLS LAST LIMIT 1`,
    [request],
  )
  if (found === undefined) return undefined
  const { version, status, jwt } = found
  if (status === null) return { version, state: 'wanted', credential: null }
  return status === 'pending'
    ? { version, state: 'pending', credential: jwt }
    : { version, state: 'active', credential: null }
}
