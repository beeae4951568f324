import type { Granularity, ListingKind, PricePlanKind } from '@opem/domain'

export const SORTS = ['relevance', 'newest', 'rating', 'price'] as const
export type Sort = (typeof SORTS)[number]

/** What somebody looks for. Several values of one facet: any of them. */
export interface Asked {
  readonly text: string
  /** Services and data stand on two tabs. */
  readonly of: 'services' | 'data'
  readonly kind: readonly ListingKind[]
  readonly category: readonly string[]
  /** Accounts. */
  readonly provider: readonly string[]
  readonly plan: readonly PricePlanKind[]
  /** ISO 3166-1 alpha-2; what can be used everywhere can be used there. */
  readonly region: readonly string[]
  readonly granularity: readonly Granularity[]
  /** µEUR, see `comparablePrice`. */
  readonly priceFrom?: number | undefined
  readonly priceTo?: number | undefined
  /** On average at least so many stars. */
  readonly rating?: number | undefined
  readonly sort: Sort
}
