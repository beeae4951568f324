import { stringToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, person, type World } from '../testing/world.ts'
import { parseDid } from './did.ts'
import { createDidResolver } from './resolver.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const now = () => Math.floor(Date.now() / 1000)
const addresses = (keys: readonly { address?: string }[]) => keys.map(({ address }) => address)
const lower = (name: string) => person(name).wallet.address.toLowerCase()

test('a DID that never changed is controlled by its own address', async () => {
  const { did } = person('untouched')
  expect(await world.resolver.resolve(did)).toEqual({
    did,
    version: 0,
    deactivated: false,
    controller: lower('untouched'),
    authentication: [{ id: `${did}#controller`, kind: 'address', address: lower('untouched') }],
    assertionMethod: [{ id: `${did}#controller`, kind: 'address', address: lower('untouched') }],
    keyAgreement: [],
    services: [],
    compromised: new Set(),
  })
})

test('a new owner controls it at once, and the old one as of a time before', async () => {
  const old = person('old owner')
  expect((await world.resolver.resolve(old.did)).controller).toBe(lower('old owner'))
  const before = Number((await world.client.getBlock()).timestamp)
  await world.tester.increaseTime({ seconds: 10 })
  await world.changeOwner(old.did, old, person('new owner').wallet.address)
  expect((await world.resolver.resolve(old.did)).controller).toBe(lower('new owner'))
  expect((await world.resolver.resolve(old.did, { time: before })).controller).toBe(lower('old owner'))
  expect((await world.resolver.resolve(old.did, { time: before + 3600 })).controller).toBe(lower('new owner'))
  expect((await world.resolver.resolve(old.did, { time: 1 })).controller).toBe(lower('old owner'))
})

test('two changes are told apart by their blocks', async () => {
  const first = person('first of three')
  const times = [Number((await world.client.getBlock()).timestamp)]
  for (const [by, to] of [
    ['first of three', 'second of three'],
    ['second of three', 'third of three'],
  ] as const) {
    await world.tester.increaseTime({ seconds: 100 })
    const { blockNumber } = await world.changeOwner(first.did, person(by), person(to).wallet.address)
    times.push(Number((await world.client.getBlock({ blockNumber })).timestamp))
  }
  const controllers = []
  for (const time of [times[0]!, times[1]! - 1, times[1]!, times[2]! - 1, times[2]!])
    controllers.push((await world.resolver.resolve(first.did, { time })).controller)
  expect(controllers).toEqual([
    lower('first of three'),
    lower('first of three'),
    lower('second of three'),
    lower('second of three'),
    lower('third of three'),
  ])
})

test('a signing delegate counts while it is valid, and as of a time within it afterwards', async () => {
  const owner = person('delegating')
  const { blockNumber } = await world.addDelegate(owner.did, owner, 'veriKey', person('delegate').wallet.address, 5)
  const set = Number((await world.client.getBlock({ blockNumber })).timestamp)
  const within = await world.resolver.resolve(owner.did, { time: set + 2 })
  expect(addresses(within.assertionMethod)).toEqual([lower('delegating'), lower('delegate')])
  expect(addresses(within.authentication)).toEqual([lower('delegating')])
  await world.tester.mine({ blocks: 3, interval: 10 })
  expect(addresses((await world.resolver.resolve(owner.did, { time: set + 9 })).assertionMethod)).toEqual([
    lower('delegating'),
  ])
  expect(addresses((await world.resolver.resolve(owner.did, { time: set + 2 })).assertionMethod)).toEqual([
    lower('delegating'),
    lower('delegate'),
  ])
})

test('a key agreement key and a service endpoint are found, and gone once revoked', async () => {
  const owner = person('reachable')
  const key = `0x${'42'.repeat(32)}` as const
  await world.setAttribute(owner.did, owner, 'did/pub/X25519/enc/base58', key)
  const endpoint = stringToHex('{"uri":"https://wallet.example/didcomm","accept":["didcomm/v2"]}')
  await world.setAttribute(owner.did, owner, 'did/svc/DIDCommMessaging', endpoint)
  expect(await world.resolver.resolve(owner.did)).toMatchObject({
    keyAgreement: [{ id: `${owner.did}#delegate-1`, publicKey: new Uint8Array(32).fill(0x42) }],
    services: [
      {
        id: `${owner.did}#service-1`,
        type: 'DIDCommMessaging',
        serviceEndpoint: { uri: 'https://wallet.example/didcomm', accept: ['didcomm/v2'] },
      },
    ],
  })
  await world.revokeAttribute(owner.did, owner, 'did/pub/X25519/enc/base58', key)
  await world.tester.mine({ blocks: 1, interval: 2 })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect((await world.resolver.resolve(owner.did)).keyAgreement).toEqual([])
})

test('a DID that its owner gave up has no keys', async () => {
  const owner = person('gone')
  await world.changeOwner(owner.did, owner, `0x${'0'.repeat(40)}`)
  expect(await world.resolver.resolve(owner.did)).toMatchObject({
    deactivated: true,
    authentication: [],
    assertionMethod: [],
  })
})

test('a key that its owner declared stolen stays so, even when the declaration is taken back', async () => {
  const owner = person('robbed')
  const stolen = person('robbed').wallet
  await world.changeOwner(owner.did, owner, person('robbed, with a new key').wallet.address)
  const by = person('robbed, with a new key')
  await world.setAttribute(owner.did, by, 'opem/compromised', stolen.address)
  await world.revokeAttribute(owner.did, by, 'opem/compromised', stolen.address)
  const { compromised } = await world.resolver.resolve(owner.did)
  expect([...compromised]).toEqual([lower('robbed')])
})

test('a stolen key may be declared by its public key too', async () => {
  const owner = person('robbed of a delegate')
  await world.setAttribute(owner.did, owner, 'opem/compromised', person('its delegate').wallet.publicKey)
  expect([...(await world.resolver.resolve(owner.did)).compromised]).toEqual([lower('its delegate')])
})

test('a did:key needs no chain', async () => {
  const nowhere = createDidResolver({ rpcUrl: 'http://127.0.0.1:9', chainId: 31337, registry: world.registry })
  const did = parseDid('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK', 31337)
  if (!did.ok) throw new Error(did.reason)
  expect(await nowhere.resolve(did.value)).toMatchObject({
    assertionMethod: [
      {
        id: `${did.value}#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK`,
        kind: 'Ed25519',
        jwk: { kty: 'OKP', crv: 'Ed25519', x: 'Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY' },
      },
    ],
  })
})

test('a chain that does not answer is an error to try again on, never a document', async () => {
  const nowhere = createDidResolver({ rpcUrl: 'http://127.0.0.1:9', chainId: 31337, registry: world.registry })
  await expect(nowhere.resolve(person('untouched').did)).rejects.toMatchObject({
    code: 'ERR_CHAIN_UNREACHABLE',
    retryable: true,
  })
  await expect(nowhere.resolve(person('untouched').did, { time: now() })).rejects.toMatchObject({
    code: 'ERR_CHAIN_UNREACHABLE',
  })
})

test('a registry that is not there is an error too', async () => {
  const wrong = createDidResolver({ rpcUrl: world.rpcUrl, chainId: 31337, registry: `0x${'12'.repeat(20)}` })
  await expect(wrong.resolve(person('untouched').did)).rejects.toMatchObject({ code: 'ERR_CHAIN_UNREACHABLE' })
})
