import type { Hex } from '../commitment/bytes.ts'
import type { ListingDocument, NeededData, PricePlan } from './listing-document.ts'

/** A wish for a service that nobody offers, as its digest on chain has it. Money is whole micro-EUR. */
export interface InnovationRequestDocument {
  readonly schema: 'opem/innovation-request/1'
  readonly title: string
  /** What is missing today, and for whom. */
  readonly need: string
  /** What the user could give a provider to work with. */
  readonly data: readonly NeededData[]
  /** How the user would know that it is solved. */
  readonly result: string
  /** µEUR over the first year. */
  readonly budget: { readonly from: number; readonly to: number }
  /** Seconds since 1970: from then on nobody proposes. */
  readonly closesAt: number
}

/** What a provider would build for it. */
export interface ProposalDocument {
  readonly schema: 'opem/innovation-proposal/1'
  readonly request: Hex
  readonly title: string
  readonly description: string
  /** How the provider goes about it. */
  readonly plan: string
  /** Days after the agreement. */
  readonly milestones: readonly { readonly title: string; readonly days: number }[]
  readonly price: PricePlan
  /** Of a plan per use: how many units the provider expects in a year. */
  readonly unitsPerYear?: number
  /** Draft of the contract. */
  readonly contract: { readonly text: string; readonly noticeDays: number }
  readonly privacy: string
  /** A listing of the provider that would do, or null: one is made when the proposal is chosen. */
  readonly listing: Hex | null
}

const YEAR = 365 * 86_400
const MONTHS = 12

/**
 * What a proposal has cost by the end of each month of the first year, in µEUR: twelve sums that never fall. An interval is paid at
 * its beginning; units come evenly.
 * @example costOverYear({ price: { id: 'm', kind: 'subscription', price: 10, interval: 2_592_000 } }).at(-1) // 130
 */
export function costOverYear({ price, unitsPerYear = 0 }: Pick<ProposalDocument, 'price' | 'unitsPerYear'>): number[] {
  return Array.from({ length: MONTHS }, (_, month) => {
    const elapsed = ((month + 1) * YEAR) / MONTHS
    switch (price.kind) {
      case 'free':
        return 0
      case 'one-time':
        return price.price
      case 'subscription':
      case 'bank':
        return price.price * Math.ceil(elapsed / (price.interval ?? YEAR))
      case 'pay-per-use':
        return price.price * Math.ceil((unitsPerYear * (month + 1)) / MONTHS)
      default:
        return price.kind satisfies never
    }
  })
}

/** What a chosen proposal says, as the draft of a listing: its provider reads it over before it is submitted. */
export function listingDraftOf(request: InnovationRequestDocument, proposal: ProposalDocument): ListingDocument {
  return {
    schema: 'opem/listing/1',
    title: proposal.title,
    summary: proposal.description.replaceAll(/\s+/g, ' ').slice(0, 280).trim(),
    description: `${proposal.description}\n\n${proposal.plan}`,
    kind: 'analytic',
    category: 'open-innovation',
    keywords: ['open innovation'],
    region: [],
    requirements: { technical: [], functional: [request.result.slice(0, 1000).trim()], nonFunctional: [] },
    dataNeeded: request.data,
    parameters: [],
    contract: proposal.contract,
    terms: { text: proposal.contract.text },
    privacy: { text: proposal.privacy },
    plans: [proposal.price],
    access: {},
    composition: { before: [], after: [] },
  }
}
