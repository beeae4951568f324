import { randomBytes } from 'node:crypto'
import type { Hex, Operation } from '@opem/domain'
import { createResponseKey, type ResponseKey, type VpToken } from '@opem/ssi/openid4vp'
import type { OperationalStore } from '../../operational/store.ts'
import { hashOf } from '../challenge/challenges.ts'
import type { CredentialType } from '../identity.ts'

/**
 * What an EU wallet is asked for. It holds no VC-JWT, so its identity stands where others present their Account
 * credential: the account is that of the key which the identity is bound to.
 */
export const WALLET_TYPES: Readonly<Partial<Record<Operation, readonly CredentialType[]>>> = {
  'register-citizen': ['IdentityCredential'],
  receipt: ['IdentityCredential'],
  'sign-in': ['IdentityCredential'],
  'authorise-meter': ['DataSourceCredential'],
}

export interface WalletRequest {
  readonly id: string
  readonly operation: Operation
  readonly challenge: Hex
  readonly state: string
  readonly responseKey: ResponseKey
  readonly vpToken: VpToken | null
  readonly reason: string | null
  /** Seconds since 1970. */
  readonly expiresAt: number
}

const random = () => randomBytes(32).toString('base64url')

export async function storeRequest(
  store: OperationalStore,
  it: { browser: string; operation: Operation; challenge: Hex; expiresAt: number; now: number },
): Promise<string> {
  const id = random()
  await store.rows('DELETE FROM openid4vp_requests WHERE expires_at < $1', [it.now - 3600])
  await store.rows(
    `INSERT INTO openid4vp_requests (id, browser, operation, challenge, state, response_key, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, hashOf(it.browser), it.operation, it.challenge, random(), JSON.stringify(createResponseKey()), it.expiresAt],
  )
  return id
}

const COLUMNS = `id, operation, challenge, state, response_key AS "responseKey", vp_token AS "vpToken", reason,
  expires_at::float8 AS "expiresAt"`

/** A request that is not over. With `browser`, only of the one that made it. */
export const readRequest = async (
  store: OperationalStore,
  { id, now, browser }: { id: string; now: number; browser?: string },
): Promise<WalletRequest | undefined> =>
  (
    await store.rows<WalletRequest & { id: string }>(
      `SELECT ${COLUMNS} FROM openid4vp_requests
       WHERE id = $1 AND expires_at > $2 AND ($3::text IS NULL OR browser = $3)`,
      [id, now, browser === undefined ? null : hashOf(browser)],
    )
  )[0]

/** Keeps the first answer. @returns false when there was one */
export const keepAnswer = async (store: OperationalStore, id: string, vpToken: VpToken): Promise<boolean> =>
  (
    await store.rows(
      'UPDATE openid4vp_requests SET vp_token = $2, reason = NULL WHERE id = $1 AND vp_token IS NULL RETURNING id',
      [id, JSON.stringify(vpToken)],
    )
  ).length > 0

export const keepRefusal = (store: OperationalStore, id: string, reason: string) =>
  store.rows('UPDATE openid4vp_requests SET reason = $2 WHERE id = $1 AND vp_token IS NULL', [id, reason])
