import type { Hex, ListingDocument } from '@opem/domain'
import { GRANULARITIES, LISTING_KINDS, PRICE_PLAN_KINDS } from '@opem/domain'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Address, Bytes32, Instant } from './shapes.ts'

const Whole = z.number().int()
const State = z.enum(['published', 'stopped', 'suspended', 'removed'])
const Provider = z.strictObject({ account: Bytes32, address: Address, name: z.string() })

/** A price plan as a listing offers it. */
export const Plan = z.strictObject({
  id: z.string(),
  kind: z.enum(PRICE_PLAN_KINDS),
  price: Whole,
  interval: Whole.optional(),
  unit: z.string().optional(),
  credit: Whole.optional(),
})
export type Plan = z.infer<typeof Plan>

const Shown = z.strictObject({
  listing: Bytes32,
  state: State,
  version: Whole,
  provider: Provider,
  title: z.string(),
  summary: z.string(),
  kind: z.enum(LISTING_KINDS),
  category: z.string(),
  region: z.array(z.string()),
  granularity: z.enum(GRANULARITIES).nullable(),
  plans: z.array(Plan),
  rating: z.strictObject({ average: z.number(), count: Whole }).nullable(),
  publishedAt: Instant,
})
export type ShownListing = z.infer<typeof Shown>

const Count = z.strictObject({ value: z.string(), label: z.string().optional(), count: Whole })
export type FacetCount = z.infer<typeof Count>
const Counts = z.array(Count)

export const Listings = z.strictObject({
  items: z.array(Shown),
  next: z.string().nullable(),
  total: Whole,
  tabs: z.strictObject({ services: Whole, data: Whole }),
  facets: z.strictObject({
    ...{ kind: Counts, category: Counts, provider: Counts, plan: Counts },
    ...{ region: Counts, granularity: Counts, price: Counts, rating: Counts },
  }),
  readAs: z.array(z.strictObject({ given: z.string(), read: z.array(z.string()) })),
  relaxed: z.boolean(),
})
export type Listings = z.infer<typeof Listings>

/** What was asked, as the query of an address: the page's own and the API's. Earlier answers stay until the new one is here. */
export const listingsQuery = (asked: URLSearchParams) =>
  infiniteQueryOptions({
    queryKey: ['listings', asked.toString()],
    queryFn: ({ pageParam, signal }) => {
      const whole = new URLSearchParams(asked)
      if (pageParam !== undefined) whole.set('after', pageParam)
      whole.set('limit', '20')
      return exchange(`/v1/market/listings?${whole}`, Listings, { signal })
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

/**
 * The API gives nothing but documents that its strict reader has taken. Nothing is left out or made of one here: its bytes
 * have to lead to the digest on chain.
 */
const Document = z.unknown().transform((document) => document as ListingDocument | null)

const Version = z.strictObject({
  version: Whole,
  content: Bytes32,
  cid: z.string(),
  approver: Address,
  publishedAt: Instant,
  transaction: Bytes32,
  document: Document,
})
export type ListingVersion = z.infer<typeof Version>

const Kpi = z.strictObject({
  kpi: z.string(),
  label: z.string(),
  unit: z.enum(['count', 'stars', 's', 'ms', '%']),
  meaning: z.string(),
  value: z.number(),
  measuredAt: Instant,
  days: z.array(z.strictObject({ day: z.string(), value: z.number() })),
})
export type Kpi = z.infer<typeof Kpi>

export const Listing = z.strictObject({
  listing: Bytes32,
  state: State,
  reason: z.string().nullable(),
  version: Whole,
  content: Bytes32,
  cid: z.string(),
  providerContract: Bytes32,
  document: Document,
  provider: Provider,
  publishedAt: Instant,
  updatedAt: Instant,
  restricted: z.boolean(),
  landing: z.boolean(),
  own: z.boolean(),
  versions: z.array(Version),
  stars: z.array(Whole).length(5),
  kpis: z.array(Kpi),
  agreements: z.array(z.strictObject({ id: Bytes32, consumer: Address, startsAt: Instant, used: z.boolean() })),
})
export type Listing = z.infer<typeof Listing>

export const listingQuery = (listing: Hex) =>
  queryOptions({
    queryKey: ['listing', listing],
    queryFn: ({ signal }) => exchange(`/v1/market/listings/${listing}`, Listing, { signal }),
  })

export const Rating = z.strictObject({
  agreement: Bytes32,
  listing: Bytes32,
  consumer: Address,
  account: Bytes32,
  name: z.string(),
  stars: Whole,
  words: z.string(),
  ratedAt: Instant,
  signer: Address,
  signature: z.string(),
  revision: Whole,
  answer: z.string().nullable(),
  answeredAt: Instant.nullable(),
})
export type Rating = z.infer<typeof Rating>

export const Ratings = z.strictObject({
  items: z.array(Rating),
  next: z.string().nullable(),
  chainId: Whole,
  agreements: Address,
})

export const ratingsQuery = (listing: Hex) =>
  infiniteQueryOptions({
    queryKey: ['ratings', listing],
    queryFn: ({ pageParam, signal }) =>
      exchange(`/v1/market/listings/${listing}/ratings${query({ after: pageParam, limit: 10 })}`, Ratings, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

/** @param ratedAt ISO 8601 */
export const sendRating = (body: { agreement: Hex; stars: number; words: string; ratedAt: string; signature: Hex }) =>
  exchange('/v1/market/ratings', Rating, { body })

export const answerRating = (agreement: Hex, answer: string | null) =>
  exchange(`/v1/market/ratings/${agreement}/answer`, Rating, { method: 'PUT', body: { answer } })
