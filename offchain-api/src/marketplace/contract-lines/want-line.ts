import type { Hex } from '@opem/domain'
import type { ContractLine } from '../../access/identity.ts'
import type { OperationalStore } from '../../operational/store.ts'

export type Rows = OperationalStore['rows']

/**
 * The Account credential of an account is to get a line for a contract; within the caller's transaction. Wanted twice, it
 * comes once: a contract is one line for each side of it.
 * @param contract id of an agreement, or of a listing for the contract between its provider and the marketplace
 */
export const wantLine = (rows: Rows, { account, ...line }: ContractLine & { readonly account: Hex }) =>
  rows(
    `INSERT INTO market_contract_lines (account, contract, role, kind, since) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [account, line.contract, line.role, line.kind, line.since],
  )

/** SQL: the credential `c` has the line `l`. Each version has the lines of the version before. */
export const HAS_LINE = `c.claims -> 'contracts' @> jsonb_build_array(jsonb_build_object('contract', l.contract, 'role', l.role))`
