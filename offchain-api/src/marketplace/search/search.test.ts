import { join } from 'node:path'
import { LISTING_EXAMPLES, type ListingDocument } from '@opem/domain'
import { pad, toHex } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder } from '../../testing/harness.ts'
import type { Asked } from './asked.ts'
import { forgetIndex, indexListings } from './index-listings.ts'
import { createSearch, type Found, type Search } from './search.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore
let search: Search

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
  search = createSearch({ store })
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})
beforeEach(async () => {
  await store.rows('TRUNCATE market_listings, market_ratings, market_listing_policies, market_listing_access CASCADE')
  await store.transaction(forgetIndex)
})

const hex = (number: number) => pad(toHex(number), { size: 32 })
const [ACME, OTHER, VIEWER] = [hex(1001), hex(1002), hex(1003)]

interface Given {
  readonly state?: 'published' | 'stopped' | 'suspended' | 'removed'
  readonly account?: string
  readonly at?: number
  readonly stars?: number
}

/** A listing with a number for an id; every word that the test does not give is none that is searched for. */
async function list(number: number, document: Partial<ListingDocument>, given: Given = {}): Promise<void> {
  const plain: ListingDocument = {
    ...LISTING_EXAMPLES.analytic,
    ...{ title: `Untitled ${number}`, summary: 'x', description: 'x', keywords: [], category: 'misc', region: [] },
    requirements: { technical: [], functional: [], nonFunctional: [] },
    ...{ dataNeeded: [], parameters: [], plans: [{ id: 'free', kind: 'free', price: 0 }] },
  }
  const whole = { ...plain, ...document }
  await store.transaction(async (rows) => {
    await rows(
      `INSERT INTO market_listings (listing, provider, account, kind, state, version, content, provider_contract, document,
         published_at, updated_at) VALUES ($1, '0x00', $2, $3, $4, 1, '', '', $5, $6, $6)
       ON CONFLICT (listing) DO UPDATE SET state = excluded.state, document = excluded.document`,
      [
        hex(number),
        given.account ?? ACME,
        whole.kind,
        given.state ?? 'published',
        JSON.stringify(whole),
        given.at ?? number,
      ],
    )
    if (given.stars !== undefined)
      await rows(
        `INSERT INTO market_ratings (agreement, listing, consumer, account, stars, words, rated_at, signer, signature)
         VALUES ($1, $1, '', '', $2, '', 0, '', '')`,
        [hex(number), given.stars],
      )
    await indexListings(rows, [hex(number)])
  })
}

const NOTHING: Asked = {
  ...{ text: '', of: 'services', kind: [], category: [], provider: [], plan: [], region: [], granularity: [] },
  sort: 'relevance',
}
const find = (asked: Partial<Asked>, page: { account?: string; after?: Found['next']; limit?: number } = {}) =>
  search.find(
    { ...NOTHING, ...asked },
    { account: page.account ?? VIEWER, after: page.after ?? undefined, limit: page.limit ?? 20 },
  )
const ids = ({ listings }: Found): number[] => listings.map(Number)

