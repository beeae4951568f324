import { createPublicKey } from 'node:crypto'
import { CompactEncrypt, type CompactJWEHeaderParameters } from 'jose'
import { expect, test } from 'vitest'
import { didOfJwk } from '../did/key-did.ts'
import { verifyPresentation } from '../verifier/presentation.ts'
import type { Expected, VerifierPorts } from '../verifier/types.ts'
import { readAuthorisationResponse } from './response.ts'
import { createResponseKey, type ResponseKey } from './response-key.ts'
import { handMade, testKey } from './testing/issuer-and-holder.ts'
import type { SdJwtPorts } from './verify-sd-jwt-presentation.ts'
import { createOpenid4vpVerifier } from './verify-vp-token.ts'

const STATE = 'c3RhdGU'
const VP_TOKEN = { IdentityCredential: ['a~b'] }
const form = (members: Record<string, string>) => new URLSearchParams(members).toString()
const key = createResponseKey()

async function encrypted(
  members: object,
  { header = {}, to = key }: { header?: object; to?: ResponseKey } = {},
): Promise<string> {
  const { d: _, ...jwk } = to.jwk
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(members)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: to.kid, ...header } as CompactJWEHeaderParameters)
    .encrypt(createPublicKey({ key: jwk, format: 'jwk' }))
}

const read = async (body: string, responseKey?: ResponseKey) => {
  const answer = await readAuthorisationResponse(body, { state: STATE, responseKey })
  return answer.ok ? answer.value : answer.code
}

test('a plain answer (direct_post) is read, and parameters that we do not know are ignored', async () => {
  const body = form({ vp_token: JSON.stringify(VP_TOKEN), state: STATE, iss: 'wallet', more: 'x' })
  expect(await read(body)).toEqual(VP_TOKEN)
})

for (const enc of ['A128GCM', 'A256GCM']) {
  test(`an answer encrypted with ${enc} (direct_post.jwt) is read`, async () => {
    const response = await encrypted({ vp_token: VP_TOKEN, state: STATE }, { header: { enc } })
    expect(await read(form({ response }), key)).toEqual(VP_TOKEN)
  })
}

test('OpenID4VP 1.0 §8.3: the encrypted response of the specification opens with its key', async () => {
  const specified: ResponseKey = {
    kid: 'ac',
    jwk: {
      kty: 'EC',
      crv: 'P-256',
      x: 'YO4epjifD-KWeq1sL2tNmm36BhXnkJ0He-WqMYrp9Fk',
      y: 'Hekpm0zfK7C-YccH5iBjcIXgf6YdUvNUac_0At55Okk',
      d: 'Et-3ce0omz8_TuZ96Df9lp0GAaaDoUnDe6X-CRO7Aww',
    },
  }
  const response = [
    'eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImtpZCI6ImFjIiwiZXBrIjp7Imt',
    '0eSI6IkVDIiwieCI6Im5ubVZwbTNWM2piaGNhZlFhUkJrU1ZOSGx3Wkh3dC05ck9wSnVmeVlJdWsiLCJ5I',
    'joicjRmakRxd0p5czlxVU9QLV9iM21SNVNaRy0tQ3dPMm1pYzVWU05UWU45ZyIsImNydiI6IlAtMjU2In1',
    '9..uAYcHRUSSn2X0WPX.yVzlGSYG4qbg0bq18JcUiDRw56yVnbKR8E7S7YlEtzT00RqE3Pw5oTpUG3hdLN',
    '4taHZ9gC1kwak8JOnJgQ.1wR024_3-qtAlx1oFIUpQQ',
  ].join('')
  // The example has no state, so that it decrypts and then answers no request of ours.
  expect(await read(form({ response }), specified)).toBe('ERR_VP_CHALLENGE')
  const touched = response.replace('1wR024', '1wR025')
  expect(await read(form({ response: touched }), specified)).toBe('ERR_VP_SHAPE')
})

test('an answer to another request is refused, encrypted or not, also without state', async () => {
  const vp_token = JSON.stringify(VP_TOKEN)
  expect(await read(form({ vp_token, state: 'other' }))).toBe('ERR_VP_CHALLENGE')
  expect(await read(form({ vp_token }))).toBe('ERR_VP_CHALLENGE')
  const response = await encrypted({ vp_token: VP_TOKEN, state: 'other' })
  expect(await read(form({ response, state: STATE }), key)).toBe('ERR_VP_CHALLENGE')
})

test('a plain answer to a request for an encrypted one is refused', async () => {
  expect(await read(form({ vp_token: JSON.stringify(VP_TOKEN), state: STATE }), key)).toBe('ERR_VP_SHAPE')
})

for (const [what, options] of [
  ['compressed', { header: { zip: 'DEF' } }],
  ['by another algorithm', { header: { alg: 'ECDH-ES+A256KW' } }],
  ['with another content encryption', { header: { enc: 'A128CBC-HS256' } }],
  ['under another key id', { header: { kid: 'other' } }],
  ['with an embedded key', { header: { jwk: { kty: 'EC' } } }],
  ['to another key', { to: { ...createResponseKey(), kid: key.kid } }],
] as const) {
  test(`an answer encrypted ${what} is refused`, async () => {
    const response = await encrypted({ vp_token: VP_TOKEN, state: STATE }, options)
    expect(await read(form({ response }), key)).toBe('ERR_VP_SHAPE')
  })
}

test('a parameter twice is refused', async () => {
  const body = `${form({ vp_token: JSON.stringify(VP_TOKEN), state: STATE })}&state=${STATE}`
  expect(await read(body)).toBe('ERR_VP_SHAPE')
})

