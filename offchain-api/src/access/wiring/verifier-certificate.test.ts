import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  AUTHORITY,
  FORGED,
  FORGED_KEY,
  INTERMEDIATE,
  ISSUER_KEY,
  MARKET,
  MARKET_KEY,
  SELF_SIGNED,
  SELF_SIGNED_KEY,
} from '../../../../ssi/src/openid4vp/testing/certificates.ts'
import { readVerifierCertificate } from './verifier-certificate.ts'

// The certificates are good from 2026-11-26 to 2036-11-23.
const NOW = Date.parse('2027-01-01T00:00:00Z') / 1000
const at = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'opem-verifier-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}
const given = (change: { certificate?: string; key?: string; publicUrl?: string | undefined } = {}, now = NOW) =>
  readVerifierCertificate(
    {
      certificate: file('market.pem', change.certificate ?? MARKET, 0o644),
      key: file('market.key', change.key ?? MARKET_KEY),
      publicUrl: 'publicUrl' in change ? change.publicUrl : 'https://market.example/opem',
    },
    now,
  )

test('a certificate for the host of the marketplace becomes a client of its hash, until it ends', () => {
  const read = given()
  expect(read?.client.clientId).toMatch(/^x509_hash:[A-Za-z0-9_-]{43}$/)
  expect(read?.client.host).toBe('market.example')
  expect(new Date(read!.validTo * 1000).toISOString()).toBe('2036-11-23T19:54:08.000Z')
})

test('without the setting the marketplace asks by its DID; one file alone is a mistake', () => {
  const none = { certificate: undefined, key: undefined, publicUrl: undefined }
  expect(readVerifierCertificate(none, NOW)).toBeUndefined()
  const half = { ...none, certificate: file('market.pem', MARKET) }
  expect(() => readVerifierCertificate(half, NOW)).toThrow(/ERR_VERIFIER_CERTIFICATE.*belong together/)
})

for (const [what, change, said] of [
  [
    'for another host',
    { publicUrl: 'https://other.example' },
    /is for DNS:market.example, and wallets are sent to other/,
  ],
  ['without a public address', { publicUrl: undefined }, /needs OPEM_PUBLIC_URL/],
  ['with a public address in the clear', { publicUrl: 'http://market.example' }, /needs OPEM_PUBLIC_URL, an https/],
  ['with another certificate’s key', { key: ISSUER_KEY }, /private key is not that of the first certificate/],
  ['with a key that is none', { key: 'not a key' }, /The key of .* cannot be read/],
  ['that is self-signed', { certificate: SELF_SIGNED, key: SELF_SIGNED_KEY }, /self-signed/],
  ['with its trust anchor', { certificate: MARKET + AUTHORITY }, /self-signed/],
  ['that the next one did not issue', { certificate: MARKET + INTERMEDIATE }, /out of order/],
  ['without a host', { certificate: FORGED, key: FORGED_KEY }, /is for no host/],
  ['that is none', { certificate: 'not a certificate' }, /holds no certificate/],
] as const) {
  test(`a certificate ${what} is refused`, () => {
    expect(() => given(change)).toThrow(said)
    expect(() => given(change)).toThrow(/^ERR_VERIFIER_CERTIFICATE/)
  })
}

test('a certificate that has ended or not begun is refused, and the sentence says when', () => {
  expect(() => given({}, at('2037-01-01'))).toThrow(/ended at 2036-11-23T19:54:08.000Z/)
  expect(() => given({}, at('2026-01-01'))).toThrow(/begins at 2026-11-26T19:54:08.000Z/)
})

test('a key that others may read is refused, and no message quotes it', () => {
  const key = file('open.key', MARKET_KEY, 0o640)
  const files = { certificate: file('market.pem', MARKET), key, publicUrl: 'https://market.example' }
  expect(() => readVerifierCertificate(files, NOW)).toThrow(/mode 640 and needs 600/)
  const missing = { ...files, key: join(folder, 'nowhere') }
  expect(() => readVerifierCertificate(missing, NOW)).toThrow(/There is no file/)
})
