import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { CompactEncrypt, type CompactJWEHeaderParameters, type CompactJWSHeaderParameters, CompactSign } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import type { AccessClaims } from './access-claims.ts'
import { type GivenClaims, issueAccessToken } from './issue-access-token.ts'
import { openAccessToken } from './open-access-token.ts'
import { currentKey, rotateTokenKeys, type TokenKey, type TokenKeys } from './token-keys.ts'

const NOW = 1_800_000_000
const MARKETPLACE = 'did:ethr:0x7a69:0x00000000000000000000000000000000000000aa'
const EXPECTED = { issuer: MARKETPLACE, audience: MARKETPLACE, now: NOW }

const CLAIMS: GivenClaims = {
  iss: MARKETPLACE,
  aud: MARKETPLACE,
  sub: 'did:ethr:0x7a69:0x00000000000000000000000000000000000000bb',
  auth_time: NOW - 30,
  sid: 'session-1',
  account: `0x${'11'.repeat(32)}`,
  accountVersion: 2,
  roles: ['service-user'],
  profile: { role: 'service-user', name: 'Ann', organisation: 'Energia S.A.' },
  charging: { accountName: 'Energia S.A.', accountNum: `0x${'11'.repeat(32)}` },
  contracts: { count: 1, hash: `0x${'22'.repeat(32)}` },
}
const FULL: AccessClaims = { ...CLAIMS, iat: NOW, exp: NOW + 600, jti: 'token-1' }

let keys: TokenKeys
let sig: TokenKey
let enc: TokenKey
beforeAll(() => {
  keys = rotateTokenKeys([], NOW)
  sig = currentKey(keys, 'sig', NOW) as TokenKey
  enc = currentKey(keys, 'enc', NOW) as TokenKey
})

const bytes = (text: string) => new TextEncoder().encode(text)

/** What a forger, or a careless issuer with our keys, could make: any header, any claims. */
async function made({
  claims = FULL as object,
  inner = {},
  outer = {},
  signWith = sig.privateKey as KeyObject | Uint8Array,
  encryptTo = enc.publicKey as KeyObject | Uint8Array,
}: {
  claims?: object
  inner?: object
  outer?: object
  signWith?: KeyObject | Uint8Array
  encryptTo?: KeyObject | Uint8Array
} = {}) {
  const innerHeader = { alg: 'ES256', typ: 'at+jwt', kid: sig.kid, ...inner } as CompactJWSHeaderParameters
  const signed = await new CompactSign(bytes(JSON.stringify(claims))).setProtectedHeader(innerHeader).sign(signWith)
  return encrypted(signed, outer, encryptTo)
}

const encrypted = (plaintext: string, outer: object = {}, to: KeyObject | Uint8Array = enc.publicKey) =>
  new CompactEncrypt(bytes(plaintext))
    .setProtectedHeader({
      alg: 'ECDH-ES+A256KW',
      enc: 'A256GCM',
      cty: 'JWT',
      kid: enc.kid,
      ...outer,
    } as CompactJWEHeaderParameters)
    .encrypt(to)

const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const refusalOf = async (token: string, expected: Partial<typeof EXPECTED> = {}) => {
  const opened = await openAccessToken(token, keys, { ...EXPECTED, ...expected })
  return opened.ok ? 'accepted' : opened.code
}

test('an issued token opens as the claims that it was issued with, for ten minutes', async () => {
  const { token, jti, expiresAt } = await issueAccessToken(CLAIMS, keys, NOW)
  expect(await openAccessToken(token, keys, EXPECTED)).toEqual({
    ok: true,
    value: { ...CLAIMS, iat: NOW, exp: NOW + 600, jti },
  })
  expect(expiresAt).toBe(NOW + 600)
})

test('a token shows nothing of its claims to who has no key', async () => {
  const { token } = await issueAccessToken(CLAIMS, keys, NOW)
  expect(JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString())).toEqual({
    alg: 'ECDH-ES+A256KW',
    enc: 'A256GCM',
    cty: 'JWT',
    kid: enc.kid,
    epk: { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
  })
})

test('the same claims made by hand are accepted, so that each refusal below has one reason', async () => {
  expect(await refusalOf(await made())).toBe('accepted')
})

test('a token for another audience is refused', async () => {
  expect(await refusalOf(await made({ claims: { ...FULL, aud: 'did:ethr:0x7a69:0xother' } }))).toBe(
    'ERR_TOKEN_AUDIENCE',
  )
})

test('a token of another issuer is refused, though our key signed it', async () => {
  expect(await refusalOf(await made({ claims: { ...FULL, iss: 'did:ethr:0x7a69:0xother' } }))).toBe('ERR_TOKEN_ISSUER')
})

test('a token is refused from the second of its expiry on', async () => {
  const token = await made()
  expect(await refusalOf(token, { now: NOW + 599 })).toBe('accepted')
  expect(await refusalOf(token, { now: NOW + 600 })).toBe('ERR_TOKEN_EXPIRED')
})

