import { join } from 'node:path'
import { type Hex, LISTING_EXAMPLES } from '@opem/domain'
import { toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Market, openMarket, type PublishedListing } from '../../../../contracts/testing/market.ts'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import {
  freePort,
  type Running,
  type RunningProcess,
  startContent,
  startPostgres,
  temporaryFolder,
  until,
} from '../../testing/harness.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { createMarket, type Market as MarketParts } from '../market.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let content: RunningProcess
let chain: Market
let store: OperationalStore
let market: MarketParts
let contentPort: number

beforeAll(async () => {
  folder = await temporaryFolder()
  contentPort = await freePort()
  ;[postgres, content, chain] = await Promise.all([
    startPostgres({ dir: join(folder.path, 'postgres') }),
    startContent({ dir: join(folder.path, 'content'), port: contentPort }),
    openMarket(),
  ])
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
  market = createMarket({
    settings: { contentUrl: content.url, confirmations: 0 },
    ...{ store, client: chain.client as never, log: () => undefined },
    deployment: async () => ({ chainId: 31_337, block: 0, addresses: chain.addresses }) as unknown as Deployment,
  })
})
afterAll(async () => {
  await market?.close()
  await store?.close()
  await Promise.all([postgres?.stop(), content?.stop(), chain?.close()])
  await folder?.remove()
})

const caughtUp = async () => market.follower.caughtUpTo(Number(await chain.client.getBlockNumber()), 10)

const stored = async (listing: Hex) =>
  (
    await store.rows(
      `SELECT provider, account, kind, state, version, content, document->>'title' AS title, offered_to, state_reason
       FROM market_listings WHERE listing = $1`,
      [listing],
    )
  )[0]

async function publish(title: string): Promise<PublishedListing & { digest: Hex }> {
  const { digest } = await market.content.putContent({ ...LISTING_EXAMPLES.analytic, title })
  return { ...(await chain.publishListing(chain.provider, { content: digest })), digest }
}

test('a published listing is here with its document, its provider’s account and its version', async () => {
  const { listing, digest } = await publish('Wind tomorrow')
  await caughtUp()
  expect(await stored(listing)).toEqual({
    provider: chain.provider.address.toLowerCase(),
    account: chain.provider.account,
    kind: 'analytic',
    state: 'published',
    version: 1,
    content: digest,
    title: 'Wind tomorrow',
    offered_to: null,
    state_reason: null,
  })
})

test('each version is kept with its own document', async () => {
  const { listing } = await publish('First words')
  const { digest } = await market.content.putContent({ ...LISTING_EXAMPLES.analytic, title: 'Second words' })
  await chain.publishListing(chain.provider, { listing, version: 2, content: digest })
  await caughtUp()
  expect(await stored(listing)).toMatchObject({ version: 2, title: 'Second words', content: digest })
  expect(
    await store.rows(
      `SELECT version, document->>'title' AS title, approver FROM market_listing_versions WHERE listing = $1 ORDER BY version`,
      [listing],
    ),
  ).toEqual([
    { version: 1, title: 'First words', approver: chain.operator.account.address.toLowerCase() },
    { version: 2, title: 'Second words', approver: chain.operator.account.address.toLowerCase() },
  ])
})

test('stopping, starting and offering are followed', async () => {
  const { listing } = await publish('Stops')
  const own = { ...chain.contracts.listings, account: chain.provider.signer }
  const write = chain.operator.writeContract
  await chain.mined(await write({ ...own, functionName: 'stop', args: [listing, toHex('maintenance', { size: 32 })] }))
  await chain.mined(await write({ ...own, functionName: 'offer', args: [listing, chain.consumer.address] }))
  await caughtUp()
  expect(await stored(listing)).toMatchObject({
    state: 'stopped',
    state_reason: toHex('maintenance', { size: 32 }),
    offered_to: chain.consumer.address.toLowerCase(),
  })
  const nobody = '0x0000000000000000000000000000000000000000'
  await chain.mined(await write({ ...own, functionName: 'offer', args: [listing, nobody] }))
  await chain.mined(await write({ ...own, functionName: 'start', args: [listing] }))
  await caughtUp()
  expect(await stored(listing)).toMatchObject({ state: 'published', offered_to: null })
})

test('a document that the content store gives later is filled in', async () => {
  const before = await publish('Late')
  await content.stop()
  const { listing } = await chain.publishListing(chain.provider, { content: before.digest })
  await caughtUp()
  expect(await stored(listing)).toMatchObject({ state: 'published', title: null })
  content = await startContent({ dir: join(folder.path, 'content'), port: contentPort })
  await until(async () => (await stored(listing))?.title === 'Late')
})

test('what is no listing document stays a listing without one, and is not asked for again', async () => {
  const { digest } = await market.content.putContent({ title: '<script>', plans: 'none' })
  const { listing } = await chain.publishListing(chain.provider, { content: digest })
  await caughtUp()
  expect(await stored(listing)).toMatchObject({ title: null })
  expect(await store.rows('SELECT unreadable FROM market_listing_versions WHERE listing = $1', [listing])).toEqual([
    { unreadable: true },
  ])
})
