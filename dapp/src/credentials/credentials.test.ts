import { expect, test } from 'vitest'
import { companyOf, dataSourceOf, presentedBy, registrable, signInChoices } from './choose.ts'
import { claimsOf, roleList, titleOf } from './claims.ts'
import { credentialFile } from './credential-file.ts'
import type { Credential } from './decode.ts'
import { addressOfDid, didOfAddress, sameDid, shortDid } from './did.ts'
import { parseKept, withCredential } from './kept.ts'
import { accountStatus } from './status.ts'
import { validityAt } from './validity.ts'

const NOW = 1_760_000_000
const ANA = 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const ACME = 'did:ethr:0x7a69:0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'
const WIND = 'did:ethr:0x7a69:0x90f79bf6eb2c4f870365e785982e1f101e93b906'

let made = 0
const credential = (given: Partial<Credential> & Pick<Credential, 'type'>): Credential => ({
  jwt: `h.${++made}.s`,
  issuer: 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  subject: ANA,
  jti: `urn:uuid:${made}`,
  hash: `0x${String(made).padStart(64, '0')}`,
  issuedAt: 1_750_000_000,
  expiresAt: 1_790_000_000,
  claims: {},
  ...given,
})
const representative = (company: string, name: string, roles: string[], given: Partial<Credential> = {}) =>
  credential({
    type: 'RepresentativeCredential',
    issuer: company,
    claims: {
      name: 'Ana',
      email: 'ana@acme.example',
      roles,
      company: { did: company, name, url: 'https://a.example' },
    },
    ...given,
  })
const account = (subject: string, version: number, given: Partial<Credential> = {}) =>
  credential({ type: 'AccountCredential', subject, claims: { account: '0xaa', version, name: 'Ana' }, ...given })

test('the DID of a wallet has the chain in hexadecimal and everything in lower case', () => {
  expect(didOfAddress(31337, '0x70997970C51812dc3A010C7d01b50e0d17dc79C8')).toBe(ANA)
})

test('DIDs are compared whatever their letters’ case', () => {
  expect(sameDid(ANA, ANA.replace('0x7099', '0x7099').toUpperCase().replace('DID:ETHR', 'did:ethr'))).toBe(true)
  expect(sameDid(ANA, ACME)).toBe(false)
})

test('a did:ethr has an address, another DID has none', () => {
  expect(addressOfDid(ANA)).toBe('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')
  expect(addressOfDid('did:key:z6Mk')).toBeUndefined()
  expect(shortDid(ANA)).toBe('did:ethr:…dc79c8')
})

test('every claim is shown, also those this page does not know', () => {
  expect(
    claimsOf({
      claims: {
        name: 'Ana',
        roles: ['administrator', 'data-user'],
        company: { did: ACME, name: 'Acme', walletEndpoint: 'https://wallet.acme.example/didcomm' },
        shoeSize: 39,
      },
    }),
  ).toEqual([
    ['Name', 'Ana'],
    ['Roles', 'Administrator and data user'],
    ['Company’s DID', ACME],
    ['Company', 'Acme'],
    ['Company’s wallet', 'https://wallet.acme.example/didcomm'],
    ['shoeSize', '39'],
  ])
})

test('each contract of an account is a line', () => {
  expect(
    claimsOf({
      claims: {
        version: 2,
        contracts: [
          { contract: `0x${'ab'.repeat(32)}`, kind: 'data', role: 'provider', since: '2026-02-03T10:00:00Z' },
        ],
      },
    }),
  ).toEqual([
    ['Version', '2'],
    ['Contract 1', 'data contract 0xababab…abab as provider, since 2026-02-03'],
  ])
  expect(claimsOf({ claims: { contracts: [] } })).toEqual([['Contracts', 'none yet']])
})

test('roles read as a sentence', () => {
  expect(roleList([])).toBe('no role')
  expect(roleList(['service-user', 'data-user', 'data-provider'])).toBe('Service user, data user and data provider')
})

test('a representative is named with the company', () => {
  expect(titleOf(representative(ACME, 'Acme', ['data-user']))).toBe('Ana, for Acme')
  expect(titleOf(account(ANA, 3))).toBe('Ana, version 3')
})

