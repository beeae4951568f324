import { energyCommunityAbi } from '@opem/contracts'
import type { Address } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { foundCommunity, keyOf, memberId } from '../../../contracts/testing/marketplace.ts'
import { issueCredential } from '../credential/index.ts'
import { CHAIN, openWorld, type Person, person, type World } from '../testing/world.ts'
import { createCommunityPorts, inOffice } from './community-ports.ts'
import { verifyCredential } from './credential.ts'

// The community is founded by "operator", has one member, whose account is "member", and goes to "successor" a day later.
const [founder, successor, member, eve] = ['operator', 'successor', 'member', 'eve'].map(person) as [
  Person,
  Person,
  Person,
  Person,
]
const HOUR = 3600

let world: World
let community: Address
/** Block times, epoch seconds. */
let founded: number
let transferred: number

const chainTime = async () => Number((await world.client.getBlock()).timestamp)

beforeAll(async () => {
  world = await openWorld()
  founded = await chainTime()
  community = (await foundCommunity(world, Math.ceil(founded / HOUR + 1) * HOUR)).toLowerCase() as Address
  await world.tester.increaseTime({ seconds: 24 * HOUR })
  await world.send(founder, energyCommunityAbi, community, 'transferAdministration', [successor.wallet.address])
  transferred = await chainTime()
})
afterAll(() => world?.close())

const credential = (issuer: Person, issuedAt: number, { subject = member, of = memberId(0), at = community } = {}) =>
  issueCredential({
    ...{ issuer: issuer.did, signer: issuer.wallet, type: 'MemberCredential', subject: subject.did },
    ...{ claims: { community: at, member: of }, issuedAt, expiresAt: issuedAt + 365 * 24 * HOUR },
  })
const verdict = async (jwt: string, rpcUrl = world.rpcUrl) => {
  const communities = createCommunityPorts({ rpcUrl, chainId: CHAIN, factory: world.addresses.CommunityFactory })
  const ports = { ...world.ports, ...communities }
  const verified = await verifyCredential(jwt, { now: transferred + 2 * HOUR }, ports)
  return verified.ok ? 'accepted' : verified.code
}

test('what the administrator issues to the account of a member is accepted, before and after the administration changes hands', async () => {
  expect(await verdict(await credential(founder, transferred - HOUR))).toBe('accepted')
  expect(await verdict(await credential(successor, transferred + HOUR))).toBe('accepted')
})

test('what a former administrator issues is refused, and so is what the next one dates back to before their time', async () => {
  expect(await verdict(await credential(founder, transferred))).toBe('ERR_VC_ISSUER')
  expect(await verdict(await credential(founder, transferred + HOUR))).toBe('ERR_VC_ISSUER')
  expect(await verdict(await credential(successor, transferred - HOUR))).toBe('ERR_VC_ISSUER')
})

test('nobody else makes anybody a member: not the member, not a stranger, not another account, not another id', async () => {
  expect(await verdict(await credential(member, transferred - HOUR))).toBe('ERR_VC_ISSUER')
  expect(await verdict(await credential(eve, transferred - HOUR))).toBe('ERR_VC_ISSUER')
  expect(await verdict(await credential(founder, transferred - HOUR, { subject: eve }))).toBe('ERR_VC_ISSUER')
  expect(await verdict(await credential(founder, transferred - HOUR, { of: memberId(1) }))).toBe('ERR_VC_ISSUER')
})

test('a contract that our factory did not found is no community, whoever it names', async () => {
  const at = world.addresses.Settlement.toLowerCase() as Address
  expect(await verdict(await credential(founder, transferred - HOUR, { at }))).toBe('ERR_VC_ISSUER')
  const nowhere = `0x${keyOf('nowhere').slice(2, 42)}` as Address
  expect(await verdict(await credential(founder, transferred - HOUR, { at: nowhere }))).toBe('ERR_VC_ISSUER')
})

test('a chain that does not answer is no answer', async () => {
  const jwt = await credential(founder, transferred - HOUR)
  await expect(verdict(jwt, 'http://127.0.0.1:9')).rejects.toMatchObject({ code: 'ERR_CHAIN_UNREACHABLE' })
})

test('whose clock is behind the chain’s may issue from the first moment on, and nobody after their last', () => {
  const terms = [
    { from: 1000, administrator: '0x01' },
    { from: 2000, administrator: '0x02' },
  ] as const
  expect(inOffice(terms, 939)).toEqual([])
  expect(inOffice(terms, 940)).toEqual(['0x01'])
  expect(inOffice(terms, 1939)).toEqual(['0x01'])
  expect(inOffice(terms, 1940)).toEqual(['0x01', '0x02'])
  expect(inOffice(terms, 2000)).toEqual(['0x02'])
})
