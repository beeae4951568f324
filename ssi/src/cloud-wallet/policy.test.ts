import { expect, test } from 'vitest'
import { decideRequest } from './policy.ts'
import type { HeldCredential } from './stored-credential.ts'

const MARKETPLACE = 'did:ethr:0x7a69:0x1111111111111111111111111111111111111111'
const OTHER = 'did:ethr:0x7a69:0x2222222222222222222222222222222222222222'
const CHALLENGE = `0x${'ab'.repeat(32)}` as const
const hashOf = (digit: number) => `0x${String(digit).repeat(64)}` as const
const NOW = 1_800_000_000

const held = (version: number, change: Partial<HeldCredential> = {}): HeldCredential => ({
  type: 'AccountCredential',
  issuer: MARKETPLACE,
  subject: OTHER,
  jti: `urn:uuid:${version}`,
  hash: hashOf(version),
  issuedAt: NOW - 100,
  expiresAt: NOW + 100,
  claims: {
    account: CHALLENGE,
    kind: 'company',
    version,
    previous: null,
    roles: ['data-user'],
    name: 'solar',
    contracts: [],
  },
  jwt: 'a.b.c',
  status: 'accepted',
  from: MARKETPLACE,
  receivedAt: NOW - 50,
  ...change,
})
const request = {
  operation: 'receipt',
  challenge: CHALLENGE,
  audience: MARKETPLACE,
  types: ['AccountCredential'],
}
const decide = (credentials: readonly HeldCredential[], asked: object = {}, from = MARKETPLACE) => {
  const decided = decideRequest(
    { ...request, ...asked },
    { from, marketplace: MARKETPLACE, held: credentials, now: NOW },
  )
  return decided.ok ? decided.value.credential.hash : decided.code
}

test('the newest accepted version is shown, not the one that waits', () => {
  expect(decide([held(1), held(3, { status: 'pending' }), held(2)])).toBe(hashOf(2))
})

test('a named credential is shown itself, though a newer one is there', () => {
  expect(decide([held(1), held(2)], { credentials: [hashOf(1)] })).toBe(hashOf(1))
})

test('what waits for its acceptance is not shown, and what is not held is said to be so', () => {
  expect(decide([held(1, { status: 'pending' })])).toBe('ERR_WALLET_NOT_ACCEPTED')
  expect(decide([held(1)], { credentials: [hashOf(2)] })).toBe('ERR_WALLET_NOTHING_HELD')
  expect(decide([])).toBe('ERR_WALLET_NOTHING_HELD')
})

test('an expired credential, one by another issuer and one of another type are not shown', () => {
  expect(decide([held(1, { expiresAt: NOW })])).toBe('ERR_WALLET_NOTHING_HELD')
  expect(decide([held(1, { issuer: OTHER })])).toBe('ERR_WALLET_NOTHING_HELD')
  expect(decide([held(1, { type: 'ReceiptCredential' })])).toBe('ERR_WALLET_NOTHING_HELD')
})

test('nobody but the marketplace is shown anything, nor is anything shown for somebody else', () => {
  expect(decide([held(1)], {}, OTHER)).toBe('ERR_WALLET_AUDIENCE')
  expect(decide([held(1)], { audience: OTHER })).toBe('ERR_WALLET_AUDIENCE')
})

test('a registration, and any other credential, needs the administrator', () => {
  expect(decide([held(1)], { operation: 'register-company' })).toBe('ERR_WALLET_OPERATION')
  expect(decide([held(1)], { operation: 'unheard-of' })).toBe('ERR_WALLET_OPERATION')
  expect(decide([held(1)], { types: ['RepresentativeCredential'] })).toBe('ERR_WALLET_NOT_SHARED')
  expect(decide([held(1)], { types: [] })).toBe('ERR_WALLET_NOT_SHARED')
})
