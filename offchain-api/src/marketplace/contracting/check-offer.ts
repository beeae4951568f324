import {
  type AgreementDocument,
  type AgreementTerms,
  canonicalJson,
  contentDigest,
  draftAgreement,
  type Hex,
  type OwnData,
} from '@opem/domain'
import { sha256 } from 'viem'
import { Refusal } from '../../unified-api/problem.ts'
import type { ContractedListing } from './listing.ts'
import type { Party } from './party.ts'

const DAY = 86_400
const MOST_DEADLINE = 60 * DAY
const LEAST_DEADLINE = 60
const MOST_START = 366 * DAY
/** As long as an offer stands: a counter-offer may keep the start of what it answers. */
const MOST_BACK = MOST_DEADLINE

export interface OfferInHand {
  readonly terms: AgreementTerms
  readonly document: AgreementDocument
}

/**
 * Whether what somebody signed is an offer under a listing: the document is the one that its digest names, made from this version
 * of the listing for these two parties, and terms on chain and document say the same.
 * @param free whether price, interval, notice and what is agreed besides may differ from the listing's: in a counter-offer
 * @throws Refusal ERR_AGREEMENT_DOCUMENT, ERR_AGREEMENT_TERMS, ERR_AGREEMENT_FEE, ERR_AGREEMENT_DEADLINE, ERR_AGREEMENT_PERIOD
 */
export function checkOffer(
  { terms, document }: OfferInHand,
  against: {
    readonly listing: ContractedListing & { document: NonNullable<ContractedListing['document']> }
    readonly provider: Party
    readonly consumer: Party
    readonly own: OwnData
    readonly feeBps: number
    readonly free: boolean
    readonly now: number
  },
): void {
  const { listing, provider, consumer, feeBps, now } = against
  if (contentDigest(document, sha256) !== terms.terms)
    throw new Refusal(
      422,
      'ERR_AGREEMENT_DOCUMENT',
      'the document is not the one that the signed terms name: its digest differs, so a word of it was changed',
    )
  same('listing', terms.listing, listing.listing)
  same('version', terms.version, listing.version)
  same('provider', terms.provider, provider.address)
  same('consumer', terms.consumer, consumer.address)
  if (terms.feeBps !== feeBps)
    throw new Refusal(
      409,
      'ERR_AGREEMENT_FEE',
      `the terms say a platform fee of ${terms.feeBps} hundredths of a percent, ${feeBps} are in force; make the offer anew`,
    )
  checkTimes(terms, now)
  checkDocument({ terms, document }, against)
}

function checkTimes({ start, end, deadline }: AgreementTerms, now: number): void {
  if (deadline < BigInt(now + LEAST_DEADLINE))
    throw new Refusal(
      422,
      'ERR_AGREEMENT_DEADLINE',
      'the time in which this offer can be signed is over, or nearly; make it anew with a later deadline',
    )
  if (deadline > BigInt(now + MOST_DEADLINE))
    throw new Refusal(422, 'ERR_AGREEMENT_DEADLINE', 'an offer stands for at most 60 days; choose an earlier deadline')
  if (end !== 0 && (end <= start || end <= now))
    throw new Refusal(422, 'ERR_AGREEMENT_PERIOD', 'the agreement ends before it begins, or has ended already')
  // Every interval since the start is due at once.
  if (start < now - MOST_BACK)
    throw new Refusal(
      422,
      'ERR_AGREEMENT_PERIOD',
      'the agreement would have begun more than 60 days ago, and all of that time would be paid for; choose a later day',
    )
  if (start > now + MOST_START)
    throw new Refusal(
      422,
      'ERR_AGREEMENT_PERIOD',
      'the agreement begins more than a year from now; choose an earlier day',
    )
}

/** The document is what this version of the listing makes of these choices, and nothing else. */
function checkDocument(
  { terms, document }: OfferInHand,
  { listing, provider, consumer, own, free }: Parameters<typeof checkOffer>[1],
): void {
  const drafted = draftAgreement(
    listing.document,
    {
      ...{ listing: listing.listing, version: listing.version, content: listing.content, blind: document.blind },
      provider: { did: provider.did, name: provider.name },
      consumer: { did: consumer.did, name: consumer.name },
    },
    {
      plan: document.plan.id,
      parameters: Object.fromEntries(document.parameters.map(({ name, value }) => [name, value])),
      meters: Object.fromEntries(
        document.data.flatMap(({ name, meter }) => (meter === undefined ? [] : [[name, meter]])),
      ),
      sources: Object.fromEntries(
        document.data.flatMap(({ name, from }) => (from === undefined ? [] : [[name, from.id]])),
      ),
    },
    own,
  )
  if (!drafted.ok) throw new Refusal(422, drafted.code, drafted.reason)
  const { document: expected, planned } = drafted.value
  if (canonicalJson({ ...document, besides: '' }) !== canonicalJson(expected))
    throw new Refusal(
      422,
      'ERR_AGREEMENT_DOCUMENT',
      'the document is not made from the version of the listing that is in force: its words, parties or data differ; make it anew with POST /v1/agreements/drafts',
    )
  if (terms.plan !== planned.plan) differ('plan', terms.plan, planned.plan)
  if (free) return
  if (document.besides !== '')
    throw new Refusal(
      422,
      'ERR_AGREEMENT_TERMS',
      'a first offer takes the listing as it is; what is agreed besides comes with a counter-offer',
    )
  same('price', terms.price, planned.price)
  same('interval', terms.interval, planned.interval)
  same('notice', terms.notice, planned.notice)
}

function same(field: string, given: string | number | bigint, needed: string | number | bigint): void {
  if (given !== needed) differ(field, given, needed)
}

function differ(field: string, given: string | number | bigint, needed: string | number | bigint): never {
  throw new Refusal(422, 'ERR_AGREEMENT_TERMS', `"${field}" is ${given} in what was signed, and ${needed} was needed`)
}

/** Random bytes as hex, for `blind` and salt. */
export type RandomHex = (bytes: number) => Hex
