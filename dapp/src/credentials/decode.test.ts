import { expect, test } from 'vitest'
import { decodeCredential } from './decode.ts'

// An IdentityCredential { name: 'Zoë Martín', country: 'ES' }, valid from 2025-06-15 to 2026-06-15, written once by hand.
const HEAD = 'eyJhbGciOiJFUzI1NksiLCJ0eXAiOiJKV1QifQ'
const BODY =
  'eyJpc3MiOiJkaWQ6ZXRocjoweDdhNjk6MHhmMzlmZDZlNTFhYWQ4OGY2ZjRjZTZhYjg4MjcyNzljZmZmYjkyMjY2Iiwic3ViIjoiZGlkOmV0aHI6MHg3YTY5OjB4NzA5OTc5NzBjNTE4MTJkYzNhMDEwYzdkMDFiNTBlMGQxN2RjNzljOCIsImp0aSI6InVybjp1dWlkOjExMTExMTExLTExMTEtNDExMS04MTExLTExMTExMTExMTExMSIsIm5iZiI6MTc1MDAwMDAwMCwiZXhwIjoxNzgxNTM2MDAwLCJ2YyI6eyJAY29udGV4dCI6WyJodHRwczovL3d3dy53My5vcmcvMjAxOC9jcmVkZW50aWFscy92MSJdLCJ0eXBlIjpbIlZlcmlmaWFibGVDcmVkZW50aWFsIiwiSWRlbnRpdHlDcmVkZW50aWFsIl0sImNyZWRlbnRpYWxTdWJqZWN0Ijp7ImlkIjoiZGlkOmV0aHI6MHg3YTY5OjB4NzA5OTc5NzBjNTE4MTJkYzNhMDEwYzdkMDFiNTBlMGQxN2RjNzljOCIsIm5hbWUiOiJab8OrIE1hcnTDrW4iLCJjb3VudHJ5IjoiRVMifX19'
const JWT = `${HEAD}.${BODY}.c2lnbmF0dXJl`
const HASH = '0x506f8902e04882118a17a02f28f9a714bfbc63ce71e49a778af294aad2d2a5fa'

test('a pasted credential is read: who says what about whom, and until when', () => {
  expect(decodeCredential(`\n  ${JWT} \n`)).toEqual({
    ok: true,
    value: {
      jwt: JWT,
      type: 'IdentityCredential',
      issuer: 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      subject: 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
      jti: 'urn:uuid:11111111-1111-4111-8111-111111111111',
      hash: HASH,
      issuedAt: 1_750_000_000,
      expiresAt: 1_781_536_000,
      claims: { name: 'Zoë Martín', country: 'ES' },
    },
  })
})

test('the same credential with another signature has the same hash', () => {
  expect(decodeCredential(`${HEAD}.${BODY}.YW5vdGhlcg`)).toMatchObject({ ok: true, value: { hash: HASH } })
})

test('an exported file is read again', () => {
  expect(decodeCredential(JSON.stringify({ type: 'IdentityCredential', credential: JWT }))).toMatchObject({
    ok: true,
    value: { hash: HASH },
  })
})

test.each(['', 'hello', '{"credential": 5}', 'a.b', `${'a'.repeat(70_000)}.b.c`])(
  'what is no JWT is refused',
  (text) => {
    expect(decodeCredential(text)).toMatchObject({ ok: false, code: 'ERR_CREDENTIAL_TEXT' })
  },
)

test('a JWT that is no credential is refused', () => {
  // {"iss":"x","sub":"y"}
  expect(decodeCredential(`${HEAD}.eyJpc3MiOiJ4Iiwic3ViIjoieSJ9.c2ln`)).toMatchObject({
    ok: false,
    code: 'ERR_CREDENTIAL_SHAPE',
  })
})

test('bytes that are no JSON are refused, and never thrown', () => {
  expect(decodeCredential('____.____.____')).toMatchObject({ ok: false, code: 'ERR_CREDENTIAL_SHAPE' })
})

test('a credential of a type nobody uses here is refused by its name', () => {
  // {"iss":"x","sub":"y","jti":"z","vc":{"type":["VerifiableCredential","Diploma"],"credentialSubject":{}}}
  const body =
    'eyJpc3MiOiJ4Iiwic3ViIjoieSIsImp0aSI6InoiLCJ2YyI6eyJ0eXBlIjpbIlZlcmlmaWFibGVDcmVkZW50aWFsIiwiRGlwbG9tYSJdLCJjcmVkZW50aWFsU3ViamVjdCI6e319fQ'
  const refused = decodeCredential(`${HEAD}.${body}.c2ln`)
  expect(refused).toMatchObject({ ok: false, code: 'ERR_CREDENTIAL_TYPE' })
  expect(refused.ok ? '' : refused.reason).toContain('Diploma')
})
