import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { OpemError } from '@opem/domain'
import { keyidOf, parsePublicJwk } from '../http-signature/jwk.ts'
import { ANNOUNCE_SECONDS, KEY_SECONDS, OVERLAP_SECONDS } from './profile.ts'

export type KeyUse = 'sig' | 'enc'

/** A P-256 key of one use; it signs or encrypts in `[from, until)` (epoch seconds) and opens a while longer. */
export interface TokenKey {
  readonly kid: string
  readonly use: KeyUse
  readonly from: number
  readonly until: number
  readonly publicJwk: Readonly<JsonWebKey>
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** All keys that still open tokens, and the next ones. */
export type TokenKeys = readonly TokenKey[]

/**
 * The key of a private P-256 JWK.
 * @throws ERR_KEY_FILE without quoting the key
 */
export function tokenKeyOf(use: KeyUse, from: number, until: number, privateJwk: JsonWebKey): TokenKey {
  const { d, ...rest } = privateJwk
  const parsed = parsePublicJwk(rest)
  if (!parsed.ok || parsed.value.kty !== 'EC' || typeof d !== 'string') {
    throw new OpemError({ code: 'ERR_KEY_FILE', shortMessage: 'A token key is a private P-256 JWK.' })
  }
  const publicJwk = { ...parsed.value }
  const privateKey = createPrivateKey({ key: { ...publicJwk, d }, format: 'jwk' })
  const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' })
  return { kid: keyidOf(parsed.value), use, from, until, publicJwk, publicKey, privateKey }
}

export const newPrivateJwk = (): JsonWebKey =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

/** The key of a use that signs or encrypts at `now`; undefined when the keys were not rotated in time. */
export const currentKey = (keys: TokenKeys, use: KeyUse, now: number): TokenKey | undefined =>
  keys.find((key) => key.use === use && key.from <= now && now < key.until)

/** The key that a header names, if it is of that use and its overlap is not over. */
export const openingKey = (keys: TokenKeys, use: KeyUse, kid: string, now: number): TokenKey | undefined =>
  keys.find((key) => key.use === use && key.kid === kid && now < key.until + OVERLAP_SECONDS)

/**
 * The keys as they should be at `now`: those whose overlap is over are dropped, and a use whose last key ends within
 * the announcement gets its next one, beginning when that key ends. Rotated keys come back as the same array.
 */
export function rotateTokenKeys(keys: TokenKeys, now: number, create: () => JsonWebKey = newPrivateJwk): TokenKeys {
  const kept = keys.filter(({ until }) => now < until + OVERLAP_SECONDS)
  const added = (['sig', 'enc'] as const).flatMap((use) => {
    const end = Math.max(now, ...kept.filter((key) => key.use === use).map(({ until }) => until))
    return end - now >= ANNOUNCE_SECONDS ? [] : [tokenKeyOf(use, end, end + KEY_SECONDS, create())]
  })
  return kept.length === keys.length && added.length === 0 ? keys : [...kept, ...added]
}

/** The published key set (RFC 7517): every key that still verifies or will; never a private part. */
export const publicKeySet = (keys: TokenKeys) => ({
  keys: keys.map(({ kid, use, publicJwk }) => ({
    ...publicJwk,
    kid,
    use,
    alg: use === 'sig' ? 'ES256' : 'ECDH-ES+A256KW',
  })),
})
