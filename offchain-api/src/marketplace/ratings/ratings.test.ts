import { join } from 'node:path'
import {
  type Hex,
  LISTING_EXAMPLES,
  type ListingDocument,
  odrlOffer,
  type Rating,
  ratingTypedData,
  type UsePolicy,
} from '@opem/domain'
import type { PrivateKeyAccount } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Market, openMarket, type Party, type PublishedListing } from '../../../../contracts/testing/market.ts'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import {
  type Running,
  type RunningProcess,
  startContent,
  startPostgres,
  temporaryFolder,
} from '../../testing/harness.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { kpisOf } from '../kpis/kpis.ts'
import { seenListing } from '../listings/listing.ts'
import { createMarket, type Market as MarketParts } from '../market.ts'
import { rate } from './rate.ts'
import { agreementsUnder } from './rated-agreement.ts'
import { keepAnswer, ratingOf, starsOf } from './ratings.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let content: RunningProcess
let chain: Market
let store: OperationalStore
let market: MarketParts
let now: number

beforeAll(async () => {
  folder = await temporaryFolder()
  ;[postgres, content, chain] = await Promise.all([
    startPostgres({ dir: join(folder.path, 'postgres') }),
    startContent({ dir: join(folder.path, 'content') }),
    openMarket(),
  ])
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
  market = createMarket({
    settings: { contentUrl: content.url, confirmations: 0 },
    ...{ store, client: chain.client as never, log: () => undefined, deployment },
  })
  now = await chain.now()
})
afterAll(async () => {
  await market?.close()
  await store?.close()
  await Promise.all([postgres?.stop(), content?.stop(), chain?.close()])
  await folder?.remove()
})

const deployment = async () => ({ chainId: 31_337, block: 0, addresses: chain.addresses }) as unknown as Deployment

async function listed({
  document = LISTING_EXAMPLES.analytic,
  by = chain.provider,
}: {
  document?: ListingDocument
  by?: Party
} = {}): Promise<PublishedListing> {
  const { digest } = await market.content.putContent(document)
  return chain.publishListing(by, { content: digest })
}

const POLICY: UsePolicy = {
  purposes: ['PublicBenefit'],
  ...{ countries: [], until: null, times: null, deleteAfterDays: null },
  ...{ attribution: '', redistribution: true, recipients: [] },
}

/** Software of the provider's that users reach without the marketplace. */
const ELSEWHERE: ListingDocument = { ...LISTING_EXAMPLES.analytic, access: {} }

/** A call or a download under an agreement, as it is written down. */
const called = (agreement: Hex, state: 'counted' | 'failed' = 'counted') =>
  store.rows(`INSERT INTO market_usage (agreement, request, at, state, method) VALUES ($1, $2, $3, $4, 'GET')`, [
    agreement,
    state,
    now,
    state,
  ])

/** An agreement under a new listing, followed. */
async function agreed(
  listing: PublishedListing,
  { by = chain.consumer, start, used = true }: { by?: Party; start?: number; used?: boolean } = {},
): Promise<Hex> {
  const { id } = await chain.concludeAgreement(listing, by, start === undefined ? {} : { start })
  await market.follower.caughtUpTo(Number(await chain.client.getBlockNumber({ cacheTime: 0 })), 10)
  now = (await chain.now()) + 60
  if (used) await called(id)
  return id
}

interface Given {
  readonly signer?: PrivateKeyAccount
  readonly account?: Hex
  readonly signed?: Partial<Rating>
  readonly sent?: Partial<Rating>
}

async function rated(agreement: Hex, { listing }: PublishedListing, given: Given = {}) {
  const rating: Rating = {
    ...{ agreement, listing, consumer: chain.consumer.address, stars: 4, words: 'Right on most days.', ratedAt: now },
    ...given.signed,
  }
  const typedData = ratingTypedData({ chainId: 31_337, agreements: chain.addresses.AgreementRegistry, rating })
  const signature = await (given.signer ?? chain.consumer.signer).signTypedData(typedData)
  const { stars, words, ratedAt } = { ...rating, ...given.sent }
  return rate(
    { store, client: chain.client as never, deployment, now, accountOf: async (of) => chain.accountOf(of) },
    { account: given.account ?? chain.consumer.account, rating: { agreement, stars, words, ratedAt }, signature },
  )
}
const refusal = (code: string) => expect.objectContaining({ code })

