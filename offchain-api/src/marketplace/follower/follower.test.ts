import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import { concat, createPublicClient, createTestClient, http, pad, toEventSelector, toHex } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import {
  type Running,
  type RunningProcess,
  startAnvil,
  startPostgres,
  temporaryFolder,
  until,
} from '../../testing/harness.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { createContent } from '../content/content.ts'
import { createFollower, type Follower, type FollowerOptions } from './follower.ts'
import { MARKET_CONTRACTS } from './market-contracts.ts'
import type { Reaction } from './reaction.ts'

// Says what it is told: calldata is four topics and the data of one LOG4.
const SPEAKER = '0x6060356040356020356000356080360380608060003760' + '00a400'
const PUBLISHED = toEventSelector('ListingPublished(bytes32,address,uint8,uint32,bytes32,bytes32,bytes32,address)')
const REGISTRY = '0xaBcDeF0000000000000000000000000000000001'
const addresses = Object.fromEntries(
  MARKET_CONTRACTS.map((name, index) => [
    name,
    name === 'ListingRegistry' ? REGISTRY : pad(toHex(index + 16), { size: 20 }),
  ]),
)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let anvil: RunningProcess
let store: OperationalStore
const followers: Follower[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
  await store.rows('CREATE TABLE heard (place serial, listing text, time bigint, owner text, first boolean)')
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})
beforeEach(async () => {
  anvil = await startAnvil()
  await chain().setCode({ address: REGISTRY, bytecode: SPEAKER as Hex })
  await store.rows('TRUNCATE heard, market_cursor, market_events')
})
afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.close()))
  await anvil.stop()
})

const chain = () => createTestClient({ mode: 'anvil', transport: http(anvil.url) })
const client = () => createPublicClient({ transport: http(anvil.url, { retryCount: 0 }), pollingInterval: 10 })
const listing = (number: number) => pad(toHex(number), { size: 32 })
const provider = '0x00000000000000000000000000000000000000Aa'
const words = (...numbers: number[]) => concat(numbers.map((number) => pad(toHex(number), { size: 32 })))

/** The registry says that a listing is published, in a block of its own when it is to be mined at once. */
async function say(number: number, { mined = true } = {}): Promise<void> {
  const data = concat([PUBLISHED, listing(number), pad(provider, { size: 32 }), words(0, 1, 7, 7, 8, 9)])
  const [from] = await raw<Hex[]>('eth_accounts')
  const hash = await raw<Hex>('eth_sendTransaction', [{ from, to: REGISTRY, data, gas: '0x30d40' }])
  if (mined) await until(async () => (await raw('eth_getTransactionReceipt', [hash])) !== null)
}
const raw = <T>(method: string, params: unknown[] = []): Promise<T> =>
  chain().request({ method, params } as never) as Promise<T>

const hears: Reaction<'ListingRegistry'> = {
  name: 'hears',
  contract: 'ListingRegistry',
  apply: async (event, rows, { first }) => {
    if (event.name !== 'ListingPublished') return
    await rows('INSERT INTO heard (listing, time, owner, first) VALUES ($1, $2, $3, $4)', [
      ...[event.args.listing, event.time, event.args.provider, first],
    ])
  },
  forget: async (rows) => void (await rows('DELETE FROM heard')),
}

function follow(options: Partial<FollowerOptions> = {}): Follower {
  const follower = createFollower({
    ...{ store, client: client(), reactions: [hears], confirmations: 0, pollMs: 10, log: () => undefined },
    deployment: async () => ({ chainId: 31_337, block: 0, addresses }) as unknown as Deployment,
    content: createContent({ url: undefined }),
    ...options,
  })
  followers.push(follower)
  return follower
}

const heard = async (): Promise<number[]> =>
  (await store.rows<{ listing: string }>('SELECT listing FROM heard ORDER BY place')).map((row) => Number(row.listing))
const newest = async () => Number(await client().getBlockNumber())
const hasHeard = (numbers: number[]) => until(async () => JSON.stringify(await heard()) === JSON.stringify(numbers))

test('what a contract says is applied in its order, with the time of its block and addresses in lower case', async () => {
  const follower = follow()
  await chain().setNextBlockTimestamp({ timestamp: 1_900_000_000n })
  await say(1)
  await say(2)
  expect(await follower.caughtUpTo(await newest(), 5)).toBe(true)
  expect(await heard()).toEqual([1, 2])
  const [first] = await store.rows('SELECT time, owner, first FROM heard')
  expect(first).toEqual({ time: '1900000000', owner: '0x00000000000000000000000000000000000000aa', first: true })
  expect(follower.state()).toEqual({ block: await newest(), head: await newest(), stopped: null })
})

test('events of one block keep the order of their log', async () => {
  await chain().setAutomine(false)
  for (const number of [5, 3, 4]) await say(number, { mined: false })
  await chain().mine({ blocks: 1 })
  await follow().caughtUpTo(await newest(), 5)
  expect(await heard()).toEqual([5, 3, 4])
})