test('dates decide what is valid; an issuer’s clock may be a minute ahead', () => {
  expect(validityAt({ issuedAt: NOW - 10, expiresAt: NOW }, NOW)).toBe('expired')
  expect(validityAt({ issuedAt: NOW + 60, expiresAt: NOW + 8_000_000 }, NOW)).toBe('valid')
  expect(validityAt({ issuedAt: NOW + 600, expiresAt: NOW + 8_000_000 }, NOW)).toBe('not yet')
  expect(validityAt({ issuedAt: 0, expiresAt: NOW + 86_400 }, NOW)).toBe('ends soon')
  expect(validityAt({ issuedAt: 0, expiresAt: undefined }, NOW)).toBe('valid')
})

test('a wallet signs in with the newest version of its own account', () => {
  const [v1, v2] = [account(ANA, 1), account(ANA, 2)]
  const choices = signInChoices([v2, v1], ANA, NOW)
  expect(choices.map(presentedBy)).toEqual([[v2]])
})

test('a representative brings the company’s account when it is kept here, otherwise the marketplace asks for it', () => {
  const acme = representative(ACME, 'Acme', ['administrator'])
  const wind = representative(WIND, 'Wind', ['data-user'])
  const acmes = account(ACME, 1)
  const choices = signInChoices([acme, wind, acmes], ANA, NOW)
  expect(choices.map(presentedBy)).toEqual([[acme, acmes], [wind]])
})

test('of two credentials for one company the newer counts', () => {
  const older = representative(ACME, 'Acme', ['data-user'])
  const newer = representative(ACME, 'Acme', ['service-user'], { issuedAt: 1_755_000_000 })
  expect(signInChoices([older, newer], ANA, NOW).map(presentedBy)).toEqual([[newer]])
})

test('expired credentials and those of another wallet open nothing', () => {
  expect(signInChoices([account(ANA, 1, { expiresAt: NOW - 1 }), account(ACME, 1)], ANA, NOW)).toEqual([])
})

test('a company is registered by its administrator only, a person by an identity', () => {
  const employee = representative(ACME, 'Acme', ['data-user'])
  const administrator = representative(ACME, 'Acme', ['administrator'])
  const identity = credential({ type: 'IdentityCredential', claims: { name: 'Ana' } })
  const kept = [employee, administrator, identity]
  expect(registrable(kept, 'company', ANA, NOW)).toEqual([administrator])
  expect(registrable(kept, 'citizen', ANA, NOW)).toEqual([identity])
})

test('a meter’s credential is found by the meter’s id', () => {
  const source = credential({ type: 'DataSourceCredential', claims: { meter: 'street-A', role: 'data-subject' } })
  expect(dataSourceOf([source], ANA, 'street-A', NOW)).toBe(source)
  expect(dataSourceOf([source], ANA, 'street-B', NOW)).toBeUndefined()
  expect(dataSourceOf([source], ACME, 'street-A', NOW)).toBeUndefined()
})

test('a credential without a company names none', () => {
  expect(companyOf(credential({ type: 'IdentityCredential' }))).toBeUndefined()
})

test('the same credential twice is kept once', () => {
  const one = account(ANA, 1)
  expect(withCredential([one], { ...one, jwt: 'h.other.s' })).toEqual([{ ...one, jwt: 'h.other.s' }])
})

test('storage that somebody spoiled holds nothing, and nothing is thrown', () => {
  for (const text of [null, '', '{', '{"a":1}', '["not a credential"]', '[1]']) expect(parseKept(text)).toEqual([])
})

test('an older version is superseded; the one of the session is in force', () => {
  const [v1, v2] = [account(ANA, 1), account(ANA, 2)]
  const session = { did: ANA, account: '0xaa' as const }
  expect(accountStatus(v1, [v1, v2], session)?.word).toBe('superseded')
  expect(accountStatus(v2, [v1, v2], session)?.word).toBe('in force')
  expect(accountStatus(v2, [v1, v2], null)).toBeUndefined()
})

test('an exported file says what it is', () => {
  expect(credentialFile({ type: 'IdentityCredential', hash: `0x${'1a2b3c4d'.repeat(8)}`, jwt: 'a.b.c' })).toEqual({
    name: 'IdentityCredential-1a2b3c4d.json',
    text: '{\n  "type": "IdentityCredential",\n  "credential": "a.b.c"\n}\n',
  })
})