test('who used a service rates it, and everybody can verify who signed', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  const kept = await rated(agreement, listing)
  expect(kept).toMatchObject({
    ...{ stars: 4, words: 'Right on most days.', revision: 1, answer: null },
    signer: chain.consumer.address.toLowerCase(),
    consumer: chain.consumer.address.toLowerCase(),
  })
  expect(await starsOf(store.rows, listing.listing)).toEqual([0, 0, 0, 1, 0])
  const told = await store.rows(`SELECT account, title FROM market_notifications WHERE kind = 'rating-received'`)
  expect(told).toEqual([{ account: chain.provider.account, title: 'A listing of yours was rated: 4 of 5 stars' }])
})

test('a delegate in the role signs for the consumer', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  const delegate = await chain.representative(chain.consumer, 'service-user', 'rating delegate')
  expect((await rated(agreement, listing, { signer: delegate })).signer).toBe(delegate.address.toLowerCase())
})

test('a delegate in another role does not', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  const other = await chain.representative(chain.consumer, 'data-user', 'data delegate')
  await expect(rated(agreement, listing, { signer: other })).rejects.toEqual(refusal('ERR_RATING_SIGNATURE'))
})

test('a rating with other stars than were signed is refused', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  await expect(rated(agreement, listing, { sent: { stars: 1 } })).rejects.toEqual(refusal('ERR_RATING_SIGNATURE'))
})

test('a signature for another listing is refused', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  const signed = { listing: `0x${'77'.repeat(32)}` } as const
  await expect(rated(agreement, listing, { signed })).rejects.toEqual(refusal('ERR_RATING_SIGNATURE'))
})

test('nobody rates without an agreement, and whose it is not is told of none', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  await expect(rated(`0x${'12'.repeat(32)}`, listing)).rejects.toEqual(refusal('ERR_AGREEMENT_UNKNOWN'))
  const { account, signer } = chain.provider
  await expect(rated(agreement, listing, { account, signer })).rejects.toEqual(refusal('ERR_AGREEMENT_UNKNOWN'))
})

test('nobody rates their own listing', async () => {
  const both = await chain.party('both sides', ['service-provider', 'service-user'])
  const listing = await listed({ by: both })
  const taker = await chain.party('taker', ['service-user', 'service-provider'])
  const agreement = await agreed(listing, { by: taker })
  // The consumer takes the listing over: now it is their own.
  await store.rows('UPDATE market_listings SET account = $2 WHERE listing = $1', [listing.listing, taker.account])
  const given = { account: taker.account, signer: taker.signer, signed: { consumer: taker.address } }
  await expect(rated(agreement, listing, given)).rejects.toEqual(refusal('ERR_OWN_LISTING'))
})

test('an agreement that has not begun is not rated', async () => {
  const listing = await listed()
  const agreement = await agreed(listing, { start: (await chain.now()) + 86_400 })
  await expect(rated(agreement, listing)).rejects.toEqual(refusal('ERR_NOT_USED'))
})

test('a service of the gateway is rated when something was received', async () => {
  const listing = await listed()
  const agreement = await agreed(listing, { used: false })
  await expect(rated(agreement, listing)).rejects.toEqual(refusal('ERR_NOT_USED'))
  await called(agreement, 'failed')
  await expect(rated(agreement, listing)).rejects.toEqual(refusal('ERR_NOT_USED'))
  await called(agreement)
  expect((await rated(agreement, listing)).stars).toBe(4)
})

test('a composed service is rated when its chain has answered, data when they were downloaded', async () => {
  const steps = ['0x11', '0x22'].map((id) => ({ listing: `${id}${'00'.repeat(31)}` as Hex, title: id }))
  const composed = {
    ...ELSEWHERE,
    kind: 'composed',
    parameters: [],
    chain: { composition: `0x${'33'.repeat(32)}`, steps },
  } as const
  const volume = { meters: 1, readings: 24, countedAt: '2026-05-11T00:00:00Z' }
  const policy = odrlOffer(POLICY, { target: 'urn:opem:listing:0x44', assigner: 'did:ethr:0x7a69:0x44' })
  const readings = {
    ...{ quantity: 'active-energy', unit: 'Wh', form: 'pseudonymous', leastSubjects: 5, timeZone: 'Europe/Madrid' },
    ...{ from: '2026-05-10T00:00:00Z', to: null, volume, processors: 'x', termination: 'x', policy },
  } as const
  const data = { ...LISTING_EXAMPLES.data, access: {}, data: { ...LISTING_EXAMPLES.data.data!, readings } }
  for (const document of [composed, data] as ListingDocument[]) {
    const listing = await listed({ document })
    const agreement = await agreed(listing, { used: false })
    await ran(agreement)
    await expect(rated(agreement, listing)).rejects.toEqual(refusal('ERR_NOT_USED'))
    await called(agreement)
    expect((await rated(agreement, listing)).stars).toBe(4)
  }
})

