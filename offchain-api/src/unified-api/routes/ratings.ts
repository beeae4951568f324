import { formatInstant, type Hex, MOST_RATING_WORDS } from '@opem/domain'
import { accountIdOf, didOfAddress } from '@opem/ssi/did'
import { z } from 'zod'
import { seenListing } from '../../marketplace/listings/listing.ts'
import { paragraphs } from '../../marketplace/publish/text.ts'
import { rate } from '../../marketplace/ratings/rate.ts'
import { keepAnswer, ratingOf, ratingsOf, type StoredRating } from '../../marketplace/ratings/ratings.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { address, bytes, bytes32, count, instant, instantText, whole } from '../shapes.ts'
import { eyesOf, notFound } from './listing.ts'

const rating = z
  .object({
    agreement: bytes32,
    listing: bytes32,
    consumer: address,
    account: bytes32,
    name: z.string(),
    stars: whole(1, 5),
    words: z.string(),
    ratedAt: instantText,
    signer: address,
    signature: bytes,
    revision: count,
    answer: z.string().nullable(),
    answeredAt: instantText.nullable(),
  })
  .meta({ id: 'Rating' })

const format = (it: StoredRating) => ({
  ...it,
  ratedAt: formatInstant(it.ratedAt),
  answeredAt: it.answeredAt === null ? null : formatInstant(it.answeredAt),
})

export const getRatings = defineRoute({
  method: 'get',
  path: '/v1/market/listings/{listing}/ratings',
  summary: 'Ratings by who used a service, with their signatures: EIP-712 "OPEM Ratings" of this chain and registry.',
  access: 'see-listing',
  params: z.strictObject({ listing: bytes32 }),
  query: z.strictObject(paging),
  answers: pageOf(rating).extend({ chainId: count, agreements: address }),
  async handle({ params: { listing }, query: { after, limit } }, { store, deployment }, { caller }) {
    if (!(await seenListing(store.rows, listing, eyesOf(caller)))) throw notFound(listing)
    const key = fromCursor(after, z.tuple([z.number().int(), bytes32]))
    const [found, { chainId, addresses }] = await Promise.all([
      ratingsOf(store.rows, listing, { after: key, limit: limit + 1 }),
      deployment(),
    ])
    const page = pageFrom(found, limit, (it) => [it.ratedAt, it.agreement])
    return { items: page.items.map(format), next: page.next, chainId, agreements: addresses.AgreementRegistry }
  },
})

export const postRating = defineRoute({
  method: 'post',
  path: '/v1/market/ratings',
  summary: 'Rates a service that was used under an agreement: signed for its consumer; a later one takes its place.',
  access: 'rate',
  body: z.strictObject({
    agreement: bytes32,
    stars: whole(1, 5),
    words: z.union([z.literal(''), paragraphs(MOST_RATING_WORDS)]),
    ratedAt: instant,
    signature: bytes,
  }),
  answers: rating,
  async handle({ body: { agreement, signature, ...it } }, { store, chain, deployment, now }, { caller, refuse }) {
    if (caller.kind !== 'person') return refuse('somebody who signed in')
    const kept = await rate(
      {
        ...{ store, client: chain.client, deployment, now: Math.floor(now() / 1000) },
        accountOf: async (of) => accountIdOf(didOfAddress((await deployment()).chainId, of)),
      },
      {
        account: caller.account,
        rating: { ...it, agreement: agreement as Hex },
        signature: signature as Hex,
      },
    )
    return format(kept)
  },
})

export const putRatingAnswer = defineRoute({
  method: 'put',
  path: '/v1/market/ratings/{agreement}/answer',
  summary: "The provider's answer to a rating; null takes it back.",
  access: 'answer-ratings',
  params: z.strictObject({ agreement: bytes32 }),
  body: z.strictObject({ answer: paragraphs(MOST_RATING_WORDS).nullable() }),
  answers: rating,
  async handle({ params: { agreement }, body: { answer } }, { store, now }, { caller }) {
    const found = await ratingOf(store.rows, agreement)
    const [listing] = found
      ? await store.rows<{ account: string }>('SELECT account FROM market_listings WHERE listing = $1', [found.listing])
      : []
    // Whose listing it is not, is told nothing of its ratings here.
    if (!found || caller.kind !== 'person' || listing?.account !== caller.account)
      throw new Refusal(404, 'ERR_RATING_UNKNOWN', `there is no rating of agreement ${agreement} of a listing of yours`)
    await keepAnswer(store.rows, { agreement, answer, at: Math.floor(now() / 1000) })
    return format((await ratingOf(store.rows, agreement))!)
  },
})
