import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import type { AgreementJson } from '../terms.ts'

/** What the worker tells the chain. Anybody could: none of it moves money elsewhere than the contract says. */
export type EscrowCall =
  | { readonly kind: 'pay'; readonly payment: Hex; readonly agreement: AgreementJson; readonly number: number }
  | { readonly kind: 'release' | 'lapse'; readonly payment: Hex }
  | { readonly kind: 'claim'; readonly agreement: Hex; readonly cumulative: string; readonly signature: Hex }
  | { readonly kind: 'reclaim'; readonly agreement: Hex }
  | { readonly kind: 'give'; readonly to: Hex; readonly amount: string }

export interface StoredCall {
  readonly id: number
  readonly about: string
  readonly call: EscrowCall
  readonly state: 'wanted' | 'signed' | 'done' | 'dropped'
  readonly why: string | null
  readonly nonce: number | null
  readonly hash: Hex | null
  readonly raw: Hex | null
}

interface Row extends Record<string, unknown> {
  id: string
  kind: EscrowCall['kind']
  about: string
  call: object
  state: StoredCall['state']
  why: string | null
  account_nonce: string | null
  hash: Hex | null
  raw: Hex | null
}

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

export const callsIn = async (rows: Rows, state: 'wanted' | 'signed', most = 100): Promise<StoredCall[]> =>
  (
    await rows<Row>(
      `SELECT * FROM market_escrow_calls WHERE state = $1 ORDER BY ${state === 'wanted' ? 'id' : 'account_nonce'} LIMIT $2`,
      [state, most],
    )
  ).map(toCall)

export const readCall = async (rows: Rows, id: number): Promise<StoredCall | undefined> =>
  (await rows<Row>('SELECT * FROM market_escrow_calls WHERE id = $1', [id])).map(toCall)[0]

/** -1 while nothing is under way. */
export const highestNonce = async (rows: Rows): Promise<number> =>
  Number(
    (
      await rows<{ n: string | null }>(`SELECT max(account_nonce) AS n FROM market_escrow_calls WHERE state = 'signed'`)
    )[0]?.n ?? -1,
  )

export const markSigned = (rows: Rows, id: number, signed: { nonce: number; hash: Hex; raw: Hex }) =>
  rows(`UPDATE market_escrow_calls SET state = 'signed', account_nonce = $2, hash = $3, raw = $4 WHERE id = $1`, [
    ...[id, signed.nonce, signed.hash, signed.raw],
  ])

/** Its account nonce was used by something else: it is signed anew. */
export const markWanted = (rows: Rows, id: number) =>
  rows(`UPDATE market_escrow_calls SET state = 'wanted', account_nonce = NULL, hash = NULL, raw = NULL WHERE id = $1`, [
    id,
  ])

export const closeCall = (rows: Rows, id: number, state: 'done' | 'dropped', why: string | null, now: number) =>
  rows(
    `UPDATE market_escrow_calls SET state = $2, why = $3, raw = NULL, written_at = $4
     WHERE id = $1 AND state IN ('wanted', 'signed')`,
    [id, state, why, now],
  )

const toCall = ({ id, kind, about, call, state, why, account_nonce, hash, raw }: Row): StoredCall => ({
  ...{ id: Number(id), about, call: { kind, ...call } as EscrowCall, state, why },
  nonce: account_nonce === null ? null : Number(account_nonce),
  ...{ hash, raw },
})