describe('words', () => {
  test('what has a word in its title comes before what has it in its summary, and that before its description', async () => {
    await list(1, { description: 'forecast' })
    await list(2, { summary: 'forecast' })
    await list(3, { keywords: ['forecast'] })
    await list(4, { title: 'Forecast' })
    await list(5, { title: 'Something else' })
    expect(ids(await find({ text: 'forecast' }))).toEqual([4, 3, 2, 1])
  })

  test('all words have to be there', async () => {
    await list(1, { title: 'Wind forecast' })
    await list(2, { title: 'Wind park' })
    expect(ids(await find({ text: 'forecast wind' }))).toEqual([1])
  })

  test('when nothing has all of them, what has some is found, and said to be', async () => {
    await list(1, { title: 'Wind park' })
    await list(2, { title: 'Solar roof' })
    const found = await find({ text: 'wind solar' })
    expect(ids(found).sort()).toEqual([1, 2])
    expect(found.relaxed).toBe(true)
  })

  test.each([
    ['two letters exchanged', 'forceast'],
    ['a letter left out', 'forcast'],
    ['a letter too many', 'foreccast'],
    ['a wrong letter', 'porecast'],
    ['two mistakes', 'forcsat'],
  ])('a typing error is forgiven: %s', async (_what, text) => {
    await list(1, { title: 'Forecast' })
    await list(2, { title: 'Fault location' })
    const found = await find({ text })
    expect(ids(found)).toEqual([1])
    expect(found.readAs).toEqual([{ given: text, read: ['forecast'] }])
  })

  test('a word that some listing has is never read as another', async () => {
    await list(1, { title: 'Wine cellar' })
    await list(2, { title: 'Wind park' })
    const found = await find({ text: 'wine ' })
    expect(ids(found)).toEqual([1])
    expect(found.readAs).toEqual([])
  })

  test('nonsense finds nothing', async () => {
    await list(1, { title: 'Forecast' })
    expect(await find({ text: 'qqqqxxzz' })).toMatchObject({ listings: [], total: 0, readAs: [], relaxed: false })
  })

  test('the last word may be the beginning of one, while it is typed', async () => {
    await list(1, { title: 'Photovoltaic plant' })
    expect(ids(await find({ text: 'pho' }))).toEqual([1])
    expect(ids(await find({ text: 'pho ' }))).toEqual([])
  })

  test.each([
    ['Spanish', 'Previsión de la demanda eléctrica', 'previsiones electrica'],
    ['German', 'Vorhersage der Wärmelast', 'WARMELAST'],
    ['Danish', 'Prognose for elforbrug på Ærø', 'elforbruget'],
    ['Turkish', 'Elektrik talep tahmini', 'tahminleri'],
    ['Greek', 'Πρόβλεψη ζήτησης', 'προβλεψη'],
    ['English', 'Forecasting of meters', 'forecasts meter'],
  ])('accents, capitals and forms of a word do not matter: %s', async (_language, title, text) => {
    await list(1, { title })
    await list(2, { title: 'Something else' })
    expect(ids(await find({ text }))).toEqual([1])
  })

  test('a code of the catalogue and the name behind it are words', async () => {
    await list(1, { category: 'E6.2' })
    await list(2, { category: 'E1.1' })
    expect(ids(await find({ text: 'E6.2' }))).toEqual([1])
    expect(ids(await find({ text: 'energy forecasting' }))).toEqual([1])
  })

  test.each([
    "'; DROP TABLE market_listings; --",
    "forecast' | 'x",
    'a & b | !c <-> (d):*',
    '\\\\\'\\"`$',
    '%_%',
    '\u0000\uffff\u202e',
    '((((((((((',
    "''''''",
  ])('nothing in the words reaches the database as more than words: %j', async (text) => {
    await list(1, { title: 'Forecast' })
    await expect(find({ text })).resolves.toBeDefined()
    expect(ids(await find({ text: 'forecast' }))).toEqual([1])
  })
})

