import { expect, test } from 'vitest'
import { emptySystem, systemOf } from './system-draft.ts'

const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
const draft = {
  ...emptySystem,
  name: ' Substation 3 ',
  meters: 'feeder-3.*, home-1',
  key: `{"kty":"OKP","crv":"Ed25519","x":"${x}","kid":"a","use":"sig"}`,
}

test('a system is its name, its key and its meters; what does not make the key is left out', () => {
  expect(systemOf(draft)).toEqual({
    system: {
      name: 'Substation 3',
      authentication: { kind: 'signature', publicKey: { kty: 'OKP', crv: 'Ed25519', x } },
      meters: ['feeder-3.*', 'home-1'],
      scopes: ['readings'],
    },
  })
})

test('a system that calls services has no meters', () => {
  const made = systemOf({ ...draft, scope: 'services' })
  expect('system' in made && [made.system.meters, made.system.scopes]).toEqual([[], ['services']])
})

test('a private key is refused before it leaves the page', () => {
  expect(systemOf({ ...draft, key: `{"kty":"OKP","crv":"Ed25519","x":"${x}","d":"${x}"}` })).toEqual({
    problems: {
      key: 'This is a private key: it never leaves the system. Paste the public one, without “d”, and make a new pair if this one was shown to anybody.',
    },
  })
})

test('a key of another kind is refused', () => {
  expect(systemOf({ ...draft, key: '{"kty":"RSA","n":"a","e":"AQAB"}' })).toEqual({
    problems: { key: 'A public key of Ed25519 or P-256 is needed, as JWK.' },
  })
})

test('a fingerprint may have colons and any case', () => {
  const made = systemOf({ ...draft, kind: 'mtls', fingerprint: Array(32).fill('AB').join(':') })
  expect('system' in made && made.system.authentication).toEqual({
    kind: 'mtls',
    certificateSha256: 'abababababababababababababababababababababababababababababababab',
  })
})

test('every field that is wrong says so', () => {
  expect(systemOf({ ...emptySystem, kind: 'mtls', meters: 'home 1*2' })).toEqual({
    problems: {
      name: 'Give the system a name that you will recognise.',
      fingerprint: 'The SHA-256 fingerprint has 64 hexadecimal digits; colons between pairs are fine.',
      meters: '“1*2” is no meter id and no prefix that ends in *.',
    },
  })
})
