import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { x25519 } from '@noble/curves/ed25519.js'
import { expect, test } from 'vitest'
import { type AgreementKey, createAgreementKey } from './agreement-key.ts'
import { createDidcomm } from './didcomm.ts'
import { partyOf, resolverOf } from './testing/parties.ts'

/**
 * ECDH-1PU+A256KW with A256CBC-HS512 a second time, written from its specifications alone (draft-madden-jose-ecdh-1pu-04
 * §2.3, RFC 7518 §5.2, RFC 3394), so that our messages do not only fit our own library.
 */
const [alice, bob] = [partyOf(1), partyOf(2)]
const NOW = 1_800_000_000
const ALG = 'ECDH-1PU+A256KW'
const speaker = ({ did, key }: typeof alice) =>
  createDidcomm({ did, keys: [key], resolver: resolverOf([alice, bob]), now: () => NOW })

const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const un64 = (text: string): Buffer => Buffer.from(text, 'base64url')
const uint32 = (value: number): Buffer => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])
const prefixed = (bytes: Uint8Array): Buffer => Buffer.concat([uint32(bytes.length), bytes])

/** Concat KDF, one round of SHA-256; the tag of the content goes into the key (draft §2.3). */
function keyWrapKey(ephemeral: Uint8Array, fixed: Uint8Array, apu: string, apv: string, tag: Uint8Array): Buffer {
  const info = [Buffer.from(ALG), un64(apu), un64(apv)].map(prefixed)
  const all = [uint32(1), ephemeral, fixed, ...info, uint32(256), prefixed(tag)]
  return createHash('sha256').update(Buffer.concat(all)).digest()
}

const hmacOf = (cek: Buffer, aad: Buffer, iv: Buffer, ciphertext: Buffer): Buffer => {
  const bits = Buffer.alloc(8)
  bits.writeBigUInt64BE(BigInt(aad.length) * 8n)
  const mac = createHmac('sha512', cek.subarray(0, 32)).update(Buffer.concat([aad, iv, ciphertext, bits]))
  return mac.digest().subarray(0, 32)
}
const WRAP_IV = Buffer.from('a6a6a6a6a6a6a6a6', 'hex')

test('an independent implementation opens what we seal', async () => {
  const { packed } = await speaker(alice).pack(bob.did, {
    type: 'https://example.org/greeting',
    body: { text: 'hello' },
  })
  const { protected: header, recipients, iv, ciphertext, tag } = JSON.parse(packed)
  const { alg, enc, epk, apu, apv, skid } = JSON.parse(un64(header).toString())
  expect([alg, enc]).toEqual([ALG, 'A256CBC-HS512'])
  expect(un64(apu).toString()).toBe(skid)
  const [{ encrypted_key: wrapped, header: unprotected }] = recipients
  expect(apv).toBe(b64(createHash('sha256').update(unprotected.kid).digest()))

  const ephemeral = x25519.getSharedSecret(bob.key.privateKey, un64(epk.x))
  const fixed = x25519.getSharedSecret(bob.key.privateKey, alice.key.publicKey)
  const kek = keyWrapKey(ephemeral, fixed, apu, apv, un64(tag))
  const unwrap = createDecipheriv('aes256-wrap', kek, WRAP_IV)
  const cek = Buffer.concat([unwrap.update(un64(wrapped)), unwrap.final()])
  expect(hmacOf(cek, Buffer.from(header), un64(iv), un64(ciphertext)).equals(un64(tag))).toBe(true)
  const decipher = createDecipheriv('aes-256-cbc', cek.subarray(32), un64(iv))
  const text = Buffer.concat([decipher.update(un64(ciphertext)), decipher.final()]).toString()
  expect(JSON.parse(text)).toMatchObject({ from: alice.did, to: [bob.did], body: { text: 'hello' } })
})

/** Seals freely: the sender of the envelope and the sender that the message names may differ. */
function seal(message: object, sender: AgreementKey, skid: string): string {
  const ephemeral = createAgreementKey()
  const kid = `${bob.did}#delegate-1`
  const apv = b64(createHash('sha256').update(kid).digest())
  const apu = b64(Buffer.from(skid))
  const epk = { kty: 'OKP', crv: 'X25519', x: b64(ephemeral.publicKey) }
  const typ = 'application/didcomm-encrypted+json'
  const header = b64(Buffer.from(JSON.stringify({ typ, alg: ALG, enc: 'A256CBC-HS512', skid, apu, apv, epk })))
  const [cek, iv] = [randomBytes(64), randomBytes(16)]
  const cipher = createCipheriv('aes-256-cbc', cek.subarray(32), iv)
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(message)), cipher.final()])
  const tag = hmacOf(cek, Buffer.from(header), iv, ciphertext)
  const secrets = [ephemeral, sender].map((key) => x25519.getSharedSecret(key.privateKey, bob.key.publicKey))
  const wrap = createCipheriv('aes256-wrap', keyWrapKey(secrets[0]!, secrets[1]!, apu, apv, tag), WRAP_IV)
  const encrypted_key = b64(Buffer.concat([wrap.update(cek), wrap.final()]))
  const recipients = [{ header: { kid }, encrypted_key }]
  return JSON.stringify({ protected: header, recipients, iv: b64(iv), ciphertext: b64(ciphertext), tag: b64(tag) })
}

const message = (from: string) => ({
  id: '1',
  typ: 'application/didcomm-plain+json',
  type: 'https://example.org/greeting',
  from,
  to: [bob.did],
  created_time: NOW,
  body: { text: 'hello' },
})

test('we open what an independent implementation seals', async () => {
  const packed = seal(message(alice.did), alice.key, `${alice.did}#delegate-1`)
  expect(await speaker(bob).unpack(packed)).toMatchObject({
    ok: true,
    value: { from: alice.did, body: { text: 'hello' } },
  })
})

test('a sender who names another in the message is refused, though the envelope opens', async () => {
  const mallory = partyOf(3)
  const receiver = createDidcomm({
    did: bob.did,
    keys: [bob.key],
    resolver: resolverOf([alice, bob, mallory]),
    now: () => NOW,
  })
  const packed = seal(message(alice.did), mallory.key, `${mallory.did}#delegate-1`)
  expect(await receiver.unpack(packed)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_SENDER' })
})

test("a sender who names another's key without having it is refused", async () => {
  const packed = seal(message(alice.did), partyOf(3).key, `${alice.did}#delegate-1`)
  expect(await speaker(bob).unpack(packed)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_ENVELOPE' })
})