test('after a restart it goes on where it was', async () => {
  await say(1)
  const before = follow()
  await before.caughtUpTo(await newest(), 5)
  await before.close()
  await say(2)
  await follow().caughtUpTo(await newest(), 5)
  expect(await heard()).toEqual([1, 2])
})

test('two processes on one store apply each event once', async () => {
  const both = [follow(), follow()]
  for (const number of [1, 2, 3, 4, 5, 6]) await say(number)
  const block = await newest()
  expect(await Promise.all(both.map((one) => one.caughtUpTo(block, 10)))).toEqual([true, true])
  expect(await heard()).toEqual([1, 2, 3, 4, 5, 6])
})

test('a long past is read in parts', async () => {
  await say(1)
  await chain().mine({ blocks: 25 })
  await say(2)
  expect(await follow({ blocksAtOnce: 4 }).caughtUpTo(await newest(), 10)).toBe(true)
  expect(await heard()).toEqual([1, 2])
})

test('a block counts when enough others stand on it', async () => {
  const follower = follow({ confirmations: 2 })
  await say(1)
  const block = await newest()
  expect(await follower.caughtUpTo(block, 0.3)).toBe(false)
  await chain().mine({ blocks: 2 })
  expect(await follower.caughtUpTo(block, 5)).toBe(true)
  expect(await heard()).toEqual([1])
})

test('another past of the chain is noticed, and told from the beginning', async () => {
  await say(1)
  const snapshot = await chain().snapshot()
  await say(2)
  const follower = follow()
  await follower.caughtUpTo(await newest(), 5)
  expect(await heard()).toEqual([1, 2])
  await chain().revert({ id: snapshot })
  await say(3)
  await say(4)
  await hasHeard([1, 3, 4])
  // 1 was heard before: what it sent out is not sent again.
  expect(await store.rows('SELECT first FROM heard ORDER BY place')).toEqual([
    { first: false },
    { first: true },
    { first: true },
  ])
})

test('a chain that was begun anew and is shorter is noticed too', async () => {
  await say(1)
  await chain().mine({ blocks: 10 })
  await follow().caughtUpTo(await newest(), 5)
  await raw('anvil_reset')
  await chain().setCode({ address: REGISTRY, bytecode: SPEAKER as Hex })
  await say(2)
  await hasHeard([2])
})

test('other reactions than those which filled the tables are told everything from the beginning', async () => {
  await say(1)
  const before = follow()
  await before.caughtUpTo(await newest(), 5)
  await before.close()
  await store.rows('UPDATE heard SET listing = $1', [listing(99)])
  const after = follow({ reactions: [{ ...hears, name: 'hears-2' }] })
  await after.caughtUpTo(await newest(), 5)
  await hasHeard([1])
})

test('a reaction that fails leaves nothing half done, says why, and is tried again', async () => {
  const lines: string[] = []
  let broken = true
  const fails: Reaction<'ListingRegistry'> = {
    ...{ name: 'fails', contract: 'ListingRegistry', forget: async () => undefined },
    apply: async () => {
      if (broken) throw new TypeError('secret text of a document')
    },
  }
  const follower = follow({ reactions: [hears, fails], log: (line) => lines.push(line) })
  await say(1)
  await until(async () => lines.length > 0)
  expect(await heard()).toEqual([])
  const why =
    /^ERR_MARKET_REACTION: the reaction "fails" fails at ListingPublished of transaction 0x[0-9a-f]{64} \(TypeError\)$/
  expect(follower.state().stopped).toMatch(why)
  broken = false
  expect(await follower.caughtUpTo(await newest(), 10)).toBe(true)
  expect(await heard()).toEqual([1])
  expect(lines).toEqual([expect.stringContaining('market: the follower waits: ERR_MARKET_REACTION')])
})

test('a chain that is away stops it with a sentence, and it goes on when the chain is back', async () => {
  const follower = follow()
  await follower.caughtUpTo(0, 5)
  const port = Number(new URL(anvil.url).port)
  await anvil.stop()
  await until(async () => follower.state().stopped !== null)
  expect(follower.state().stopped).toBe('the chain does not answer (HttpRequestError)')
  anvil = await startAnvil({ port })
  await chain().setCode({ address: REGISTRY, bytecode: SPEAKER as Hex })
  await say(7)
  await hasHeard([7])
  expect(follower.state().stopped).toBe(null)
})

test('contracts that are not deployed yet are waited for', async () => {
  let known: object = {}
  const deployment = async () => ({ chainId: 31_337, block: 0, addresses: known }) as unknown as Deployment
  const follower = follow({ deployment })
  await until(async () => follower.state().stopped?.startsWith('ERR_MARKET_NOT_DEPLOYED') ?? false)
  known = addresses
  await say(1)
  expect(await follower.caughtUpTo(await newest(), 10)).toBe(true)
})
