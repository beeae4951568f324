import { expect, test } from 'vitest'
import { discloseClaims, sha256 } from './disclosures.ts'
import { isJwsSignedBy, readJws } from './jws.ts'

// RFC 9901 §5.1: the issuer-signed JWT, some of its disclosures, and the issuer's key (appendix A.5).
const JWT = [
  'eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImV4YW1wbGUrc2Qtand0In0.',
  'eyJfc2QiOiBbIkNyUWU3UzVrcUJBSHQtbk1ZWGdjNmJkdDJTSDVhVFkxc1VfTS1QZ2tq',
  'UEkiLCAiSnpZakg0c3ZsaUgwUjNQeUVNZmVadTZKdDY5dTVxZWhabzdGN0VQWWxTRSIs',
  'ICJQb3JGYnBLdVZ1Nnh5bUphZ3ZrRnNGWEFiUm9jMkpHbEFVQTJCQTRvN2NJIiwgIlRH',
  'ZjRvTGJnd2Q1SlFhSHlLVlFaVTlVZEdFMHc1cnREc3JaemZVYW9tTG8iLCAiWFFfM2tQ',
  'S3QxWHlYN0tBTmtxVlI2eVoyVmE1TnJQSXZQWWJ5TXZSS0JNTSIsICJYekZyendzY002',
  'R242Q0pEYzZ2Vks4QmtNbmZHOHZPU0tmcFBJWmRBZmRFIiwgImdiT3NJNEVkcTJ4Mkt3',
  'LXc1d1BFemFrb2I5aFYxY1JEMEFUTjNvUUw5Sk0iLCAianN1OXlWdWx3UVFsaEZsTV8z',
  'Smx6TWFTRnpnbGhRRzBEcGZheVF3TFVLNCJdLCAiaXNzIjogImh0dHBzOi8vaXNzdWVy',
  'LmV4YW1wbGUuY29tIiwgImlhdCI6IDE2ODMwMDAwMDAsICJleHAiOiAxODgzMDAwMDAw',
  'LCAic3ViIjogInVzZXJfNDIiLCAibmF0aW9uYWxpdGllcyI6IFt7Ii4uLiI6ICJwRm5k',
  'amtaX1ZDem15VGE2VWpsWm8zZGgta284YUlLUWM5RGxHemhhVllvIn0sIHsiLi4uIjog',
  'IjdDZjZKa1B1ZHJ5M2xjYndIZ2VaOGtoQXYxVTFPU2xlclAwVmtCSnJXWjAifV0sICJf',
  'c2RfYWxnIjogInNoYS0yNTYiLCAiY25mIjogeyJqd2siOiB7Imt0eSI6ICJFQyIsICJj',
  'cnYiOiAiUC0yNTYiLCAieCI6ICJUQ0FFUjE5WnZ1M09IRjRqNFc0dmZTVm9ISVAxSUxp',
  'bERsczd2Q2VHZW1jIiwgInkiOiAiWnhqaVdXYlpNUUdIVldLVlE0aGJTSWlyc1ZmdWVj',
  'Q0U2dDRqVDlGMkhaUSJ9fX0.',
  'MczwjBFGtzf-6WMT-hIvYbkb11NrV1WMO-jTijpMPNbswNzZ87wY2uHz',
  '-CXo6R04b7jYrpj9mNRAvVssXou1iw',
].join('')
const GIVEN_NAME = 'WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd'
const FAMILY_NAME = 'WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImZhbWlseV9uYW1lIiwgIkRvZSJd'
const US = 'WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIlVTIl0'
const ISSUER = {
  kty: 'EC',
  crv: 'P-256',
  x: 'b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ',
  y: 'Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8',
} as const

const read = () => {
  const jws = readJws(JWT, { typ: 'example+sd-jwt', x5c: false })
  if (!jws.ok) throw new Error(jws.reason)
  return jws.value
}

test('RFC 9901 §4.2.3: the digest is over the disclosure’s base64url text', () => {
  expect(sha256('WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0')).toBe(
    'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0',
  )
})

test('RFC 9901 §5: the issuer’s signature verifies', () => {
  expect(isJwsSignedBy(read(), ISSUER)).toBe(true)
})

test('RFC 9901 §5: members and an array element are disclosed, and what is not disclosed is not there', () => {
  expect(discloseClaims(read().payload, [FAMILY_NAME, GIVEN_NAME, US])).toEqual({
    ok: true,
    value: {
      iss: 'https://issuer.example.com',
      iat: 1683000000,
      exp: 1883000000,
      sub: 'user_42',
      nationalities: ['US'],
      given_name: 'John',
      family_name: 'Doe',
      cnf: {
        jwk: {
          kty: 'EC',
          crv: 'P-256',
          x: 'TCAER19Zvu3OHF4j4W4vfSVoHIP1ILilDls7vCeGemc',
          y: 'ZxjiWWbZMQGHVWKVQ4hbSIirsVfuecCE6t4jT9F2HZQ',
        },
      },
    },
  })
  expect(discloseClaims(read().payload, [])).toMatchObject({ ok: true, value: { nationalities: [] } })
})

test('RFC 9901 §7.1: a disclosure without a digest, or given twice, is refused', () => {
  const dummy = Buffer.from('["dummysalt", "foo", "bar"]').toString('base64url')
  expect(discloseClaims(read().payload, [GIVEN_NAME, dummy])).toMatchObject({ code: 'SHAPE' })
  expect(discloseClaims(read().payload, [GIVEN_NAME, GIVEN_NAME])).toMatchObject({ code: 'SHAPE' })
})

test('a disclosure within a disclosure is found, and a member is no array element', () => {
  const inner = Buffer.from('["salt", "street", "Main St"]').toString('base64url')
  const outer = Buffer.from(JSON.stringify(['salt', 'address', { _sd: [sha256(inner)] }])).toString('base64url')
  expect(discloseClaims({ _sd: [sha256(outer)] }, [outer, inner])).toEqual({
    ok: true,
    value: { address: { street: 'Main St' } },
  })
  expect(discloseClaims({ _sd: [sha256(outer)] }, [inner])).toMatchObject({ code: 'SHAPE' })
  expect(discloseClaims({ list: [{ '...': sha256(inner) }] }, [inner])).toMatchObject({ code: 'SHAPE' })
  expect(discloseClaims({ list: [{ '...': sha256(inner), more: 1 }] }, [])).toMatchObject({ code: 'SHAPE' })
  expect(discloseClaims({ a: { _sd: 'x' } }, [])).toMatchObject({ code: 'SHAPE' })
  expect(discloseClaims({ a: { '...': 'x' } }, [])).toMatchObject({ code: 'SHAPE' })
})

test('claims nested deeper than any credential are refused', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
  expect(discloseClaims({ a: nested(10) }, [])).toMatchObject({ ok: true })
  expect(discloseClaims({ a: nested(20) }, [])).toMatchObject({ code: 'SHAPE' })
})
