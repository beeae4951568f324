import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, person, type World } from '../testing/world.ts'
import type { Did } from './did.ts'
import { didOfJwk } from './key-did.ts'
import { createRepresentativeReader, type RepresentativeReader } from './representatives.ts'

let world: World
let reader: RepresentativeReader
beforeAll(async () => {
  world = await openWorld()
  reader = createRepresentativeReader({ rpcUrl: world.rpcUrl, registry: world.registry })
})
afterAll(() => world.close())

const company = person('a company with people')
const ann = person('ann').wallet.address
const bob = person('bob').wallet.address
const pairs = async () => (await reader.representativesOf(company.did)).map(({ role, address }) => [role, address])

test('a company without delegates is acted for by its owner alone, in every role', async () => {
  expect(await reader.representativesOf(company.did)).toEqual([])
  expect(await reader.mayActFor(company.did, 'data-user', ann)).toBe(false)
  expect(await reader.mayActFor(company.did, 'data-user', company.wallet.address)).toBe(true)
})

test('a delegate acts in the role given and in no other, until it is taken back', async () => {
  await world.addDelegate(company.did, company, 'opem/data-user', ann, 3600)
  await world.addDelegate(company.did, company, 'opem/service-provider', bob, 3600)
  expect(await reader.mayActFor(company.did, 'data-user', ann)).toBe(true)
  expect(await reader.mayActFor(company.did, 'data-provider', ann)).toBe(false)
  expect(await reader.mayActFor(company.did, 'data-user', bob)).toBe(false)
  expect(await pairs()).toEqual([
    ['data-user', ann.toLowerCase()],
    ['service-provider', bob.toLowerCase()],
  ])
  await world.revokeDelegate(company.did, company, 'opem/data-user', ann)
  expect(await reader.mayActFor(company.did, 'data-user', ann)).toBe(false)
  await expect.poll(pairs, { timeout: 5_000 }).toEqual([['service-provider', bob.toLowerCase()]])
})

test('a delegate for another purpose, and one of another company, act for nobody here', async () => {
  await world.addDelegate(company.did, company, 'veriKey', ann, 3600)
  await world.addDelegate(person('another company').did, person('another company'), 'opem/data-user', ann, 3600)
  expect(await reader.mayActFor(company.did, 'data-user', ann)).toBe(false)
  expect(await pairs()).toEqual([['service-provider', bob.toLowerCase()]])
})

test('after a change of owner the old owner acts for the company no more, the new one and the delegates do', async () => {
  const next = person('the new owner of a company').wallet.address
  await world.changeOwner(company.did, company, next)
  expect(await reader.mayActFor(company.did, 'data-user', company.wallet.address)).toBe(false)
  expect(await reader.mayActFor(company.did, 'data-user', next)).toBe(true)
  expect(await reader.mayActFor(company.did, 'service-provider', bob)).toBe(true)
})

test('a DID that is not on the chain has nobody there', async () => {
  const did = didOfJwk({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }) as Did
  expect(await reader.mayActFor(did, 'data-user', ann)).toBe(false)
  expect(await reader.representativesOf(did)).toEqual([])
})

test('a chain that does not answer is an error to try again, never "nobody"', async () => {
  const nowhere = createRepresentativeReader({ rpcUrl: 'http://127.0.0.1:9', registry: world.registry })
  const away = { code: 'ERR_CHAIN_UNREACHABLE', retryable: true }
  await expect(nowhere.representativesOf(company.did)).rejects.toMatchObject(away)
  await expect(nowhere.mayActFor(company.did, 'data-user', ann)).rejects.toMatchObject(away)
})

test('who acts for a company on chain signs nothing in its name, now or as of an earlier time', async () => {
  const owner = person('delegating two ways')
  const clerk = person('a clerk').wallet.address
  const { blockNumber } = await world.addDelegate(owner.did, owner, 'veriKey', clerk, 5)
  await world.addDelegate(owner.did, owner, 'opem/data-user', clerk, 3600)
  const set = Number((await world.client.getBlock({ blockNumber })).timestamp)
  const signers = async (time: number) =>
    (await world.resolver.resolve(owner.did, { time })).assertionMethod.map(({ address }) => address)
  expect(await signers(set + 2)).toContain(clerk.toLowerCase())
  // Its right to sign has ended, the right to act goes on.
  expect(await signers(set + 9)).toEqual([owner.wallet.address.toLowerCase()])
})