for (const vp_token of [
  '{}x',
  '[]',
  '"a"',
  '{"a":"b"}',
  '{"a":[]}',
  '{"a":["b","c"]}',
  '{"a":[1]}',
  '{"a":["b"],"a":["c"]}',
]) {
  test(`vp_token ${vp_token} is refused`, async () => {
    expect(await read(form({ vp_token, state: STATE }))).toBe('ERR_VP_SHAPE')
  })
}

test('a wallet that declines is quoted by its error code only', async () => {
  const declined = (error: string) => readAuthorisationResponse(form({ error, state: STATE }), { state: STATE })
  expect(await declined('access_denied')).toMatchObject({
    code: 'ERR_VP_SHAPE',
    reason: 'The wallet declined: access_denied.',
  })
  expect(await declined('<script>')).toMatchObject({ reason: 'The wallet declined: an unknown error.' })
})

// The vp_token as a whole.

const NOW = 1_800_000_000
const CLIENT = 'x509_hash:x'
const issuer = testKey()
const holder = testKey()
const ports: SdJwtPorts = {
  chainId: 31337,
  clientIds: [CLIENT],
  issuers: [
    { iss: 'https://issuer.example', types: ['IdentityCredential', 'DataSourceCredential'], keys: [issuer.jwk] },
  ],
  isAccredited: async () => false,
  isRevoked: async () => false,
  fetchStatusList: () => Promise.reject(new Error('no list')),
}
const expected: Expected = {
  operation: 'register-citizen',
  challenge: `0x${'ab'.repeat(32)}`,
  audience: 'did:ethr:0x7a69:0x00000000000000000000000000000000000000aa',
  now: NOW,
  types: ['IdentityCredential'],
}
const presented = (type: string, claims: object, by = holder) =>
  handMade({
    issuer,
    holder: by,
    payload: {
      iss: 'https://issuer.example',
      iat: NOW,
      exp: NOW + 60,
      vct: `urn:opem:credential:${type}:1`,
      cnf: { jwk: by.jwk },
      ...claims,
    },
    kbPayload: { iat: NOW, aud: CLIENT, nonce: expected.challenge },
  })
const identity = () => presented('IdentityCredential', { name: 'Ann Smith' })
const meter = (by = holder) => presented('DataSourceCredential', { meter: 'meter-1', role: 'data-subject' }, by)

const verifyToken = createOpenid4vpVerifier(ports)
const refusalOf = async (vpToken: Record<string, string[]>, types: Expected['types'] = ['IdentityCredential']) => {
  const verified = await verifyToken(vpToken, { ...expected, types })
  return verified.ok ? 'accepted' : verified.code
}

test('exactly the types that were asked for make a presentation of the key’s did:jwk', async () => {
  const both = { IdentityCredential: [identity()], DataSourceCredential: [meter()] }
  expect(await verifyToken(both, { ...expected, types: ['DataSourceCredential', 'IdentityCredential'] })).toMatchObject(
    {
      ok: true,
      value: {
        holder: didOfJwk(holder.jwk),
        credentials: [{ type: 'IdentityCredential' }, { type: 'DataSourceCredential' }],
      },
    },
  )
})

test('the verifier of all proofs takes it as one of them, and refuses it where the port is not there', async () => {
  const proof = { kind: 'openid4vp', vpToken: { IdentityCredential: [identity()] } }
  const withPort = { openid4vp: verifyToken } as unknown as VerifierPorts
  expect(await verifyPresentation(proof, expected, withPort)).toMatchObject({
    ok: true,
    value: { holder: didOfJwk(holder.jwk) },
  })
  expect(await verifyPresentation(proof, expected, {} as VerifierPorts)).toMatchObject({ code: 'ERR_VP_SHAPE' })
})

test('a type less, a type more, an unknown one or an identity twice is refused', async () => {
  expect(await refusalOf({})).toBe('ERR_VP_TYPES')
  expect(await refusalOf({ IdentityCredential: [identity()], DataSourceCredential: [meter()] })).toBe('ERR_VP_TYPES')
  expect(await refusalOf({ other: [identity()] })).toBe('ERR_VP_TYPES')
  expect(await refusalOf({ IdentityCredential: [identity()], pid: [identity()] })).toBe('ERR_VP_TYPES')
  expect(await refusalOf({ DataSourceCredential: [identity()] }, ['DataSourceCredential'])).toBe('ERR_VC_SCHEMA')
})

test('credentials of two holders are refused', async () => {
  const both = { IdentityCredential: [identity()], DataSourceCredential: [meter(testKey())] }
  expect(await refusalOf(both, ['IdentityCredential', 'DataSourceCredential'])).toBe('ERR_VP_HOLDER')
})

test('two presentations, or none, for one query are refused', async () => {
  expect(await refusalOf({ IdentityCredential: [identity(), identity()] })).toBe('ERR_VP_SHAPE')
  expect(await refusalOf({ IdentityCredential: [] })).toBe('ERR_VP_SHAPE')
})

test('a credential with a status list that does not answer is neither accepted nor refused for good', async () => {
  const status = { status_list: { idx: 0, uri: 'https://issuer.example/status/1' } }
  const token = { IdentityCredential: [presented('IdentityCredential', { name: 'Ann Smith', status })] }
  await expect(verifyToken(token, expected)).rejects.toMatchObject({ code: 'ERR_STATUS_UNREACHABLE', retryable: true })
})
