import { createHash } from 'node:crypto'
import type { Hex } from '@opem/domain'
import type { AccessParts } from '../../access/access.ts'
import { ISSUED_FOR_REQUEST, updateAccountCredential } from '../../access/contract/update-account-credential.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from './offers.ts'

interface Line {
  readonly agreement: Hex
  readonly account: Hex
  readonly kind: 'service' | 'data'
  readonly role: 'provider' | 'user'
  readonly since: string
  readonly request: string | null
}

type Parts = Pick<AccessParts, 'store' | 'identity' | 'pendingSeconds' | 'wakeDeliveries' | 'now'>

/**
 * Gives Account credentials the lines of agreements that were concluded: one new version with all lines that wait, while no
 * other version waits for its receipt. What the lines wait for stands in the store, so that a kill loses none.
 */
export async function issueLines(parts: Parts): Promise<void> {
  const accounts = await accountsInTurn(parts.store.rows, parts.now())
  for (const account of accounts) await issueTo(parts, account)
}

/**
 * Active accounts whose lines can be issued now, at most fifty. Those whose earlier version waits for its receipt are left
 * out: they may wait for a day, and would take the turns of everybody behind them.
 * @param now seconds since 1970
 */
export const accountsInTurn = async (rows: Rows, now: number): Promise<Hex[]> =>
  (
    await rows<{ account: Hex }>(
      `SELECT DISTINCT l.account FROM market_credential_lines l JOIN accounts a ON a.account = l.account
       WHERE a.status = 'active' AND NOT EXISTS (
         SELECT 1 FROM account_credentials c WHERE ${ISSUED_FOR_REQUEST} AND c.status IN ('active', 'superseded'))
       AND NOT EXISTS (
         SELECT 1 FROM account_credentials w WHERE w.account = l.account AND w.status = 'pending' AND w.pending_until > $1)
       ORDER BY l.account LIMIT 50`,
      [now],
    )
  ).map(({ account }) => account)

async function issueTo(parts: Parts, account: Hex): Promise<void> {
  const lines = await linesWithoutCredential(parts.store.rows, account, parts.now())
  if (lines.length === 0) return
  const request = requestOf(lines)
  // Written first: after a kill the same lines ask for the same update.
  await parts.store.transaction(async (rows) => {
    for (const { agreement, role } of lines)
      await rows(
        'UPDATE market_credential_lines SET request = $4 WHERE agreement = $1 AND account = $2 AND role = $3',
        [...[agreement, account, role], request],
      )
  })
  try {
    const { version } = await updateAccountCredential(parts, {
      ...{ account, request },
      addLines: lines.map(({ agreement: contract, kind, role, since }) => ({ contract, kind, role, since })),
    })
    await parts.store.rows('UPDATE market_credential_lines SET version = $3 WHERE account = $1 AND request = $2', [
      account,
      request,
      version,
    ])
  } catch (cause) {
    // Another version waits for its receipt, or the account is not active: its turn comes.
    if (!(cause instanceof Refusal)) throw cause
  }
}

/** Lines whose version does not exist, or was abandoned. */
const linesWithoutCredential = (rows: Rows, account: string, now: number): Promise<Line[]> =>
  rows<Line & { account: Hex }>(
    `SELECT agreement, account, kind, role, since, request FROM market_credential_lines l
     WHERE account = $1 AND NOT EXISTS (
       SELECT 1 FROM account_credentials c WHERE ${ISSUED_FOR_REQUEST}
         AND (c.status IN ('active', 'superseded') OR (c.status = 'pending' AND c.pending_until > $2)))
     ORDER BY agreement, role LIMIT 200`,
    [account, now],
  )

const requestOf = (lines: readonly Line[]): string =>
  `agreements ${createHash('sha256')
    .update(lines.map(({ agreement, role }) => `${agreement} ${role}`).join('\n'))
    .digest('hex')}`

/** How far the line of one side has come. */
export interface LineProgress {
  readonly version: number | null
  readonly state: 'waiting' | 'issued' | 'in-force'
  readonly hash: Hex | null
  /** For a citizen, who is handed it here; a company's wallet is brought it. */
  readonly credential: string | null
}

export async function lineOf(rows: Rows, agreement: string, account: string): Promise<LineProgress | undefined> {
  const [line] = await rows<{ version: number | null; status: string | null; hash: Hex | null; jwt: string | null }>(
    `SELECT c.version, c.status, c.hash, c.jwt FROM market_credential_lines l
     LEFT JOIN account_credentials c ON ${ISSUED_FOR_REQUEST} AND c.status <> 'abandoned'
     WHERE l.agreement = $1 AND l.account = $2 ORDER BY c.version DESC NULLS LAST LIMIT 1`,
    [agreement, account],
  )
  if (!line) return undefined
  const { version, status, hash, jwt } = line
  if (status === 'active' || status === 'superseded') return { version, state: 'in-force', hash, credential: null }
  if (status === 'pending') return { version, state: 'issued', hash, credential: jwt }
  return { version: null, state: 'waiting', hash: null, credential: null }
}