describe('facets', () => {
  beforeEach(async () => {
    const monthly = (eur: number) => ({ id: 'm', kind: 'subscription', price: eur * 1e6, interval: 2_592_000 }) as const
    await list(1, { category: 'E6.2', region: ['DK', 'DE'], granularity: 'PT15M', plans: [monthly(5)] }, { stars: 5 })
    await list(2, { category: 'E6.2', region: ['ES'], granularity: 'PT1H', plans: [monthly(50)] }, { stars: 3 })
    await list(3, { category: 'E1.1', region: [], kind: 'energy-grid', plans: [{ id: 'f', kind: 'free', price: 0 }] })
    await list(
      4,
      { category: 'E1.1', region: ['DK'], plans: [monthly(50), { id: 'o', kind: 'one-time', price: 9e9 }] },
      { account: OTHER },
    )
    await list(5, {
      kind: 'data',
      category: 'meter-data',
      data: { contents: 'x', storageCountries: [], updates: 'once' },
    })
  })

  test('services and data stand on two tabs, each with its count', async () => {
    expect(await find({})).toMatchObject({ total: 4, tabs: { services: 4, data: 1 } })
    expect(ids(await find({ of: 'data' }))).toEqual([5])
  })

  test('every value is counted', async () => {
    const { facets } = await find({})
    expect(facets).toEqual({
      kind: [
        { value: 'analytic', count: 3 },
        { value: 'energy-grid', count: 1 },
      ],
      category: [
        { value: 'E1.1', count: 2 },
        { value: 'E6.2', count: 2 },
      ],
      provider: [
        { value: ACME, count: 3 },
        { value: OTHER, count: 1 },
      ],
      plan: [
        { value: 'subscription', count: 3 },
        { value: 'free', count: 1 },
        { value: 'one-time', count: 1 },
      ].sort((a, b) => b.count - a.count),
      // What can be used everywhere can be used in each of them.
      region: [
        { value: 'DK', count: 3 },
        { value: 'DE', count: 2 },
        { value: 'ES', count: 2 },
      ],
      granularity: [
        { value: 'PT15M', count: 3 },
        { value: 'PT1H', count: 1 },
      ],
      price: [
        { value: '0', count: 1 },
        { value: '0-10', count: 1 },
        { value: '10-100', count: 2 },
      ],
      rating: [
        { value: '4', count: 1 },
        { value: '3', count: 2 },
        { value: '2', count: 2 },
        { value: '1', count: 2 },
      ],
    })
  })

  test('a chosen value narrows the other facets and not its own', async () => {
    const { listings, facets } = await find({ category: ['E6.2'] })
    expect(listings.map(Number)).toEqual([2, 1])
    expect(facets.category).toEqual([
      { value: 'E1.1', count: 2 },
      { value: 'E6.2', count: 2 },
    ])
    expect(facets.provider).toEqual([{ value: ACME, count: 2 }])
  })

  test.each([
    ['one of two kinds', { kind: ['analytic', 'energy-grid'] }, [4, 3, 2, 1]],
    ['a region, and what is for everywhere', { region: ['DK'] }, [4, 3, 1]],
    ['a provider', { provider: [OTHER] }, [4]],
    ['a granularity', { granularity: ['PT1H'] }, [2]],
    ['a kind of plan', { plan: ['free', 'one-time'] }, [4, 3]],
    ['at least four stars', { rating: 4 }, [1]],
    ['a price range', { priceFrom: 1e6, priceTo: 10e6 }, [1]],
    ['a price range of one kind of plan', { plan: ['one-time'], priceTo: 100e6 }, []],
    ['what nobody has', { category: ['nothing'] }, []],
    ['all at once', { category: ['E6.2'], region: ['DK'], plan: ['subscription'], rating: 5, priceTo: 5e6 }, [1]],
  ] as [string, Partial<Asked>, number[]][])('narrows to %s', async (_what, asked, expected) => {
    expect(ids(await find({ ...asked, sort: 'newest' }))).toEqual(expected)
  })

  test('yearly and monthly prices are compared by the month', async () => {
    await list(6, {
      plans: [{ id: 'y', kind: 'subscription', price: 365e6, interval: 31_536_000 }],
      category: 'yearly',
    })
    // 365 EUR a year are 30 EUR in 30 days
    expect(ids(await find({ priceFrom: 30e6, priceTo: 30e6 }))).toEqual([6])
  })

  test('orders: newest, best rated, cheapest', async () => {
    expect(ids(await find({ sort: 'newest' }))).toEqual([4, 3, 2, 1])
    expect(ids(await find({ sort: 'rating' }))).toEqual([1, 2, 4, 3])
    expect(ids(await find({ sort: 'price' }))).toEqual([3, 1, 4, 2])
  })

  test('pages follow each other without gaps or repetitions, in every order', async () => {
    for (const sort of ['relevance', 'newest', 'rating', 'price'] as const) {
      const whole = ids(await find({ sort }))
      const seen: number[] = []
      let after: Found['next'] = null
      do {
        const page: Found = await find({ sort }, { after, limit: 1 })
        seen.push(...ids(page))
        after = page.next
      } while (after !== null)
      expect(seen).toEqual(whole)
    }
  })
})

