import { createHash } from 'node:crypto'
import type { ListingDocument } from '@opem/domain'
import { indexListings } from '../../offchain-api/src/marketplace/search/index-listings.ts'
import { createOperationalStore, type OperationalStore } from '../../offchain-api/src/operational/store.ts'
import { openAccessWorld } from '../../offchain-api/src/testing/access-world.ts'
import { paced, quantile } from '../identity/load.ts'
import { exampleListing, seeded } from './listings.ts'
import { type Query, queries } from './queries.ts'

const LISTINGS = 100_000
const PROVIDERS = 400
const AT_ONCE = 1000
const PER_SECOND = 20
const SECONDS = 30
const BASELINE_QUERIES = 28
const TARGET_P99_MS = 100

/**
 * Searches among 100,000 listings through a real API process on a real Postgres, as somebody who is signed in: words with
 * typing errors, facets with counts, all orders. Baseline in the same run: what a plain `ILIKE` finds of the same words,
 * without facets, ranking or forgiveness, asked of the same Postgres directly, one query after the other.
 * @param args how many listings, when others than 100,000
 */
export async function run([given]: readonly string[] = []): Promise<Record<string, unknown>> {
  const listings = given === undefined ? LISTINGS : Number(given)
  const world = await openAccessWorld([])
  const store = createOperationalStore({ url: world.postgres.url })
  try {
    const { browser, credential } = await world.registerCitizen('Searcher', ['service-user', 'data-user'])
    await browser.signIn([credential])
    const began = performance.now()
    await fill(store, listings)
    const filledIn = (performance.now() - began) / 1000
    await store.rows('ANALYZE')
    const ask = async ({ path }: Query) => {
      const { status, body } = await browser.call('GET', path)
      if (status !== 200) throw new Error(`${status} ${body.code}: ${body.detail}`)
      return body as { total: number; readAs: unknown[] }
    }
    const random = seeded(7)
    const first = performance.now()
    await ask({ kind: '', text: '', path: '/v1/market/listings' })
    const firstMilliseconds = performance.now() - first
    for (const query of queries(70, random)) await ask(query)

    const asked = queries(PER_SECOND * SECONDS, random)
    const times = new Map<string, number[]>()
    let [found, corrected] = [0, 0]
    const load = await paced(PER_SECOND, SECONDS, async (turn) => {
      const query = asked[turn]!
      const from = performance.now()
      const { total, readAs } = await ask(query)
      times.set(query.kind, [...(times.get(query.kind) ?? []), performance.now() - from])
      if (total > 0) found++
      if (readAs.length > 0) corrected++
    })
    const plain: number[] = []
    for (const { text } of queries(BASELINE_QUERIES, random).filter((query) => query.text !== '')) {
      const from = performance.now()
      await plainSearch(store, text)
      plain.push(performance.now() - from)
    }

    const p99 = quantile(load.milliseconds, 0.99)
    const rows = [
      ['all', load.milliseconds],
      ...[...times].map(([kind, milliseconds]) => [`  ${kind}`, milliseconds]),
      ['baseline: ILIKE', plain],
    ] as [string, number[]][]
    console.log(`${listings} listings, filled in ${filledIn.toFixed(0)} s; ${PER_SECOND} searches/s for ${SECONDS} s`)
    for (const [name, milliseconds] of rows)
      console.log(`${name.padEnd(22)} p50 ${quantile(milliseconds, 0.5)} ms  p99 ${quantile(milliseconds, 0.99)} ms`)
    console.log(`found something: ${found} of ${asked.length}; a word was read as another: ${corrected}`)
    return {
      ...{ bench: 'search', listings, perSecond: PER_SECOND, errors: load.errors, firstMilliseconds, found, corrected },
      ...{ p50: quantile(load.milliseconds, 0.5), p99, target: TARGET_P99_MS, met: p99 < TARGET_P99_MS },
      baseline: { p50: quantile(plain, 0.5), p99: quantile(plain, 0.99) },
    }
  } finally {
    await store.close()
    await world.close()
  }
}

/** Every word somewhere in title, summary or description: what one writes before one thinks of searching. */
const plainSearch = (store: OperationalStore, text: string) =>
  store.rows(
    `SELECT listing, document->>'title' AS title, count(*) OVER () AS total FROM market_listings
     WHERE state = 'published' AND (SELECT bool_and(concat_ws(' ', document->>'title', document->>'summary',
       document->>'description') ILIKE '%' || word || '%') FROM unnest($1::text[]) AS word)
     ORDER BY published_at DESC LIMIT 20`,
    [text.split(' ')],
  )

export async function fill(store: OperationalStore, listings: number): Promise<void> {
  const random = seeded(1)
  const id = (text: string) => `0x${createHash('sha256').update(text).digest('hex')}`
  for (let provider = 0; provider < PROVIDERS; provider++)
    await store.rows(
      `INSERT INTO accounts (account, did, kind, name, roles, status, terms, version, credential_hash, pending_until, created_at)
       VALUES ($1, $2, 'company', $3, '{service-provider}', 'active', '1', 1, $1, 0, 0)`,
      [id(`provider ${provider}`), `did:example:${provider}`, `Provider ${provider} Energy Ltd`],
    )
  for (let from = 0; from < listings; from += AT_ONCE) {
    const made = Array.from({ length: Math.min(AT_ONCE, listings - from) }, (_, place) => {
      const document: ListingDocument = exampleListing(random)
      const provider = Math.floor(random() ** 2 * PROVIDERS)
      const listing = id(`listing ${from + place}`)
      return {
        listing,
        account: id(`provider ${provider}`),
        kind: document.kind,
        document,
        at: 1_700_000_000 + from + place,
      }
    })
    await store.transaction(async (rows) => {
      await rows(
        `INSERT INTO market_listings (listing, provider, account, kind, state, version, content, provider_contract, document,
           published_at, updated_at)
         SELECT listing, substr(account, 1, 42), account, kind, 'published', 1, listing, listing, document, at, at
         FROM jsonb_to_recordset($1::jsonb) AS t(listing text, account text, kind text, document jsonb, at bigint)`,
        [JSON.stringify(made)],
      )
      await rows(
        `INSERT INTO market_ratings (agreement, listing, consumer, account, stars, words, rated_at, signer, signature)
         SELECT listing, listing, account, account, 1 + (hashtext(listing) & 3) + (at % 2)::int, '', at, account, ''
         FROM jsonb_to_recordset($1::jsonb) AS t(listing text, account text, at bigint) WHERE at % 3 = 0`,
        [JSON.stringify(made)],
      )
      await indexListings(
        rows,
        made.map(({ listing }) => listing),
      )
    })
  }
}
