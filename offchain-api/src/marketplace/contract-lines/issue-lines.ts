import { createHash } from 'node:crypto'
import type { AccessParts } from '../../access/access.ts'
import type { StoredAccount } from '../../access/accounts/accounts.ts'
import { readCredential } from '../../access/contract/credentials.ts'
import { updateAccountCredential } from '../../access/contract/update-account-credential.ts'
import type { AccountClaims, ContractLine } from '../../access/identity.ts'
import { isRetryable } from '../../rounds.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { type Batch, linesInTurn } from './lines-in-turn.ts'
import { HAS_LINE, type Rows } from './want-line.ts'

export type LineParts = Pick<AccessParts, 'store' | 'identity' | 'pendingSeconds' | 'wakeDeliveries' | 'now'>

/**
 * Gives Account credentials the lines of contracts: one new version with all lines that wait, while no other version waits
 * for its receipt. Whether a line has come is read from the credentials themselves and nowhere written before, so that a
 * kill between any two steps loses none and doubles none.
 */
export async function issueLines(parts: LineParts): Promise<void> {
  const { rows } = parts.store
  await settleLines(rows)
  let failed: unknown
  for (const batch of await linesInTurn(rows, parts.now()))
    try {
      await issue(parts, batch)
    } catch (cause) {
      // Suspended now, or another version on its way: its turn comes.
      if (cause instanceof Refusal) continue
      // Parts that are away fail for all. What fails for one account is heard of when the others have had their turn.
      if (isRetryable(cause)) throw cause
      failed ??= cause
    }
  if (failed !== undefined) throw failed
}

/** Lines of versions in force are done, and looked for no more. */
const settleLines = (rows: Rows) =>
  rows(
    `UPDATE market_contract_lines l SET version = c.version FROM account_credentials c
     WHERE l.version IS NULL AND c.account = l.account AND c.status = 'active' AND ${HAS_LINE}`,
  )

const issue = (parts: LineParts, { account, lines }: Batch) =>
  updateAccountCredential(parts, {
    ...{ account, addLines: lines, request: requestOf(lines) },
    check: (rows, it) => noneIssued(rows, it, lines),
  })

const keyOf = ({ contract, role }: ContractLine) => `${contract} ${role}`

const requestOf = (lines: readonly ContractLine[]): string =>
  `lines ${createHash('sha256').update(lines.map(keyOf).join('\n')).digest('hex')}`

/** Under the lock on the account: another process may have issued some of them since they were read. */
async function noneIssued(rows: Rows, account: StoredAccount, lines: readonly ContractLine[]): Promise<void> {
  const inForce = (await readCredential(rows, account.account, account.version))!
  const held = new Set((inForce.claims as unknown as AccountClaims).contracts.map(keyOf))
  if (lines.some((line) => held.has(keyOf(line))))
    throw new Refusal(409, 'ERR_UPDATE_PENDING', 'some of these contracts came into the credential a moment ago')
}
