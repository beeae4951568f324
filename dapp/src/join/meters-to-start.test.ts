import { expect, test } from 'vitest'
import type { Credential } from '../credentials/decode.ts'
import { metersToStart } from './meters-to-start.ts'

const ANA = 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const source = (meter: string, hash: string): Credential => ({
  jwt: 'a.b.c',
  type: 'DataSourceCredential',
  issuer: 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  subject: ANA,
  jti: hash,
  hash: `0x${hash}`,
  issuedAt: 0,
  expiresAt: undefined,
  claims: { meter, role: 'data-subject' },
})

test('joining begins with the meters that one has credentials for, each once', () => {
  expect(metersToStart([source('a', '1'), source('b', '2'), source('a', '3')], ANA, 10)).toEqual([
    { meter: 'a', participation: 100 },
    { meter: 'b', participation: 100 },
  ])
})

test('without a credential or a wallet it begins with one to be typed', () => {
  const empty = [{ meter: '', participation: 100 }]
  expect(metersToStart([], ANA, 10)).toEqual(empty)
  expect(metersToStart([source('a', '1')], undefined, 10)).toEqual(empty)
})
