import type { ListingDocument, ListingKind, PricePlan } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'
import type { ListingState } from '../listings/states.ts'

/** A listing as a list of results shows it. */
export interface ShownListing {
  readonly listing: string
  readonly state: ListingState
  readonly version: number
  readonly provider: { readonly account: string; readonly address: string; readonly name: string }
  readonly title: string
  readonly summary: string
  readonly kind: ListingKind
  readonly category: string
  readonly region: readonly string[]
  readonly granularity: ListingDocument['granularity'] | null
  readonly plans: readonly PricePlan[]
  readonly rating: { readonly average: number; readonly count: number } | null
  /** Seconds since 1970. */
  readonly publishedAt: number
}

/** What a list shows of some listings, in the order of their ids. */
export async function shownListings(rows: Rows, listings: readonly string[]): Promise<ShownListing[]> {
  const found = await rows<ShownListing & Record<string, unknown>>(
    `SELECT l.listing, l.state, l.version, l.kind, l.published_at::float8 AS "publishedAt",
       jsonb_build_object('account', l.account, 'address', l.provider, 'name', coalesce(a.name, '')) AS provider,
       l.document->>'title' AS title, l.document->>'summary' AS summary, l.document->>'category' AS category,
       l.document->'region' AS region, l.document->>'granularity' AS granularity, l.document->'plans' AS plans,
       (SELECT jsonb_build_object('average', round(avg(r.stars), 2), 'count', count(*))
          FROM market_ratings r WHERE r.listing = l.listing HAVING count(*) > 0) AS rating
     FROM market_listings l LEFT JOIN accounts a ON a.account = l.account
     WHERE l.listing = ANY($1) AND l.document IS NOT NULL`,
    [listings],
  )
  const byId = new Map(found.map((it) => [it.listing, it]))
  return listings.flatMap((listing) => byId.get(listing) ?? [])
}

/** What accounts are called. */
export async function accountNames(rows: Rows, accounts: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ account: string; name: string }>(
    'SELECT account, name FROM accounts WHERE account = ANY($1)',
    [accounts],
  )
  return new Map(found.map(({ account, name }) => [account, name]))
}
