import { formatInstant, type Hex, type MarketRole } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { AccessParts } from '../access.ts'
import { termsHash } from '../registration/terms.ts'

type Rows = OperationalStore['rows']

/** A version of an account that became active. */
export interface Activation {
  readonly account: Hex
  readonly version: number
  readonly credentialHash: Hex
  /** Version of the terms that the holder accepted. */
  readonly terms: string
  /** Seconds since 1970. */
  readonly activatedAt: number
}

export interface DueReceipt extends Activation {
  readonly did: string
  readonly endpoint: string
  readonly roles: readonly MarketRole[]
  readonly tries: number
}

/** A receipt is evidence: it is good for ten years. */
const RECEIPT_SECONDS = 315_360_000
/** A company's wallet is brought it for a day; afterwards it is asked for like any other. */
const DELIVERY_SECONDS = 86_400

/** Written in the transaction that makes the version active. */
export const noteActivation = (
  rows: Rows,
  it: { account: string; version: number; hash: string; now: number },
): Promise<unknown> =>
  rows(
    `INSERT INTO account_receipts (account, version, credential_hash, terms, activated_at)
     SELECT account, $2, $3, terms, $4 FROM accounts WHERE account = $1 ON CONFLICT DO NOTHING`,
    [it.account, it.version, it.hash, it.now],
  )

const COLUMNS = `r.account, r.version, r.credential_hash AS "credentialHash", r.terms,
  r.activated_at::float8 AS "activatedAt", r.tries, a.did, a.wallet_endpoint AS endpoint, c.claims -> 'roles' AS roles`
const TABLES = `account_receipts r JOIN accounts a USING (account) JOIN account_credentials c ON c.hash = r.credential_hash`

/**
 * The Receipt credential of the version that is in force: what was agreed, when, and under which terms. It is the same
 * each time it is asked for.
 * @returns undefined for an account that became active before there were receipts
 */
export async function receiptOf(parts: Pick<AccessParts, 'store' | 'identity'>, account: string) {
  const [found] = await parts.store.rows<DueReceipt & { account: Hex }>(
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE r.account = $1
     ORDER BY r.version DESC LIMIT 1`,
    [account],
  )
  return found && issueReceipt(parts, found)
}

export async function issueReceipt({ identity }: Pick<AccessParts, 'identity'>, it: DueReceipt): Promise<string> {
  const { account, version, credentialHash, terms, activatedAt, did, roles } = it
  return (await identity()).issueReceiptCredential({
    ...{ subject: did, issuedAt: activatedAt, expiresAt: activatedAt + RECEIPT_SECONDS, jti: jtiOf(credentialHash) },
    claims: {
      ...{ account, version, credentialHash, roles: [...roles], activatedAt: formatInstant(activatedAt) },
      terms: { version: terms, hash: termsHash(terms) },
    },
  })
}

/** One receipt for one credential: its id follows from what it is for (RFC 9562, version 8). */
function jtiOf(hash: Hex): string {
  const [a, b, c, d, e] = [
    hash.slice(2, 10),
    hash.slice(10, 14),
    hash.slice(15, 18),
    hash.slice(19, 22),
    hash.slice(22, 34),
  ]
  return `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`
}

/** Receipts that a company's wallet has not taken yet and whose turn it is. */
export const dueReceipts = (rows: Rows, now: number): Promise<DueReceipt[]> =>
  rows<DueReceipt & { account: Hex }>(
    `SELECT ${COLUMNS} FROM ${TABLES}
     WHERE NOT r.delivered AND r.next_try <= $1 AND r.activated_at > $2 AND a.kind = 'company'
       AND a.wallet_endpoint IS NOT NULL ORDER BY r.next_try LIMIT 8`,
    [now, now - DELIVERY_SECONDS],
  )

export const markDelivered = (rows: Rows, { account, version }: Activation) =>
  rows('UPDATE account_receipts SET delivered = true WHERE account = $1 AND version = $2', [account, version])

export const noteTry = (rows: Rows, { account, version }: Activation, nextTry: number) =>
  rows('UPDATE account_receipts SET tries = tries + 1, next_try = $3 WHERE account = $1 AND version = $2', [
    account,
    version,
    nextTry,
  ])
