import type { Hex } from '@opem/domain'
import type { ContractLine } from '../../access/identity.ts'
import { HAS_LINE, type Rows } from './want-line.ts'

/** How far the line of one side of a contract has come on its way into the Account credential. */
export interface LineProgress {
  readonly state: 'waiting' | 'issued' | 'in-force'
  /** The first version that has it. */
  readonly version: number | null
  readonly hash: Hex | null
  /** While it waits for its receipt, for a citizen or machine, whose caller is the holder; a company's wallet is brought it. */
  readonly credential: string | null
}

export async function lineProgress(
  rows: Rows,
  { account, contract, role }: { account: string; contract: string; role: ContractLine['role'] },
): Promise<LineProgress | undefined> {
  const [found] = await rows<{ version: number | null; status: string | null; hash: Hex | null; jwt: string | null }>(
    `SELECT c.version, c.status, c.hash, CASE WHEN a.kind <> 'company' THEN c.jwt END AS jwt
     FROM market_contract_lines l LEFT JOIN accounts a ON a.account = l.account
       LEFT JOIN account_credentials c ON c.account = l.account AND (c.version = l.version
         OR l.version IS NULL AND c.status IN ('active', 'pending') AND ${HAS_LINE})
     WHERE l.account = $1 AND l.contract = $2 AND l.role = $3 ORDER BY c.version LIMIT 1`,
    [account, contract, role],
  )
  if (found === undefined) return undefined
  const { version, status, hash, jwt } = found
  if (status === null) return { state: 'waiting', version: null, hash: null, credential: null }
  return status === 'pending'
    ? { state: 'issued', version, hash, credential: jwt }
    : { state: 'in-force', version, hash, credential: null }
}
