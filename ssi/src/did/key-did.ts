import { p256 } from '@noble/curves/nist.js'
import { base58ToBytes, bytesToBase58 } from 'did-jwt'
import { decodeBase64url, encodeBase64url } from './base64url.ts'

/** A public key of a holder whose DID is not on chain. */
export type PublicJwk =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }

/** The key that a did:jwk or did:key is; undefined when it holds anything but one public P-256 or Ed25519 key. */
export function jwkOfDid(did: string): PublicJwk | undefined {
  if (did.startsWith('did:jwk:')) return fromJwk(did.slice('did:jwk:'.length))
  if (did.startsWith('did:key:z')) return fromMultikey(did.slice('did:key:z'.length))
  return undefined
}

/** The did:jwk of a public key, members in lexical order and nothing else. */
export function didOfJwk(jwk: PublicJwk): string {
  const { kty, crv, x } = jwk
  const members = jwk.kty === 'EC' ? { crv, kty, x, y: jwk.y } : { crv, kty, x }
  return `did:jwk:${encodeBase64url(new TextEncoder().encode(JSON.stringify(members)))}`
}

const isWord = (value: unknown): value is string => typeof value === 'string' && decodeBase64url(value)?.length === 32

const ALLOWED = new Set(['kty', 'crv', 'x', 'y', 'alg', 'use', 'kid', 'key_ops'])

function fromJwk(encoded: string): PublicJwk | undefined {
  const bytes = decodeBase64url(encoded)
  if (bytes === undefined) return undefined
  try {
    const jwk = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>
    if (typeof jwk !== 'object' || jwk === null || !Object.keys(jwk).every((name) => ALLOWED.has(name)))
      return undefined
    const { kty, crv, x, y } = jwk
    if (!isWord(x)) return undefined
    if (kty === 'OKP' && crv === 'Ed25519' && y === undefined) return { kty, crv, x }
    if (kty !== 'EC' || crv !== 'P-256' || !isWord(y)) return undefined
    p256.Point.fromBytes(Uint8Array.from([4, ...decodeBase64url(x)!, ...decodeBase64url(y)!])).assertValidity()
    return { kty, crv, x, y }
  } catch {
    return undefined
  }
}

/** did:key: base58btc of a multicodec prefix (0xed01 Ed25519, 0x8024 P-256 compressed) and the key. */
function fromMultikey(encoded: string): PublicJwk | undefined {
  try {
    const bytes = base58ToBytes(encoded)
    if (bytesToBase58(bytes) !== encoded) return undefined
    const key = bytes.slice(2)
    if (bytes[0] === 0xed && bytes[1] === 0x01 && key.length === 32)
      return { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(key) }
    if (bytes[0] !== 0x80 || bytes[1] !== 0x24 || key.length !== 33) return undefined
    const point = p256.Point.fromBytes(key).toBytes(false)
    return { kty: 'EC', crv: 'P-256', x: encodeBase64url(point.slice(1, 33)), y: encodeBase64url(point.slice(33)) }
  } catch {
    return undefined
  }
}
