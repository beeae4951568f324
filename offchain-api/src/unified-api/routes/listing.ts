import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { addressOf, type Caller } from '../../access/caller/caller.ts'
import { cidOfDigest } from '../../marketplace/content/cid.ts'
import { kpisOf } from '../../marketplace/kpis/kpis.ts'
import { seenListing, versionsOf } from '../../marketplace/listings/listing.ts'
import { LISTING_STATES } from '../../marketplace/listings/states.ts'
import { listingDocument } from '../../marketplace/publish/document.ts'
import { agreementsUnder } from '../../marketplace/ratings/rated-agreement.ts'
import { starsOf } from '../../marketplace/ratings/ratings.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { address, bytes32, count, instantText } from '../shapes.ts'

const version = z.object({
  version: count,
  content: bytes32,
  cid: z.string(),
  approver: address,
  publishedAt: instantText,
  transaction: bytes32,
  document: listingDocument.nullable(),
})

const kpi = z
  .object({
    kpi: z.string(),
    label: z.string(),
    unit: z.enum(['count', 'stars', 's', 'ms', '%']),
    meaning: z.string(),
    value: z.number(),
    measuredAt: instantText,
    days: z.array(z.object({ day: z.iso.date(), value: z.number() })),
  })
  .meta({ id: 'Kpi' })

/** Whose eyes look. */
export const eyesOf = (caller: Caller) => ({
  account: caller.kind === 'person' ? caller.account : '',
  address: caller.kind === 'person' ? addressOf(caller.accountDid) : undefined,
  operator: caller.kind === 'person' && caller.operator,
})

export const notFound = (listing: string) =>
  new Refusal(
    404,
    'ERR_LISTING_UNKNOWN',
    `there is no listing ${listing} that you may see; find one with GET /v1/market/listings`,
  )

export const getListing = defineRoute({
  method: 'get',
  path: '/v1/market/listings/{listing}',
  summary: 'One listing: its document, versions, provider, ratings and figures, with the digest that the chain holds.',
  access: 'see-listing',
  params: z.strictObject({ listing: bytes32 }),
  answers: z.object({
    listing: bytes32,
    state: z.enum(LISTING_STATES),
    reason: z.string().nullable(),
    version: count,
    content: bytes32,
    cid: z.string(),
    providerContract: bytes32,
    document: listingDocument.nullable(),
    provider: z.object({ account: bytes32, address, name: z.string() }),
    publishedAt: instantText,
    updatedAt: instantText,
    restricted: z.boolean(),
    landing: z.boolean(),
    own: z.boolean(),
    versions: z.array(version),
    stars: z.array(count).length(5).meta({ description: 'how many gave one star, two …' }),
    kpis: z.array(kpi),
    agreements: z
      .array(z.object({ id: bytes32, consumer: address, startsAt: instantText, used: z.boolean() }))
      .meta({ description: 'those of the account that asks; of those used, one is what a rating is given under' }),
  }),
  async handle({ params: { listing } }, { store, now }, { caller }) {
    const eyes = eyesOf(caller)
    const found = await seenListing(store.rows, listing, eyes)
    if (!found) throw notFound(listing)
    const [versions, stars, kpis, agreements] = await Promise.all([
      versionsOf(store.rows, listing),
      starsOf(store.rows, listing),
      kpisOf(store, listing, Math.floor(now() / 1000)),
      eyes.address === undefined ? [] : agreementsUnder(store.rows, listing, eyes.address),
    ])
    return {
      ...found,
      cid: cidOfDigest(found.content),
      publishedAt: formatInstant(found.publishedAt),
      updatedAt: formatInstant(found.updatedAt),
      own: found.provider.account === eyes.account,
      versions: versions.map((it) => ({
        ...it,
        cid: cidOfDigest(it.content),
        publishedAt: formatInstant(it.publishedAt),
      })),
      stars,
      kpis: kpis.map((it) => ({ ...it, measuredAt: formatInstant(it.measuredAt) })),
      agreements: agreements.map((it) => ({ ...it, startsAt: formatInstant(it.startsAt) })),
    }
  },
})
