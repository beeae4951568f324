import { type ListingDocument, PRICE_PLAN_KINDS, type PricePlan, SERVICE_CATEGORIES } from '@opem/domain'
import { wordsOf } from './words.ts'

/** What is searched of a listing document: words with spaces, each once. */
export interface SearchText {
  readonly title: string
  /** Words of keywords, category and provider. */
  readonly topic: string
  readonly summary: string
  /** Every word of the document. */
  readonly words: string
  /** Lowest price of each kind of plan in the order of PRICE_PLAN_KINDS, see `comparablePrice`. */
  readonly prices: readonly (number | null)[]
}

const MONTH = 30 * 86_400

/** µEUR that plans are compared by: of recurring ones for 30 days, of pay-per-use a unit, otherwise the whole. */
export const comparablePrice = ({ kind, price, interval }: PricePlan): number =>
  (kind === 'subscription' || kind === 'bank') && interval !== undefined ? (price * MONTH) / interval : price

export function searchText(document: ListingDocument, provider: string): SearchText {
  const { title, keywords, category, summary, description, requirements, dataNeeded, parameters, data } = document
  const name = (SERVICE_CATEGORIES as Readonly<Record<string, string>>)[category] ?? ''
  const topics = [...keywords, category, name, provider].join(' ')
  const rest = [
    ...[description, ...requirements.technical, ...requirements.functional, ...requirements.nonFunctional],
    ...[
      ...dataNeeded.map((it) => `${it.name} ${it.template}`),
      ...parameters.map((it) => it.label),
      data?.contents ?? '',
    ],
  ]
  const all = [title, topics, summary, ...rest].join(' ')
  return {
    ...{ title: unique(title), topic: unique(topics), summary: unique(summary) },
    words: unique(all),
    prices: PRICE_PLAN_KINDS.map((kind) => {
      const prices = document.plans.filter((plan) => plan.kind === kind).map(comparablePrice)
      return prices.length === 0 ? null : Math.min(...prices)
    }),
  }
}

const unique = (text: string): string => [...new Set(wordsOf(text))].join(' ')
