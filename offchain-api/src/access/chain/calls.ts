import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { type Call, callTable } from '../../outbox/call-table.ts'

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

export type StoredCall = Call<ChainCall> & { readonly account: Hex }

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

/** Of each account the earliest call that is not over is signed. */
export const accountCalls = callTable<ChainCall, { readonly account: Hex }>(
  'chain_calls',
  `NOT EXISTS (
     SELECT 1 FROM chain_calls e WHERE e.account = c.account AND e.id < c.id AND e.state IN ('wanted', 'signed')
   )`,
)
