import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { callTable } from '../../../outbox/call-table.ts'
import type { AgreementJson } from '../terms.ts'

/** What the worker tells the chain. Anybody could: none of it moves money elsewhere than the contract says. */
export type EscrowCall =
  | { readonly kind: 'pay'; readonly payment: Hex; readonly agreement: AgreementJson; readonly number: number }
  | { readonly kind: 'release' | 'lapse'; readonly payment: Hex }
  | { readonly kind: 'claim'; readonly agreement: Hex; readonly cumulative: string; readonly signature: Hex }
  | { readonly kind: 'reclaim'; readonly agreement: Hex }
  | { readonly kind: 'give'; readonly to: Hex; readonly amount: string }

type Rows = OperationalStore['rows']

/**
 * Writes a call down, in the transaction of what it belongs to. One that is under way for the same thing is not written twice.
 * @param about what it is for: a payment, an agreement
 */
export const writeCall = async (
  rows: Rows,
  about: string,
  { kind, ...call }: EscrowCall,
  now: number,
): Promise<void> => {
  await rows(
    `INSERT INTO market_escrow_calls (kind, about, call, written_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (kind, about) WHERE state IN ('wanted', 'signed') DO NOTHING`,
    [kind, about, JSON.stringify(call), now],
  )
}

/** `about`: see `writeCall`. `written_at` is the end's once a call is over. */
export const escrowCalls = callTable<EscrowCall, { readonly about: string }>('market_escrow_calls')
