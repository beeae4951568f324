import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'

/** One version of an account's credential; `jwt` is there only while it is on its way to its holder. */
export interface StoredCredential {
  readonly account: Hex
  readonly version: number
  readonly hash: Hex
  readonly jti: string
  readonly previous: Hex | null
  readonly claims: Readonly<Record<string, unknown>>
  readonly jwt: string | null
  readonly status: 'pending' | 'active' | 'superseded' | 'abandoned'
  /** Seconds since 1970. */
  readonly expiresAt: number
  readonly pendingUntil: number
  /** Names what asked for this version, so that asking again finds it. */
  readonly request: string | null
  readonly tries: number
  readonly reason: string | null
}

type Rows = OperationalStore['rows']

const columnsOf = (table: string) =>
  `${table}.account, ${table}.version, ${table}.hash, ${table}.jti, ${table}.previous, ${table}.claims, ${table}.jwt,
   ${table}.status, ${table}.expires_at::float8 AS "expiresAt", ${table}.pending_until::float8 AS "pendingUntil",
   ${table}.request, ${table}.tries, ${table}.reason`
const COLUMNS = columnsOf('account_credentials')

type Found = StoredCredential & { account: Hex }

export const readCredential = async (rows: Rows, account: string, version: number) =>
  (
    await rows<Found>(`SELECT ${COLUMNS} FROM account_credentials WHERE account = $1 AND version = $2`, [
      account,
      version,
    ])
  )[0]

export const credentialOfHash = async (rows: Rows, hash: string) =>
  (await rows<Found>(`SELECT ${COLUMNS} FROM account_credentials WHERE hash = $1`, [hash]))[0]

export const pendingCredential = async (rows: Rows, account: string) =>
  (
    await rows<Found>(`SELECT ${COLUMNS} FROM account_credentials WHERE account = $1 AND status = 'pending'`, [account])
  )[0]

export const credentialOfRequest = async (rows: Rows, account: string, request: string) =>
  (
    await rows<Found>(
      `SELECT ${COLUMNS} FROM account_credentials WHERE account = $1 AND request = $2 AND status <> 'abandoned'
       ORDER BY version DESC LIMIT 1`,
      [account, request],
    )
  )[0]

export const storeCredential = (rows: Rows, it: Omit<StoredCredential, 'status' | 'tries' | 'reason'>) =>
  rows(
    `INSERT INTO account_credentials (account, version, hash, jti, previous, claims, jwt, status, expires_at,
       pending_until, request) VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10)
     ON CONFLICT (account, version) DO UPDATE SET hash = excluded.hash, jti = excluded.jti, previous = excluded.previous,
       claims = excluded.claims, jwt = excluded.jwt, status = 'pending', expires_at = excluded.expires_at,
       pending_until = excluded.pending_until, request = excluded.request, tries = 0, next_try = 0, reason = NULL
     WHERE account_credentials.status = 'abandoned'`,
    [
      it.account,
      it.version,
      it.hash,
      it.jti,
      it.previous,
      JSON.stringify(it.claims),
      it.jwt,
      it.expiresAt,
      it.pendingUntil,
      it.request,
    ],
  )

/** The version `hash` is in force: it supersedes the others. */
export async function activateCredential(
  rows: Rows,
  account: string,
  hash: string,
): Promise<StoredCredential | undefined> {
  const [active] = await rows<Found>(
    `UPDATE account_credentials SET status = 'active', jwt = NULL, reason = NULL WHERE account = $1 AND hash = $2
     RETURNING ${COLUMNS}`,
    [account, hash],
  )
  if (active)
    await rows(
      `UPDATE account_credentials SET status = 'superseded' WHERE account = $1 AND status = 'active' AND version < $2`,
      [account, active.version],
    )
  return active
}

export const abandonCredential = (rows: Rows, account: string, hash: string, reason: string) =>
  rows(
    `UPDATE account_credentials SET status = 'abandoned', jwt = NULL, reason = $3
     WHERE account = $1 AND hash = $2 AND status = 'pending'`,
    [account, hash, reason],
  )

/** Credentials on their way to a company's wallet whose turn it is; those that the chain does not know yet wait. */
export const dueDeliveries = async (
  rows: Rows,
  now: number,
): Promise<(StoredCredential & { did: string; endpoint: string })[]> =>
  rows<Found & { did: string; endpoint: string }>(
    `SELECT ${columnsOf('c')}, a.did, a.wallet_endpoint AS endpoint
     FROM account_credentials c JOIN accounts a USING (account)
     WHERE c.status = 'pending' AND c.next_try <= $1 AND c.pending_until > $1 AND c.jwt IS NOT NULL
       AND a.kind = 'company' AND a.wallet_endpoint IS NOT NULL AND a.status IN ('pending', 'active')
       AND NOT EXISTS (SELECT 1 FROM chain_calls k WHERE k.account = c.account AND k.state IN ('wanted', 'signed'))
     ORDER BY c.next_try LIMIT 8`,
    [now],
  )

/** A delivery did not come to its end; the next try is at `nextTry`. */
export const noteDelivery = (rows: Rows, it: { account: string; hash: string; reason: string; nextTry: number }) =>
  rows(
    `UPDATE account_credentials SET tries = tries + 1, next_try = $4, reason = $3
     WHERE account = $1 AND hash = $2 AND status = 'pending'`,
    [it.account, it.hash, it.reason, it.nextTry],
  )
