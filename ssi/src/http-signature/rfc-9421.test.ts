import { httpbis } from 'http-message-signatures'
import { expect, test } from 'vitest'
import { contentDigest, isDigestOf } from './content-digest.ts'
import { isSignedBy, keyidOf, parsePublicJwk } from './jwk.ts'
import { signatureBase } from './signature-base.ts'
import { systemKeyOf } from './system-key.ts'

// RFC 9421 appendix B.1.4 (test-key-ed25519), B.1.3 (test-key-ecc-p256), and the messages of B.2.
const ED25519 = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
  d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
} as const
const P256 = {
  kty: 'EC',
  crv: 'P-256',
  x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
  y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
} as const
const REQUEST = {
  method: 'POST',
  url: 'https://example.com/foo?param=Value&Pet=dog',
  headers: { date: 'Tue, 20 Apr 2021 02:07:55 GMT', 'content-type': 'application/json', 'content-length': '18' },
}

test('RFC 9421 B.2.6: the signature base and the Ed25519 signature are those of the RFC', () => {
  const covered = ['date', '@method', '@path', '@authority', 'content-type', 'content-length']
  const params =
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
  const base = signatureBase(REQUEST, covered, params)
  expect(base.toString()).toBe(`"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ${params}`)
  const signature = systemKeyOf(ED25519).sign(base)
  expect(signature.toString('base64')).toBe(
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  )
  const { d: _, ...publicJwk } = ED25519
  expect(isSignedBy(publicJwk, base, signature)).toBe(true)
  expect(isSignedBy(publicJwk, Buffer.concat([base, Buffer.from(' ')]), signature)).toBe(false)
})

test('RFC 9421 B.2.4: the ECDSA P-256 signature of the RFC verifies over the response that it signs', () => {
  const response = {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'content-digest':
        'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
      'content-length': '23',
    },
  }
  const fields = ['@status', 'content-type', 'content-digest', 'content-length']
  const components = httpbis.createSignatureBase({ fields }, response)
  const params =
    '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"'
  const base = Buffer.from(httpbis.formatSignatureBase([...components, ['"@signature-params"', [params]]]))
  const signature = Buffer.from(
    'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
    'base64',
  )
  expect(isSignedBy(P256, base, signature)).toBe(true)
  expect(isDigestOf(response.headers['content-digest'], Buffer.from('{"message": "good dog"}'))).toBe(true)
  signature[0] = 0
  expect(isSignedBy(P256, base, signature)).toBe(false)
})

test('RFC 9421 2.2.3, 2.2.6, 2.2.7: authority in lower case without default port, path and query as in the RFC', () => {
  const derived = (url: string) =>
    signatureBase({ method: 'GET', url, headers: {} }, ['@authority', '@path', '@query'], '()')
  expect(derived('https://WWW.Example.com:443/path?param=value&foo=bar&baz=bat%2Dman').toString()).toBe(
    '"@authority": www.example.com\n"@path": /path\n"@query": ?param=value&foo=bar&baz=bat%2Dman\n"@signature-params": ()',
  )
  expect(derived('https://www.example.com/path?queryString').toString()).toContain('"@query": ?queryString\n')
  expect(derived('https://www.example.com').toString()).toContain('"@path": /\n"@query": ?\n')
})

test('RFC 9530 appendix: the digests of {"hello": "world"} are those of the RFC', () => {
  const body = Buffer.from('{"hello": "world"}')
  expect(contentDigest(body)).toBe('sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:')
  expect(
    isDigestOf(
      'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
      body,
    ),
  ).toBe(true)
})

test('RFC 7638: the key id of the Ed25519 key of RFC 8037 is its thumbprint of appendix A.3', () => {
  const key = parsePublicJwk({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' })
  expect(key.ok && keyidOf(key.value)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})