describe('who sees what', () => {
  test('what is stopped, suspended or removed is seen by nobody but its provider, and removed by nobody', async () => {
    await list(1, { title: 'forecast' }, { state: 'stopped' })
    await list(2, { title: 'forecast' }, { state: 'suspended' })
    await list(3, { title: 'forecast' }, { state: 'removed' })
    await list(4, { title: 'forecast' })
    expect(ids(await find({ text: 'forecast' }))).toEqual([4])
    expect(ids(await find({ text: 'forecast' }, { account: ACME })).sort()).toEqual([1, 2, 4])
    expect((await find({})).total).toBe(1)
    expect((await find({}, { account: ACME })).total).toBe(3)
  })

  test('a listing with an access list shows itself to who is on it, and to its provider; counts do not tell of it', async () => {
    await list(1, { category: 'secret' })
    await store.rows(
      `INSERT INTO market_listing_policies (listing, restricted, revision, changed_at) VALUES ($1, true, 1, 0)`,
      [hex(1)],
    )
    expect(await find({})).toMatchObject({ total: 0, facets: { category: [] } })
    expect((await find({}, { account: ACME })).total).toBe(1)
    await store.rows(
      `INSERT INTO market_listing_access (listing, account, did, added_at, added_by) VALUES ($1, $2, '', 0, '')`,
      [hex(1), VIEWER],
    )
    expect((await find({})).total).toBe(1)
    await store.rows('DELETE FROM market_listing_access')
    expect((await find({})).total).toBe(0)
  })

  test('a word of a hidden listing is none that another is read as', async () => {
    await list(1, { title: 'Zeppelinwarte' })
    await store.rows(
      `INSERT INTO market_listing_policies (listing, restricted, revision, changed_at) VALUES ($1, true, 1, 0)`,
      [hex(1)],
    )
    expect(await find({ text: 'zeppelinwrate' })).toMatchObject({ total: 0, readAs: [] })
    expect(await find({ text: 'zeppelinwrate' }, { account: ACME })).toMatchObject({
      total: 1,
      readAs: [{ given: 'zeppelinwrate', read: ['zeppelinwarte'] }],
    })
  })

  test('what an account that is suspended offers is found by itself alone, until it is reinstated', async () => {
    await list(1, { title: 'Forecast' })
    await store.rows(
      `INSERT INTO accounts (account, did, kind, name, roles, status, terms, version, credential_hash, pending_until, created_at)
       VALUES ($1, 'did:ethr:0x00', 'citizen', 'Acme', '{}', 'suspended', '1', 1, '0x00', 0, 0)`,
      [ACME],
    )
    expect((await find({ text: 'forecast' })).total).toBe(0)
    expect((await find({ text: 'forecast' }, { account: ACME })).total).toBe(1)
    await store.rows(`UPDATE accounts SET status = 'active' WHERE account = $1`, [ACME])
    expect((await find({ text: 'forecast' })).total).toBe(1)
    await store.rows('DELETE FROM accounts WHERE account = $1', [ACME])
  })

  test('what changes is found as it is now', async () => {
    await list(1, { title: 'Before' })
    expect(ids(await find({ text: 'before' }))).toEqual([1])
    await list(1, { title: 'Afterwards' })
    expect(ids(await find({ text: 'before ' }))).toEqual([])
    expect(ids(await find({ text: 'afterwards' }))).toEqual([1])
    await list(1, { title: 'Afterwards' }, { state: 'removed' })
    expect((await find({ text: 'afterwards' })).total).toBe(0)
    // A word that is nowhere any more is no reading of a misspelt one.
    expect((await find({ text: 'aftrewards' })).readAs).toEqual([])
  })

  test('a chain that tells another past leaves nothing to be found', async () => {
    await list(1, { title: 'Forecast' })
    await find({})
    await store.transaction(forgetIndex)
    expect((await find({})).total).toBe(0)
    expect((await find({ text: 'forecast' })).total).toBe(0)
  })
})
