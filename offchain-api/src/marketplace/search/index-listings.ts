import type { ListingDocument } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'
import { searchText } from './search-row.ts'

interface Found {
  readonly listing: string
  readonly state: string
  readonly account: string
  readonly kind: string
  readonly published_at: string
  readonly document: ListingDocument | null
  readonly provider: string
  readonly rating: number | null
}

/**
 * Brings what is searched up to what the listings, their ratings and their providers' names are now, in the caller's
 * transaction. Listings that are removed, or whose document is not here, stay as rows without words.
 */
export async function indexListings(rows: Rows, listings: readonly string[]): Promise<void> {
  if (listings.length === 0) return
  const found = await rows<Found & Record<string, unknown>>(
    `SELECT l.listing, l.state, l.account, l.kind, l.published_at, l.document, coalesce(a.name, '') AS provider,
       (SELECT avg(stars)::float8 FROM market_ratings r WHERE r.listing = l.listing) AS rating
     FROM market_listings l LEFT JOIN accounts a ON a.account = l.account WHERE l.listing = ANY($1)`,
    [listings],
  )
  const [clock] = await rows<{ change: string }>('UPDATE market_search_clock SET change = change + 1 RETURNING change')
  const records = found.map(({ document, provider, ...it }) => ({
    ...it,
    ...(document === null
      ? { state: 'removed', head: '', words: '', prices: [], category: '', regions: [], granularity: null }
      : {
          ...(it.state === 'removed' ? { head: '', words: '', prices: [] } : searchText(document, provider)),
          ...{ category: document.category, regions: document.region, granularity: document.granularity ?? null },
        }),
  }))
  const values = [JSON.stringify(records)]
  await rows(
    `INSERT INTO market_search_words AS known (word, listings)
     SELECT word, sum(n) FROM (
       SELECT unnest(tsvector_to_array(words)) AS word, -1 AS n FROM market_search
         WHERE listing IN (SELECT listing FROM jsonb_to_recordset($1::jsonb) AS t(listing text))
       UNION ALL
       SELECT unnest(tsvector_to_array(words::tsvector)), 1 FROM jsonb_to_recordset($1::jsonb) AS t(words text)
     ) AS changes GROUP BY word HAVING sum(n) <> 0
     ON CONFLICT (word) DO UPDATE SET listings = known.listings + excluded.listings`,
    values,
  )
  await rows(
    `INSERT INTO market_search (listing, change, state, account, kind, category, regions, granularity, prices, rating,
       published_at, head, words)
     SELECT listing, $2, state, account, kind, category, regions, granularity, prices, rating, published_at,
       head::tsvector, words::tsvector
     FROM jsonb_to_recordset($1::jsonb) AS t(listing text, state text, account text, kind text, category text,
       regions text[], granularity text, prices double precision[], rating double precision, published_at bigint,
       head text, words text)
     ON CONFLICT (listing) DO UPDATE SET change = excluded.change, state = excluded.state, account = excluded.account,
       kind = excluded.kind, category = excluded.category, regions = excluded.regions, granularity = excluded.granularity,
       prices = excluded.prices, rating = excluded.rating, published_at = excluded.published_at, head = excluded.head,
       words = excluded.words`,
    [...values, clock!.change],
  )
}

/** When the chain has another past: nothing is found until it is told again. */
export async function forgetIndex(rows: Rows): Promise<void> {
  await rows('UPDATE market_search_clock SET change = change + 1')
  await rows(
    `UPDATE market_search SET state = 'removed', head = '', words = '', change = (SELECT change FROM market_search_clock)`,
  )
  await rows('DELETE FROM market_search_words')
}