test('what users reach without the marketplace is rated when it has run for them', async () => {
  const listing = await listed({ document: ELSEWHERE })
  const agreement = await agreed(listing, { used: false })
  await expect(rated(agreement, listing)).rejects.toEqual(refusal('ERR_NOT_USED'))
  await ran(agreement)
  expect((await rated(agreement, listing)).stars).toBe(4)
})

test('of what has no document here nothing but calls is use', async () => {
  const listing = await chain.publishListing(chain.provider)
  const agreement = await agreed(listing, { used: false })
  await ran(agreement)
  await expect(rated(agreement, listing)).rejects.toEqual(refusal('ERR_NOT_USED'))
})

test('the agreement that was used stands first, whatever came after it', async () => {
  const listing = await listed()
  const used = await agreed(listing)
  const later = await agreed(listing, { used: false })
  const found = await agreementsUnder(store.rows, listing.listing, chain.consumer.address.toLowerCase())
  expect(found.map(({ id, used }) => [id, used])).toEqual([
    [used, true],
    [later, false],
  ])
})

/** Its user has started the service. */
async function ran(agreement: Hex): Promise<void> {
  await store.rows(
    `INSERT INTO market_instances (agreement, state, created_at, changed_at) VALUES ($1, 'running', $2, $2)
     ON CONFLICT (agreement) DO UPDATE SET state = 'running'`,
    [agreement, now],
  )
  await store.rows(
    `INSERT INTO market_instance_steps (agreement, step, previous, state, actor, at) VALUES ($1, 'start', 'ready', 'running', 'consumer', $2)`,
    [agreement, now],
  )
}

test('a rating is changed by a later one, and never by an earlier', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  await rated(agreement, listing)
  await keepAnswer(store.rows, { agreement, answer: 'Thank you.', at: now })
  const changed = await rated(agreement, listing, { signed: { stars: 2, words: 'It got worse.', ratedAt: now + 1 } })
  // The answer was to other words.
  expect(changed).toMatchObject({ stars: 2, revision: 2, answer: null })
  await expect(rated(agreement, listing)).rejects.toEqual(refusal('ERR_RATING_OLD'))
  expect(await starsOf(store.rows, listing.listing)).toEqual([0, 1, 0, 0, 0])
})

test('a signature of long ago or of tomorrow is refused', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  for (const ratedAt of [now - 7200, now + 3600])
    await expect(rated(agreement, listing, { signed: { ratedAt } })).rejects.toEqual(refusal('ERR_RATING_TIME'))
})

test('the provider answers, and may take it back', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  await rated(agreement, listing)
  expect(await keepAnswer(store.rows, { agreement, answer: 'We mended it.', at: now })).toBe(true)
  expect(await ratingOf(store.rows, agreement)).toMatchObject({ answer: 'We mended it.', answeredAt: now })
  await keepAnswer(store.rows, { agreement, answer: null, at: now })
  expect(await ratingOf(store.rows, agreement)).toMatchObject({ answer: null, answeredAt: null })
})

test('figures are measured: agreements, users of now, rating', async () => {
  const listing = await listed()
  const agreement = await agreed(listing)
  await agreed(listing)
  await rated(agreement, listing, { signed: { stars: 5 } })
  const figures = async () => (await kpisOf(store, listing.listing, now)).map(({ kpi, value }) => [kpi, value])
  expect(await figures()).toEqual([
    ['agreements', 2],
    ['active-users', 1],
    ['rating', 5],
    ['answered', 100],
  ])
  // A minute later they are measured anew: one value a day, the last.
  now += 61
  await rated(agreement, listing, { signed: { stars: 1, ratedAt: now } })
  expect(await figures()).toContainEqual(['rating', 1])
})

test('a stopped listing is seen by its provider, the operator and who has an agreement, and by nobody else', async () => {
  const listing = await listed()
  await agreed(listing)
  await store.rows(`UPDATE market_listings SET state = 'stopped' WHERE listing = $1`, [listing.listing])
  const sees = async (eyes: { account?: string; address?: string; operator?: boolean }) =>
    (await seenListing(store.rows, listing.listing, {
      ...{ account: '', address: undefined, operator: false },
      ...eyes,
    })) !== undefined
  expect(await sees({ account: chain.provider.account })).toBe(true)
  expect(await sees({ operator: true })).toBe(true)
  expect(await sees({ account: chain.consumer.account, address: chain.consumer.address.toLowerCase() })).toBe(true)
  expect(await sees({ account: `0x${'33'.repeat(32)}`, address: `0x${'33'.repeat(20)}` })).toBe(false)
})
