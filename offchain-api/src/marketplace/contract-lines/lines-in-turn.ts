import type { Hex } from '@opem/domain'
import { MOST_LINES } from '../../access/contract/next-version.ts'
import type { ContractLine } from '../../access/identity.ts'
import { HAS_LINE, type Rows } from './want-line.ts'

/** Lines that come together: those of one block, and of several while the chain is caught up with. */
const GATHER_SECONDS = 3
const AT_ONCE = 50

/** All lines that wait for one account's credential and fit it, the oldest first. */
export interface Batch {
  readonly account: Hex
  readonly lines: readonly ContractLine[]
}

/**
 * Accounts whose next version can be issued now, who has waited longest first, at most fifty. Left out are those that would
 * take the turns of everybody behind them for nothing: whose earlier version waits for its receipt, which may be a day; of
 * whom the chain is being told; whose credential is full.
 * @param now seconds since 1970
 */
export async function linesInTurn(rows: Rows, now: number): Promise<Batch[]> {
  const found = await rows<{ account: Hex; lines: ContractLine[]; room: number }>(
    `SELECT l.account, $2 - jsonb_array_length(c.claims -> 'contracts') AS room,
       jsonb_agg(jsonb_build_object('contract', l.contract, 'kind', l.kind, 'role', l.role, 'since', l.since)
         ORDER BY l.wanted_at, l.contract, l.role) AS lines
     FROM market_contract_lines l JOIN accounts a ON a.account = l.account
       JOIN account_credentials c ON c.account = l.account AND c.status = 'active'
     WHERE l.version IS NULL AND a.status = 'active'
       AND jsonb_array_length(c.claims -> 'contracts') < $2 AND NOT ${HAS_LINE}
       AND NOT EXISTS (
         SELECT 1 FROM account_credentials w WHERE w.account = l.account AND w.status = 'pending' AND w.pending_until > $1)
       AND NOT EXISTS (SELECT 1 FROM chain_calls k WHERE k.account = l.account AND k.state IN ('wanted', 'signed'))
     GROUP BY l.account, c.account, c.version
     HAVING min(l.wanted_at) <= extract(epoch FROM now()) - $3::integer
     ORDER BY min(l.wanted_at), l.account LIMIT ${AT_ONCE}`,
    [now, MOST_LINES, GATHER_SECONDS],
  )
  return found.map(({ account, lines, room }) => ({ account, lines: lines.slice(0, room) }))
}
