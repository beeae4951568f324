import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
} from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'

/**
 * DIDComm v2's encryption a second time, written from its specifications alone (draft-madden-jose-ecdh-1pu-04 §2.3, RFC 7518
 * §4.6 and §5, RFC 3394, draft-irtf-cfrg-xchacha), so that our messages do not only fit our own library. For tests.
 */
export type Encryption = 'A256CBC-HS512' | 'A256GCM' | 'XC20P'

/** A JWK with its id; private where something is opened, signed, or sealed by a sender. */
export interface NamedKey {
  readonly kid: string
  readonly jwk: JsonWebKey
}

export interface Jwe {
  readonly protected: string
  readonly recipients: readonly { readonly header: { readonly kid: string }; readonly encrypted_key: string }[]
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

const b64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')
const un64 = (text = ''): Buffer => Buffer.from(text, 'base64url')
const uint32 = (value: number): Buffer => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])
const prefixed = (bytes: Uint8Array): Buffer => Buffer.concat([uint32(bytes.length), bytes])
const publicOf = ({ d: _, ...jwk }: JsonWebKey): JsonWebKey => jwk
const headerOf = (text: string): Readonly<Record<string, string>> & { readonly epk: JsonWebKey } =>
  JSON.parse(un64(text).toString())

export const agree = (secret: JsonWebKey, other: JsonWebKey): Buffer =>
  diffieHellman({
    privateKey: createPrivateKey({ key: secret, format: 'jwk' }),
    publicKey: createPublicKey({ key: publicOf(other), format: 'jwk' }),
  })

interface Agreement {
  readonly alg: string
  readonly apu: string | undefined
  readonly apv: string | undefined
  readonly secrets: readonly Uint8Array[]
  /** The content's tag, which ECDH-1PU takes in since its draft 4 (§2.3). */
  readonly tag: Uint8Array | undefined
}

/** Concat KDF, one round of SHA-256. */
export function keyWrapKey({ alg, apu, apv, secrets, tag }: Agreement): Buffer {
  const info = [Buffer.from(alg), un64(apu), un64(apv)].map(prefixed)
  const all = [uint32(1), ...secrets, ...info, uint32(256), ...(tag ? [prefixed(tag)] : [])]
  return createHash('sha256').update(Buffer.concat(all)).digest()
}

const WRAP_IV = Buffer.from('a6a6a6a6a6a6a6a6', 'hex')

export function wrapKey(key: Uint8Array, kek: Uint8Array): string {
  const wrap = createCipheriv('aes256-wrap', kek, WRAP_IV)
  return b64(Buffer.concat([wrap.update(key), wrap.final()]))
}

export function unwrapKey(wrapped: string, kek: Uint8Array): Buffer {
  const unwrap = createDecipheriv('aes256-wrap', kek, WRAP_IV)
  return Buffer.concat([unwrap.update(un64(wrapped)), unwrap.final()])
}

/** RFC 7518 §5.2.2.1: the first half of the tag. */
function hmacOf(cek: Buffer, aad: Buffer, iv: Buffer, ciphertext: Buffer): Buffer {
  const bits = Buffer.alloc(8)
  bits.writeBigUInt64BE(BigInt(aad.length) * 8n)
  const mac = createHmac('sha512', cek.subarray(0, 32)).update(Buffer.concat([aad, iv, ciphertext, bits]))
  return mac.digest().subarray(0, 32)
}

const IV_BYTES: Readonly<Record<Encryption, number>> = { 'A256CBC-HS512': 16, A256GCM: 12, XC20P: 24 }

