import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { checkStatus, statusAt } from './status-list.ts'
import { signedJws, testKey } from './testing/issuer-and-holder.ts'

const NOW = 1_800_000_000
const URI = 'https://issuer.example/status/1'
const ISS = 'https://issuer.example'
const issuer = testKey()
const stranger = testKey()

// Token Status List §4: 16 entries of one bit (bytes b9 a3), 12 entries of two bits (bytes c9 44 f9).
const ONE_BIT = { bits: 1, lst: 'eNrbuRgAAhcBXQ' } as const
const TWO_BITS = { bits: 2, lst: 'eNo76fITAAPfAgc' } as const

test('Token Status List §4: the entries are those of the specification’s examples', () => {
  const read = (list: Parameters<typeof statusAt>[0], count: number) =>
    Array.from({ length: count }, (_, idx) => statusAt(list, idx))
  expect(read(ONE_BIT, 16)).toEqual([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1])
  expect(read(TWO_BITS, 12)).toEqual([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3])
})

test('a list of four or eight bits an entry is read as well', () => {
  const lst = deflateSync(Buffer.from([0x3f, 0x80])).toString('base64url')
  expect([0, 1, 2, 3].map((idx) => statusAt({ bits: 4, lst }, idx))).toEqual([15, 3, 0, 8])
  expect([0, 1].map((idx) => statusAt({ bits: 8, lst }, idx))).toEqual([63, 128])
})

test('beyond the list, and in a list that does not unpack or unpacks to more than a megabyte, nothing is read', () => {
  expect(statusAt(ONE_BIT, 16)).toBeUndefined()
  expect(statusAt({ bits: 1, lst: 'AAAA' }, 0)).toBeUndefined()
  expect(statusAt({ bits: 1, lst: '!' }, 0)).toBeUndefined()
  const bomb = deflateSync(Buffer.alloc(1_048_577)).toString('base64url')
  expect(bomb.length).toBeLessThan(2_000)
  expect(statusAt({ bits: 1, lst: bomb }, 0)).toBeUndefined()
})

const list = { sub: URI, iat: NOW - 10, exp: NOW + 600, status_list: ONE_BIT }
const made = (changes: object = {}, header: object = {}, key = issuer) =>
  signedJws({ typ: 'statuslist+jwt', ...header }, { ...list, ...changes }, key)

async function statusOf(text: string, idx = 1) {
  const checked = await checkStatus(
    { idx, uri: URI },
    {
      iss: ISS,
      issuers: [{ iss: ISS, types: ['IdentityCredential'], keys: [issuer.jwk] }],
      fetchStatusList: async (uri) => (uri === URI ? text : ''),
      now: NOW,
    },
  )
  return checked.ok ? 'valid' : checked.code
}

test('an entry of 0 is valid, and any other is not', async () => {
  expect(await statusOf(made(), 1)).toBe('valid')
  expect(await statusOf(made(), 0)).toBe('ERR_VC_REVOKED')
  for (const idx of [0, 1, 3]) expect(await statusOf(made({ status_list: TWO_BITS }), idx)).toBe('ERR_VC_REVOKED')
})

test('a suspended credential is named so', async () => {
  const ports = { iss: ISS, issuers: [{ iss: ISS, types: [], keys: [issuer.jwk] }], now: NOW }
  const fetchStatusList = async () => made({ status_list: TWO_BITS })
  expect(await checkStatus({ idx: 1, uri: URI }, { ...ports, fetchStatusList })).toMatchObject({
    code: 'ERR_VC_REVOKED',
    reason: 'The issuer suspended the credential.',
  })
})

for (const [what, text] of [
  ['signed by another key', made({}, {}, stranger)],
  ['of another type', made({}, { typ: 'JWT' })],
  ['with alg none', made({}, { alg: 'none' })],
  ['with a certificate that nobody pinned', made({}, { x5c: ['AAAA'] })],
  ['with another name', made({ sub: 'https://issuer.example/status/2' })],
  ['of another issuer', made({ iss: 'https://other.example' })],
  ['from the future', made({ iat: NOW + 61 })],
  ['without an end', made({ exp: undefined })],
  ['with three bits an entry', made({ status_list: { ...ONE_BIT, bits: 3 } })],
  ['without a list', made({ status_list: undefined })],
  ['that is no JWT', '<html>'],
] as const) {
  test(`a list ${what} makes nothing valid`, async () => {
    expect(await statusOf(text)).toBe('ERR_VC_REVOKED')
  })
}

test('an entry that is not in the list is not valid', async () => {
  expect(await statusOf(made(), 16)).toBe('ERR_VC_REVOKED')
})

test('no answer, and an answer that has expired, are no status: worth another try', async () => {
  const unreachable = { code: 'ERR_STATUS_UNREACHABLE', retryable: true }
  await expect(statusOf(made({ exp: NOW }))).rejects.toMatchObject(unreachable)
  await expect(statusOf(made({ exp: undefined, ttl: 10 }))).rejects.toMatchObject(unreachable)
  expect(await statusOf(made({ exp: undefined, ttl: 11 }))).toBe('valid')
  const ports = { iss: ISS, issuers: [], now: NOW, fetchStatusList: () => Promise.reject(new Error('refused')) }
  await expect(checkStatus({ idx: 0, uri: URI }, ports)).rejects.toMatchObject(unreachable)
})
