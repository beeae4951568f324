import { formatInstant, GRANULARITIES, LISTING_KINDS, PRICE_PLAN_KINDS } from '@opem/domain'
import { z } from 'zod'
import { LISTING_STATES } from '../../marketplace/listings/states.ts'
import { listingDocument } from '../../marketplace/publish/document.ts'
import { SORTS } from '../../marketplace/search/asked.ts'
import { type Count, FACETS } from '../../marketplace/search/facets.ts'
import { accountNames, type ShownListing, shownListings } from '../../marketplace/search/shown.ts'
import { fromCursor, pageOf, paging, toCursor } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { address, bytes32, count, instantText } from '../shapes.ts'

const { shape: fields } = listingDocument

/** One value of a query or several: `?plan=free&plan=bank`. */
const several = <T extends z.ZodType>(value: T) =>
  z
    .union([value, z.array(value).max(30)])
    .optional()
    .transform((given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]) as z.output<T>[])

/** EUR with at most six decimals, as µEUR. */
const euro = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'EUR with a point, like 12.50')
  .transform((text) => Math.round(Number(text) * 1e6))
  .meta({ description: 'EUR; recurring plans count by 30 days, pay-per-use by unit', example: '12.50' })

const stars = z
  .string()
  .regex(/^[1-5]$/, 'one to five stars')
  .transform(Number)

const shown = z
  .object({
    listing: bytes32,
    state: z.enum(LISTING_STATES),
    version: count,
    provider: z.object({ account: bytes32, address, name: z.string() }),
    title: z.string(),
    summary: z.string(),
    kind: z.enum(LISTING_KINDS),
    category: z.string(),
    region: z.array(z.string()),
    granularity: z.enum(GRANULARITIES).nullable(),
    plans: fields.plans,
    rating: z.object({ average: z.number(), count }).nullable(),
    publishedAt: instantText,
  })
  .meta({ id: 'ShownListing' })

const facet = z.array(z.object({ value: z.string(), label: z.string().optional(), count }))

/** Most values of a facet that an answer shows: of providers there may be thousands. */
const MOST_VALUES = 50

export const getListings = defineRoute({
  method: 'get',
  path: '/v1/market/listings',
  summary: 'Finds services or data sets: by words, forgiving typing errors, and by facets, which are counted.',
  access: 'search',
  query: z.strictObject({
    text: z.string().max(200).default(''),
    of: z.enum(['services', 'data']).default('services'),
    kind: several(z.enum(LISTING_KINDS)),
    category: several(z.string().regex(/^[A-Za-z0-9.-]{1,40}$/, 'a code like E6.2 or a word')),
    provider: several(bytes32),
    plan: several(z.enum(PRICE_PLAN_KINDS)),
    region: several(z.string().regex(/^[A-Z]{2}$/, 'two capital letters of ISO 3166-1')),
    granularity: several(z.enum(GRANULARITIES)),
    priceFrom: euro.optional(),
    priceTo: euro.optional(),
    rating: stars.optional(),
    sort: z.enum(SORTS).default('relevance'),
    ...paging,
  }),
  answers: pageOf(shown).extend({
    total: count,
    tabs: z.object({ services: count, data: count }),
    facets: z.object(Object.fromEntries(FACETS.map((name) => [name, facet]))),
    readAs: z.array(z.object({ given: z.string(), read: z.array(z.string()) })),
    relaxed: z.boolean(),
  }),
  async handle({ query: { after, limit, ...asked } }, { store, market }, { caller }) {
    const account = caller.kind === 'person' ? caller.account : ''
    const key = fromCursor(after, z.tuple([z.enum(SORTS), z.number(), z.number().int()]))
    if (key !== undefined && key[0] !== asked.sort)
      throw new Refusal(
        400,
        'ERR_CURSOR',
        `the cursor is of a list by ${key[0]}; start without "after" when the order changes`,
      )
    const found = await market.search.find(asked, { account, limit, after: key && [key[1], key[2]] })
    const providers = found.facets.provider.slice(0, MOST_VALUES)
    const [items, names] = await Promise.all([
      shownListings(store.rows, found.listings),
      accountNames(
        store.rows,
        providers.map(({ value }) => value),
      ),
    ])
    const { total, tabs, readAs, relaxed, next } = found
    const short = (counts: readonly Count[]) => counts.slice(0, MOST_VALUES)
    return {
      items: items.map(format),
      next: next === null ? null : toCursor([asked.sort, ...next]),
      ...{ total, tabs, readAs, relaxed },
      facets: {
        ...Object.fromEntries(FACETS.map((name) => [name, short(found.facets[name])])),
        provider: providers.map((it) => ({ ...it, label: names.get(it.value) ?? '' })),
      },
    }
  },
})

const format = ({ publishedAt, ...it }: ShownListing) => ({ ...it, publishedAt: formatInstant(publishedAt) })
