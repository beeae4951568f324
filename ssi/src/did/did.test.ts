import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountIdOf, addressOfDid, type Did, didOfAddress, parseDid } from './did.ts'
import { didOfJwk } from './key-did.ts'

const CANONICAL = 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'

test.each([
  'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  'did:ethr:0x7a69:0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  'did:ethr:0x7A69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  'did:ethr:0x007a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  'did:ethr:31337:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  // The public key of the same address.
  'did:ethr:0x7a69:0x038318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75',
])('%s is written canonically', (text) => {
  expect(parseDid(text, 31337)).toEqual({ ok: true, value: CANONICAL })
})

test('a DID without a chain and one named by a chain are of that chain', () => {
  const address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
  expect(parseDid(`did:ethr:${address}`, 1)).toMatchObject({ value: `did:ethr:0x1:${address}` })
  expect(parseDid(`did:ethr:mainnet:${address}`, 1)).toMatchObject({ value: `did:ethr:0x1:${address}` })
  expect(parseDid(`did:ethr:sepolia:${address}`, 11155111)).toMatchObject({ value: `did:ethr:0xaa36a7:${address}` })
})

test.each([
  ['of another chain', 'did:ethr:0x1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
  ['without a chain, which is mainnet', 'did:ethr:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
  ['of an unknown chain name', 'did:ethr:constructor:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
  ['with a fragment', `${CANONICAL}#controller`],
  ['with a query', `${CANONICAL}?versionId=1`],
  ['with a short address', 'did:ethr:0x7a69:0xf39fd6'],
  ['with a public key that is no point', `did:ethr:0x7a69:0x02${'f'.repeat(64)}`],
  ['with a space', ` ${CANONICAL}`],
  ['of another method', 'did:web:example.com'],
  [
    'of a private JWK',
    `did:jwk:${Buffer.from('{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"x"}').toString('base64url')}`,
  ],
  ['of an RSA JWK', `did:jwk:${Buffer.from('{"kty":"RSA","n":"AQAB","e":"AQAB"}').toString('base64url')}`],
  ['of a P-256 JWK off the curve', didOfJwk({ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) })],
  ['of a truncated did:key', 'did:key:z6Mk'],
  ['that is a number', 7],
])('a DID %s is refused', (_, text) => {
  expect(parseDid(text, 31337)).toMatchObject({ ok: false, code: 'ERR_DID' })
})

test.each([
  'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
  'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
  'did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9',
])('%s is its own canonical form', (text) => {
  expect(parseDid(text, 31337)).toEqual({ ok: true, value: text })
  expect(addressOfDid(text as Did)).toBeUndefined()
})

test('an account is keccak256 of the canonical DID', () => {
  expect(accountIdOf(didOfAddress(31337, '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'))).toBe(
    '0xc072ef1291f544345aa1bc059c1d3b5ca1e55031e3e7642d6b7683e87352b9eb',
  )
})

test('whatever it is given, reading a DID never throws', () => {
  const almost = fc.constantFrom('did:ethr:', 'did:jwk:', 'did:key:z', 'did:ethr:0x7a69:0x')
  const text = fc.tuple(almost, fc.string({ unit: 'binary' })).map((parts) => parts.join(''))
  fc.assert(fc.property(fc.oneof(fc.anything(), text), (given) => void parseDid(given, 31337)))
})
