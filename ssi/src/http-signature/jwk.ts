import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { ok, type Result, refuse } from '@opem/domain'

/** The two kinds of system key; others are refused wherever a key enters. */
export type PublicJwk =
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }

/** Names of RFC 9421 §3.3. The key decides: a signature cannot choose its algorithm. */
export type SignatureAlgorithm = 'ed25519' | 'ecdsa-p256-sha256'

const COORDINATE = /^[A-Za-z0-9_-]{43}$/
const isCoordinate = (value: unknown): value is string => typeof value === 'string' && COORDINATE.test(value)

/**
 * Reads a public key as given by a company for its system; `kid`, `alg`, `use` and `key_ops` may stand there and are left out.
 * A private key is refused, so that nobody gives theirs away and finds it stored.
 */
export function parsePublicJwk(input: unknown): Result<PublicJwk, 'ERR_SIGNATURE_KEY'> {
  const no = (reason: string) => refuse('ERR_SIGNATURE_KEY', reason)
  if (typeof input !== 'object' || input === null) return no('A public key is a JWK object (RFC 7517).')
  const { kty, crv, x, y, d } = input as Record<string, unknown>
  if (d !== undefined) return no('This JWK holds a private key ("d"): give only the public part, and make a new key.')
  const jwk: PublicJwk | undefined =
    kty === 'OKP' && crv === 'Ed25519' && isCoordinate(x)
      ? { kty, crv, x }
      : kty === 'EC' && crv === 'P-256' && isCoordinate(x) && isCoordinate(y)
        ? { kty, crv, x, y }
        : undefined
  if (!jwk) return no('A system key is an Ed25519 (OKP) or P-256 (EC) public JWK with coordinates of 32 bytes.')
  try {
    publicKeyOf(jwk)
  } catch {
    return no('The coordinates of this JWK are no point of its curve.')
  }
  return ok(jwk)
}

export const algorithmOf = (jwk: PublicJwk): SignatureAlgorithm => (jwk.kty === 'OKP' ? 'ed25519' : 'ecdsa-p256-sha256')

/** The JWK thumbprint (RFC 7638, SHA-256, base64url): a key names itself, so two parties cannot mix up names. */
export function keyidOf(jwk: PublicJwk): string {
  // RFC 7638 §3.2: required members only, in lexicographic order, without white space.
  const { crv, kty, x } = jwk
  const members = jwk.kty === 'EC' ? { crv, kty, x, y: jwk.y } : { crv, kty, x }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}

const opened = new WeakMap<PublicJwk, KeyObject>()

function publicKeyOf(jwk: PublicJwk): KeyObject {
  const key = opened.get(jwk) ?? createPublicKey({ key: { ...jwk } as JsonWebKey, format: 'jwk' })
  opened.set(jwk, key)
  return key
}

/** Whether `signature` is this key's over `data`, by the key's one algorithm. */
export function isSignedBy(jwk: PublicJwk, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const key = publicKeyOf(jwk)
  return jwk.kty === 'OKP'
    ? verify(null, data, key, signature)
    : verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