function encrypt(enc: Encryption, cek: Buffer, iv: Buffer, aad: Buffer, text: string) {
  if (enc === 'XC20P') {
    const sealed = Buffer.from(xchacha20poly1305(cek, iv, aad).encrypt(Buffer.from(text)))
    return { ciphertext: sealed.subarray(0, -16), tag: sealed.subarray(-16) }
  }
  if (enc === 'A256GCM') {
    const cipher = createCipheriv('aes-256-gcm', cek, iv).setAAD(aad)
    return { ciphertext: Buffer.concat([cipher.update(text), cipher.final()]), tag: cipher.getAuthTag() }
  }
  const cipher = createCipheriv('aes-256-cbc', cek.subarray(32), iv)
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final()])
  return { ciphertext, tag: hmacOf(cek, aad, iv, ciphertext) }
}

function decrypt(enc: Encryption, cek: Buffer, { protected: header, ...jwe }: Jwe): string {
  const [aad, iv, ciphertext, tag] = [Buffer.from(header), un64(jwe.iv), un64(jwe.ciphertext), un64(jwe.tag)]
  if (enc === 'XC20P')
    return Buffer.from(xchacha20poly1305(cek, iv, aad).decrypt(Buffer.concat([ciphertext, tag]))).toString()
  if (enc === 'A256GCM') {
    const decipher = createDecipheriv('aes-256-gcm', cek, iv).setAAD(aad).setAuthTag(tag)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString()
  }
  if (!hmacOf(cek, aad, iv, ciphertext).equals(tag)) throw new Error('the tag is not of this message')
  const decipher = createDecipheriv('aes-256-cbc', cek.subarray(32), iv)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString()
}

/** Seals for one key: from a sender (ECDH-1PU), or from nobody (ECDH-ES). `skid` claims another sender's key id. */
export function sealJwe(text: string, enc: Encryption, to: NamedKey, from?: NamedKey, skid = from?.kid): Jwe {
  const namedCurve = String(to.jwk.crv)
  const pair = to.jwk.kty === 'OKP' ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve })
  const ephemeral = pair.privateKey.export({ format: 'jwk' })
  const alg = from ? 'ECDH-1PU+A256KW' : 'ECDH-ES+A256KW'
  const apu = skid === undefined ? undefined : b64(skid)
  const apv = b64(createHash('sha256').update(to.kid).digest())
  const typ = 'application/didcomm-encrypted+json'
  const header = b64(JSON.stringify({ typ, alg, enc, skid, apu, apv, epk: publicOf(ephemeral) }))
  const [cek, iv] = [randomBytes(enc === 'A256CBC-HS512' ? 64 : 32), randomBytes(IV_BYTES[enc])]
  const { ciphertext, tag } = encrypt(enc, cek, iv, Buffer.from(header), text)
  const secrets = [ephemeral, ...(from ? [from.jwk] : [])].map((secret) => agree(secret, to.jwk))
  const encrypted_key = wrapKey(cek, keyWrapKey({ alg, apu, apv, secrets, tag: from && tag }))
  const recipients = [{ header: { kid: to.kid }, encrypted_key }]
  return { protected: header, recipients, iv: b64(iv), ciphertext: b64(ciphertext), tag: b64(tag) }
}

/** Opens with one private key; `sender` is the public key of whoever sealed it, where somebody did. */
export function openJwe(jwe: Jwe, me: NamedKey, sender?: JsonWebKey): string {
  const { alg, enc, apu, apv, epk } = headerOf(jwe.protected)
  const recipient = jwe.recipients.find(({ header }) => header.kid === me.kid)
  if (!recipient) throw new Error(`nothing in it is for ${me.kid}`)
  const kids = jwe.recipients.map(({ header }) => header.kid).toSorted()
  if (apv !== b64(createHash('sha256').update(kids.join('.')).digest())) throw new Error('apv names other recipients')
  const secrets = [agree(me.jwk, epk), ...(sender ? [agree(me.jwk, sender)] : [])]
  const kek = keyWrapKey({ alg: alg!, apu, apv, secrets, tag: sender && un64(jwe.tag) })
  return decrypt(enc as Encryption, unwrapKey(recipient.encrypted_key, kek), jwe)
}
