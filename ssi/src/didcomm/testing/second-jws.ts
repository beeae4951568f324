import { createPrivateKey, createPublicKey, type JsonWebKey, sign, verify } from 'node:crypto'
import type { NamedKey } from './second-jwe.ts'

/** DIDComm v2's signatures a second time, written from RFC 7515, RFC 7518 §3.4, RFC 8037 and RFC 8812. For tests. */
export type Signature = 'EdDSA' | 'ES256' | 'ES256K'

export interface Jws {
  readonly payload: string
  readonly signatures: readonly {
    readonly protected: string
    readonly signature: string
    readonly header: { readonly kid: string }
  }[]
}

const b64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')
const un64 = (text: string): Buffer => Buffer.from(text, 'base64url')
const HASH: Readonly<Record<Signature, string | null>> = { EdDSA: null, ES256: 'sha256', ES256K: 'sha256' }
const P1363 = 'ieee-p1363'

export function signJws(text: string, alg: Signature, { kid, jwk }: NamedKey): Jws {
  const [payload, header] = [text, JSON.stringify({ typ: 'application/didcomm-signed+json', alg })].map(b64) as [
    string,
    string,
  ]
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  const made = sign(HASH[alg], Buffer.from(`${header}.${payload}`), { key, dsaEncoding: P1363 })
  const signature = b64(alg === 'ES256K' ? lowS(made) : made)
  return { payload, signatures: [{ protected: header, signature, header: { kid } }] }
}

const N = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n

/** Of the two spellings of an ES256K signature the one with the lower s; the library verifies no other. */
function lowS(signature: Buffer): Buffer {
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`)
  const low = s > N / 2n ? N - s : s
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(low.toString(16).padStart(64, '0'), 'hex')])
}

/** The text of a JWS whose one signature is by this key. */
export function openJws({ payload, signatures }: Jws, jwk: JsonWebKey): string {
  const [{ protected: header, signature } = { protected: '', signature: '' }] = signatures
  const alg = JSON.parse(un64(header).toString()).alg as Signature
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  if (!verify(HASH[alg], Buffer.from(`${header}.${payload}`), { key, dsaEncoding: P1363 }, un64(signature)))
    throw new Error('the signature is not by this key')
  return un64(payload).toString()
}