test('a token from the future is refused beyond five seconds of clock skew', async () => {
  const token = await made()
  expect(await refusalOf(token, { now: NOW - 5 })).toBe('accepted')
  expect(await refusalOf(token, { now: NOW - 6 })).toBe('ERR_TOKEN_NOT_YET')
})

for (const [what, claims] of [
  ['longer than ten minutes', { exp: NOW + 601 }],
  ['no time at all', { exp: NOW }],
  ['from before its sign-in', { auth_time: NOW + 1 }],
] as const) {
  test(`a token that lives ${what} is refused`, async () => {
    expect(await refusalOf(await made({ claims: { ...FULL, ...claims } }))).toBe('ERR_TOKEN_LIFETIME')
  })
}

for (const [what, claims] of [
  ['without exp', { ...FULL, exp: undefined }],
  ['with exp as a string', { ...FULL, exp: String(FULL.exp) }],
  ['with an audience list', { ...FULL, aud: [MARKETPLACE] }],
  ['with a claim more', { ...FULL, admin: true }],
  ['with a role that does not exist', { ...FULL, roles: ['operator'] }],
  ['that is no object', ['x']],
] as const) {
  test(`a token ${what} is refused`, async () => {
    expect(await refusalOf(await made({ claims }))).toBe('ERR_TOKEN_CLAIMS')
  })
}

test('a token of unknown keys is refused', async () => {
  const other = rotateTokenKeys([], NOW)
  expect(await refusalOf((await issueAccessToken(CLAIMS, other, NOW)).token)).toBe('ERR_TOKEN_KEY')
  expect(await refusalOf(await made({ inner: { kid: 'unknown' } }))).toBe('ERR_TOKEN_KEY')
  expect(await refusalOf(await made({ outer: { kid: 'unknown' } }))).toBe('ERR_TOKEN_KEY')
})

test('a signing key cannot be used to encrypt, nor an encryption key to sign', async () => {
  expect(await refusalOf(await made({ outer: { kid: sig.kid }, encryptTo: sig.publicKey }))).toBe('ERR_TOKEN_KEY')
  expect(await refusalOf(await made({ inner: { kid: enc.kid }, signWith: enc.privateKey }))).toBe('ERR_TOKEN_KEY')
})

test('another key’s signature under our key id is refused', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  expect(await refusalOf(await made({ signWith: privateKey }))).toBe('ERR_TOKEN_SIGNATURE')
})

test('a token encrypted to another key under our key id is refused', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  expect(await refusalOf(await made({ encryptTo: publicKey }))).toBe('ERR_TOKEN_DECRYPTION')
})

test('an unsigned token (alg none) inside a good encryption is refused', async () => {
  const unsigned = `${b64({ alg: 'none', typ: 'at+jwt', kid: sig.kid })}.${b64(FULL)}.`
  expect(await refusalOf(await encrypted(unsigned))).toBe('ERR_TOKEN_HEADER')
})

test('HS256 with the public key as secret is refused', async () => {
  const secret = new Uint8Array(sig.publicKey.export({ type: 'spki', format: 'der' }))
  expect(await refusalOf(await made({ inner: { alg: 'HS256' }, signWith: secret }))).toBe('ERR_TOKEN_HEADER')
})

test('RS256 and EdDSA with a key of the forger are refused', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  expect(await refusalOf(await made({ inner: { alg: 'RS256' }, signWith: rsa }))).toBe('ERR_TOKEN_HEADER')
  const ed = generateKeyPairSync('ed25519').privateKey
  expect(await refusalOf(await made({ inner: { alg: 'EdDSA' }, signWith: ed }))).toBe('ERR_TOKEN_HEADER')
})

test('an access token is no other JWT of ours: its typ is pinned', async () => {
  expect(await refusalOf(await made({ inner: { typ: 'JWT' } }))).toBe('ERR_TOKEN_HEADER')
})

for (const member of ['jku', 'x5u', 'jwk', 'x5c'] as const) {
  test(`a header that brings its own key by ${member} is refused, inside and outside`, async () => {
    const value = {
      jku: 'https://evil.example/keys',
      x5u: 'https://evil.example/cert',
      jwk: { ...sig.publicJwk },
      x5c: ['AAAA'],
    }[member]
    expect(await refusalOf(await made({ inner: { [member]: value } }))).toBe('ERR_TOKEN_HEADER')
    expect(await refusalOf(await made({ outer: { [member]: value } }))).toBe('ERR_TOKEN_HEADER')
  })
}

test('a compressed token (zip) is refused before anything is unpacked', async () => {
  expect(await refusalOf(await made({ outer: { zip: 'DEF' } }))).toBe('ERR_TOKEN_HEADER')
})

