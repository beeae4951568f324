import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'

/** What the account registry is told. Roles are a bitmap; instants are seconds since 1970. */
export type ChainCall =
  | {
      readonly kind: 'open'
      readonly accountKind: number
      readonly roles: number
      readonly credentialHash: Hex
      readonly pendingUntil: number
    }
  | { readonly kind: 'activate'; readonly version: number; readonly credentialHash: Hex }
  | { readonly kind: 'renew'; readonly version: number; readonly previousHash: Hex; readonly credentialHash: Hex }
  | { readonly kind: 'suspend' | 'reinstate' | 'revoke' }
  | { readonly kind: 'change-roles'; readonly roles: number }

/** Whose decision a call is, and whose key signs it: who keeps accounts, or who operates the marketplace. */
export function deciderOf({ kind }: ChainCall): 'registrar' | 'operator' {
  switch (kind) {
    case 'open':
    case 'activate':
    case 'renew':
      return 'registrar'
    case 'suspend':
    case 'reinstate':
    case 'revoke':
    case 'change-roles':
      return 'operator'
    default:
      return kind satisfies never
  }
}

export interface StoredCall {
  readonly id: number
  readonly account: Hex
  readonly call: ChainCall
  readonly state: 'wanted' | 'signed' | 'done' | 'dropped'
  readonly why: string | null
  readonly nonce: number | null
  readonly hash: Hex | null
  readonly raw: Hex | null
}

interface Row {
  id: string
  kind: ChainCall['kind']
  account: Hex
  call: object
  state: StoredCall['state']
  why: string | null
  account_nonce: string | null
  hash: Hex | null
  raw: Hex | null
}

type Rows = OperationalStore['rows']

/** Writes a call down in the transaction of what it belongs to. @returns its id, also when it was written before */
export async function writeCall(
  rows: Rows,
  account: string,
  { kind, ...call }: ChainCall,
  now: number,
): Promise<number> {
  const values = [kind, account, JSON.stringify(call)]
  const [written] = await rows<{ id: string }>(
    `INSERT INTO chain_calls (kind, account, call, written_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id`,
    [...values, now],
  )
  if (written) return Number(written.id)
  const [before] = await rows<{ id: string }>(
    `SELECT id FROM chain_calls WHERE kind = $1 AND account = $2 AND call ->> 'credentialHash' = $3::jsonb ->> 'credentialHash'
     AND state <> 'dropped'`,
    values,
  )
  return Number(before!.id)
}

/** Calls that may be signed now: of each account the earliest that is not over. */
export const wantedCalls = async (rows: Rows): Promise<StoredCall[]> =>
  (
    await rows<Row>(
      `SELECT * FROM chain_calls c WHERE state = 'wanted' AND NOT EXISTS (
         SELECT 1 FROM chain_calls e WHERE e.account = c.account AND e.id < c.id AND e.state IN ('wanted', 'signed')
       ) ORDER BY id LIMIT 100`,
    )
  ).map(toCall)

export const signedCalls = async (rows: Rows): Promise<StoredCall[]> =>
  (await rows<Row>(`SELECT * FROM chain_calls WHERE state = 'signed' ORDER BY account_nonce LIMIT 100`)).map(toCall)

export const readCall = async (rows: Rows, id: number): Promise<StoredCall | undefined> =>
  (await rows<Row>('SELECT * FROM chain_calls WHERE id = $1', [id])).map(toCall)[0]

/** The transactions that are under way, by whichever key signed them. */
export const transactionsUnderWay = async (rows: Rows): Promise<{ nonce: number; hash: Hex; raw: Hex }[]> =>
  (
    await rows<{ account_nonce: string; hash: Hex; raw: Hex }>(
      `SELECT account_nonce, hash, raw FROM chain_calls WHERE state = 'signed'`,
    )
  ).map(({ account_nonce, hash, raw }) => ({ nonce: Number(account_nonce), hash, raw }))

export const markSigned = (rows: Rows, id: number, signed: { nonce: number; hash: Hex; raw: Hex }) =>
  rows(`UPDATE chain_calls SET state = 'signed', account_nonce = $2, hash = $3, raw = $4 WHERE id = $1`, [
    id,
    signed.nonce,
    signed.hash,
    signed.raw,
  ])

/** Its account nonce was used by something else: it is signed anew. */
export const markWanted = (rows: Rows, id: number) =>
  rows(`UPDATE chain_calls SET state = 'wanted', account_nonce = NULL, hash = NULL, raw = NULL WHERE id = $1`, [id])

/** @returns false when somebody else was first */
export const closeCall = async (rows: Rows, id: number, state: 'done' | 'dropped', why?: string): Promise<boolean> =>
  (
    await rows(
      `UPDATE chain_calls SET state = $2, why = $3, raw = NULL WHERE id = $1 AND state IN ('wanted', 'signed') RETURNING id`,
      [id, state, why ?? null],
    )
  ).length > 0

const toCall = ({ id, kind, account, call, state, why, account_nonce, hash, raw }: Row): StoredCall => ({
  id: Number(id),
  account,
  call: { kind, ...call } as ChainCall,
  state,
  why,
  nonce: account_nonce === null ? null : Number(account_nonce),
  hash,
  raw,
})
