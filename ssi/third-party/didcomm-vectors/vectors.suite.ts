import { describe, expect, inject, test } from 'vitest'
import { checkMessage } from '../../src/didcomm/check-message.ts'
import { openEnvelope } from '../../src/didcomm/library.ts'
import { documentOf, portsOf } from '../../src/didcomm/testing/forms.ts'
import { openJwe } from '../../src/didcomm/testing/second-jwe.ts'
import { openJws, signJws } from '../../src/didcomm/testing/second-jws.ts'
import { checkIntegrity } from './fetch-package.ts'
import { digestOf, restoreRecipients } from './restore.ts'
import { parseShipped, readTexts } from './shipped.ts'

/**
 * Three of the ten messages of DIDComm v2's Appendix C, whole, from what the tests of @veramo/did-comm carry (README.md). Digests
 * stand for the appendix's text, which states no licence and is therefore not here.
 */
const texts = readTexts(inject('packageFolder'))
const { jwe, plaintext, bob, alice } = parseShipped(texts)
const ports = portsOf([documentOf('did:example:alice', [], [alice]), documentOf('did:example:bob', bob, [])], bob)

const PLAINTEXT = '36d4de5c5187552918e3161431063bb2cce84ad24f055b3491993bc1d6b02a79'
const NOW = 1_516_269_023

/** The library finds the plaintext; we believe none of it, since nobody sealed it as its sender. */
async function expectOpened(packed: string) {
  const { message, proof } = await openEnvelope(packed, ports)
  expect(message).toMatchObject({ id: '1234567890', from: 'did:example:alice', created_time: 1_516_269_022 })
  expect(digestOf(message)).toBe(PLAINTEXT)
  const checked = checkMessage(message, proof, { me: 'did:example:bob', now: NOW })
  expect(checked).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_SENDER' })
}

describe('C.1 plaintext', () => {
  test('it is the text that the package expects', () => expect(digestOf(JSON.parse(plaintext))).toBe(PLAINTEXT))
  test('the library opens it', () => expectOpened(plaintext))
})

describe('C.2 signed, EdDSA', () => {
  // Ed25519 has no chance in it (RFC 8032): the same key and text give the same signature.
  const signed = signJws(plaintext, 'EdDSA', alice)

  test("signed anew with Alice's key, it is the vector byte for byte", () => {
    expect(signed.signatures[0]!.signature).toMatch(/^FW33NnvO/)
    expect(digestOf(signed)).toBe('9db2be5201f4145761574bf6840823509817330ea4fe4a476dd9ec134f937dd1')
  })
  test('the library opens it', () => expectOpened(JSON.stringify(signed)))
  test('the second implementation opens it', () => {
    expect(digestOf(JSON.parse(openJws(signed, alice.jwk)))).toBe(PLAINTEXT)
  })

  const changed = {
    ...signed,
    payload: Buffer.from(plaintext.replace('1234567890', '1234567891')).toString('base64url'),
  }
  test('with another text the library refuses it', () =>
    expect(openEnvelope(JSON.stringify(changed), ports)).rejects.toThrow('Malformed: Wrong signature'))
  test('with another text the second implementation refuses it', () =>
    expect(() => openJws(changed, alice.jwk)).toThrow('the signature is not by this key'))
})

describe('C.3 ECDH-ES, X25519, XC20P', () => {
  const whole = restoreRecipients(jwe, bob)

  test('as shipped, without two of its three recipients, the library refuses it', () =>
    expect(openEnvelope(JSON.stringify(jwe), ports)).rejects.toThrow('Malformed: APV mismatch'))
  test('as shipped, without two of its three recipients, the second implementation refuses it', () =>
    expect(() => openJwe(jwe, bob[0]!)).toThrow('apv names other recipients'))

  test('with its recipients restored, it is the vector byte for byte', () => {
    expect(whole.tag).toBe('6ylC_iAs4JvDQzXeY6MuYQ')
    expect(digestOf(whole)).toBe('5a4ecafafc7a9fb7db360a3348a850d5582da63338ac046b898e2c2dfd63c4ce')
  })
  test('the library opens it', () => expectOpened(JSON.stringify(whole)))
  for (const key of [0, 1, 2]) {
    test(`the second implementation opens it with Bob's key ${key + 1}`, () =>
      expect(digestOf(JSON.parse(openJwe(whole, bob[key]!)))).toBe(PLAINTEXT))
  }

  const changed = { ...whole, ciphertext: whole.ciphertext.replace('KWS7', 'KWS8') }
  test('with another ciphertext the library refuses it', () =>
    expect(openEnvelope(JSON.stringify(changed), ports)).rejects.toThrow('Malformed: Unable decrypt content'))
  test('with another ciphertext the second implementation refuses it', () =>
    expect(() => openJwe(changed, bob[0]!)).toThrow('invalid tag'))
})

describe('what the package ships', () => {
  const [encryption, trustPing] = texts
  const reading = (change: (text: string) => string) => () => parseShipped([change(encryption), change(trustPing)])

  test('another tarball is refused', () =>
    expect(() => checkIntegrity(Buffer.from('another'))).toThrow('ERR_INTEGRITY'))
  test('a test of another name is refused', () =>
    expect(reading((text) => text.replace('XC20P with ECDH-ES+A256KW and', 'A message with'))).toThrow(
      'ERR_SHAPE: the test of ECDH-ES',
    ))
  test('another message is refused', () =>
    expect(reading((text) => text.replace('6ylC_iAs4JvDQzXeY6MuYQ', '7ylC_iAs4JvDQzXeY6MuYQ'))).toThrow(
      'ERR_SHAPE: the shipped message is another',
    ))
  test('a message with one member more is refused', () =>
    expect(reading((text) => text.replace("iv: 'ESpm", "aad: 'x',\n        iv: 'ESpm"))).toThrow('"aad"'))
  test('keys of Bob that stand elsewhere are refused', () =>
    expect(reading((text) => text.replace("kid: 'did:example:bob#key-x25519-3'", "kid: 'bob'"))).toThrow(
      "ERR_SHAPE: Bob's keys",
    ))
  test('a key of Alice that stands elsewhere is refused', () =>
    expect(reading((text) => text.replace('senderSecretEd25519D =', 'secret ='))).toThrow("ERR_SHAPE: Alice's key"))
})
