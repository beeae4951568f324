import type { Hex, MarketRole } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { AccountKind } from '../caller/caller.ts'

export type AccountStatus = 'pending' | 'active' | 'suspended' | 'revoked'

/** An account as the store knows it. Instants are seconds since 1970. */
export interface StoredAccount {
  readonly account: Hex
  readonly did: string
  readonly kind: AccountKind
  readonly name: string
  readonly roles: readonly MarketRole[]
  readonly status: AccountStatus
  readonly reason: string | null
  readonly terms: string
  readonly walletEndpoint: string | null
  /** Of a machine: the account of the company that opened it. */
  readonly company: Hex | null
  /** Of the credential in force; of the pending one while the account is pending. */
  readonly version: number
  readonly credentialHash: Hex
  readonly pendingUntil: number
  readonly createdAt: number
}

type Rows = OperationalStore['rows']

const COLUMNS = `account, did, kind, name, roles, status, reason, terms, wallet_endpoint AS "walletEndpoint", company, version,
  credential_hash AS "credentialHash", pending_until::float8 AS "pendingUntil", created_at::float8 AS "createdAt"`

export const readAccount = async (rows: Rows, account: string): Promise<StoredAccount | undefined> =>
  (await rows<StoredAccount & { account: Hex }>(`SELECT ${COLUMNS} FROM accounts WHERE account = $1`, [account]))[0]

/** One change of an account at a time, whichever process it is in; held until the transaction ends. */
export const lockAccount = (rows: Rows, account: string) =>
  rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 7263543))', [account])

/** Stores a pending account; one that expired before is replaced. */
export async function storePending(
  rows: Rows,
  it: Omit<StoredAccount, 'status' | 'reason' | 'version'>,
): Promise<void> {
  await rows('DELETE FROM accounts WHERE account = $1 AND status = $2', [it.account, 'pending'])
  await rows(
    `INSERT INTO accounts (account, did, kind, name, roles, status, terms, wallet_endpoint, version, credential_hash,
       pending_until, created_at, company) VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7, 1, $8, $9, $10, $11)`,
    [
      it.account,
      it.did,
      it.kind,
      it.name,
      it.roles,
      it.terms,
      it.walletEndpoint,
      it.credentialHash,
      it.pendingUntil,
      it.createdAt,
      it.company,
    ],
  )
}

/** A company's wallet answers elsewhere now; what waits for it is brought there at once. */
export async function moveWallet(rows: Rows, account: string, endpoint: string | null): Promise<void> {
  await rows('UPDATE accounts SET wallet_endpoint = $2 WHERE account = $1', [account, endpoint])
  await rows(`UPDATE account_credentials SET next_try = 0 WHERE account = $1 AND status = 'pending'`, [account])
}

/** Machines of a company, in the order in which they were opened. */
export const machinesOf = (rows: Rows, company: string): Promise<StoredAccount[]> =>
  rows<StoredAccount & { account: Hex }>(
    `SELECT ${COLUMNS} FROM accounts WHERE company = $1 ORDER BY created_at, account`,
    [company],
  )

export interface AccountQuery {
  /** Part of the name or of the DID. */
  readonly search: string | undefined
  readonly status: AccountStatus | undefined
  readonly cursor: string | undefined
  readonly limit: number
}

/** Accounts by the order in which they were made; the cursor names the last one of the page before. */
export async function findAccounts(
  rows: Rows,
  { search, status, cursor, limit }: AccountQuery,
): Promise<{ accounts: StoredAccount[]; cursor: string | null }> {
  const [at, after] = cursor?.split('.') ?? ['-1', '']
  const found = await rows<StoredAccount & { account: Hex }>(
    `SELECT ${COLUMNS} FROM accounts
     WHERE ($1::text IS NULL OR position(lower($1) IN lower(name)) > 0 OR position(lower($1) IN did) > 0)
       AND ($2::text IS NULL OR status = $2) AND (created_at, account) > ($3::bigint, $4)
     ORDER BY created_at, account LIMIT $5`,
    [search ?? null, status ?? null, at, after, limit + 1],
  )
  const accounts = found.slice(0, limit)
  const last = accounts.at(-1)
  return { accounts, cursor: found.length > limit && last ? `${last.createdAt}.${last.account}` : null }
}

/** Compare-and-set of the status. @returns false when the account is in none of the states `from` */
export const changeStatus = async (
  rows: Rows,
  it: { account: string; from: readonly AccountStatus[]; to: AccountStatus; reason: string | null },
): Promise<boolean> =>
  (
    await rows(
      'UPDATE accounts SET status = $3, reason = $4 WHERE account = $1 AND status = ANY($2) RETURNING account',
      [it.account, it.from, it.to, it.reason],
    )
  ).length > 0

export const storeRoles = async (rows: Rows, account: string, roles: readonly MarketRole[]): Promise<boolean> =>
  (
    await rows(
      `UPDATE accounts SET roles = $2 WHERE account = $1 AND status IN ('active', 'suspended') RETURNING account`,
      [account, roles],
    )
  ).length > 0