for (const [member, value] of Object.entries({
  ...{
    zip: 'DEF',
    crit: ['exp'],
    jku: 'https://evil.example/keys',
    jwk: {},
    x5u: 'https://evil.example/cert',
    x5c: ['AAAA'],
  },
  ...{ apu: 'QWxpY2U', apv: 'Qm9i' },
})) {
  // An exchanged header does not decrypt: a token that is refused for its header's sake was not decrypted before.
  test(`${member} in the outer header is refused before anything is decrypted`, async () => {
    const [header, ...rest] = (await made()).split('.') as [string, ...string[]]
    const members = JSON.parse(Buffer.from(header, 'base64url').toString())
    const under = (exchanged: object) => refusalOf([b64(exchanged), ...rest].join('.'))
    expect(await under({ kid: members.kid, ...members })).toBe('ERR_TOKEN_DECRYPTION')
    expect(await under({ ...members, [member]: value })).toBe('ERR_TOKEN_HEADER')
  })
}

test('direct encryption (alg dir) is refused', async () => {
  const secret = createSecretKey(Buffer.alloc(32, 7))
  expect(await refusalOf(await made({ outer: { alg: 'dir' }, encryptTo: secret }))).toBe('ERR_TOKEN_HEADER')
})

test('direct key agreement and other content encryption are refused', async () => {
  expect(await refusalOf(await made({ outer: { alg: 'ECDH-ES' } }))).toBe('ERR_TOKEN_HEADER')
  expect(await refusalOf(await made({ outer: { enc: 'A128CBC-HS256' } }))).toBe('ERR_TOKEN_HEADER')
})

test('a token that does not say that a JWT is inside (cty) is refused', async () => {
  expect(await refusalOf(await made({ outer: { cty: undefined } }))).toBe('ERR_TOKEN_HEADER')
  expect(await refusalOf(await made({ outer: { cty: 'json' } }))).toBe('ERR_TOKEN_HEADER')
})

test('encrypted claims that nobody signed are refused', async () => {
  expect(await refusalOf(await encrypted(JSON.stringify(FULL)))).toBe('ERR_TOKEN_HEADER')
})

test('a signed token that is not encrypted is refused', async () => {
  const plain = await new CompactSign(bytes(JSON.stringify(FULL)))
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: sig.kid })
    .sign(sig.privateKey)
  expect(await refusalOf(plain)).toBe('ERR_TOKEN_SHAPE')
})

test('a token longer than any server takes is refused unread', async () => {
  expect(await refusalOf(`${'AAAA'.repeat(3_000)}.AAAA.AAAA.AAAA.AAAA`)).toBe('ERR_TOKEN_SHAPE')
})

test('a key opens its tokens within the overlap after its time, and not after', async () => {
  const later = NOW + 86_400
  const { token } = await issueAccessToken({ ...CLAIMS, auth_time: later - 10 }, keys, later - 1)
  const rotated = rotateTokenKeys(keys, later)
  expect(currentKey(rotated, 'sig', later)?.kid).not.toBe(sig.kid)
  const at = async (now: number, ring = rotated) => {
    const opened = await openAccessToken(token, ring, { ...EXPECTED, now })
    return opened.ok ? 'accepted' : opened.code
  }
  expect(await at(later + 598)).toBe('accepted')
  expect(await at(later + 1_199)).toBe('ERR_TOKEN_EXPIRED')
  expect(await at(later + 1_200)).toBe('ERR_TOKEN_KEY')
  expect(await at(later, rotateTokenKeys(rotated, later + 1_200))).toBe('ERR_TOKEN_KEY')
})

test('no token is issued with keys that were not rotated in time, nor with claims that no token has', async () => {
  await expect(issueAccessToken(CLAIMS, keys, NOW + 86_400)).rejects.toMatchObject({ code: 'ERR_TOKEN_KEY' })
  const claims = { ...CLAIMS, account: 'Ann Smith' }
  const error = await issueAccessToken(claims, keys, NOW).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ERR_TOKEN_CLAIMS' })
  expect(String(error)).not.toContain('Ann Smith')
})

test('no token with one changed, missing or added character is accepted', async () => {
  const { token } = await issueAccessToken(CLAIMS, keys, NOW)
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: token.length - 1 }), fc.integer({ min: 32, max: 126 }), async (at, code) => {
      const other = String.fromCharCode(code)
      fc.pre(other !== token[at])
      expect(await refusalOf(token.slice(0, at) + other + token.slice(at + 1))).toMatch(/^ERR_TOKEN_/)
      expect(await refusalOf(token.slice(0, at) + token.slice(at + 1))).toMatch(/^ERR_TOKEN_/)
      expect(await refusalOf(token.slice(0, at) + other + token.slice(at))).toMatch(/^ERR_TOKEN_/)
    }),
    { numRuns: 300 },
  )
})

test('a token has one spelling: unused bits of base64url are refused', async () => {
  const { token } = await issueAccessToken(CLAIMS, keys, NOW)
  const next = { A: 'B', Q: 'R', g: 'h', w: 'x' } as Record<string, string>
  const respelt = token.replace(/.$/, (last) => next[last] as string)
  expect(await refusalOf(respelt)).toBe('ERR_TOKEN_SHAPE')
})

test('no text at all makes opening throw', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { minLength: 5, maxLength: 5 }), async (parts) => {
      expect(await refusalOf(parts.join('.'))).toMatch(/^ERR_TOKEN_/)
    }),
  ))
