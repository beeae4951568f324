import { type ListingDocument, PRICE_PLAN_KINDS, type PricePlan, SERVICE_CATEGORIES } from '@opem/domain'
import { wordsOf } from './words.ts'

/** What is searched of a listing document. */
export interface SearchText {
  /** Text form of a tsvector with places and weights. */
  readonly head: string
  /** Text form of a tsvector: every word once. */
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
  const parts = [
    { weight: 'A', words: wordsOf(title) },
    { weight: 'B', words: wordsOf([...keywords, category, name, provider].join(' ')) },
    { weight: 'C', words: wordsOf(summary) },
  ]
  const rest = [
    ...[description, ...requirements.technical, ...requirements.functional, ...requirements.nonFunctional],
    ...[
      ...dataNeeded.map((it) => `${it.name} ${it.template}`),
      ...parameters.map((it) => it.label),
      data?.contents ?? '',
    ],
  ]
  const all = new Set([...parts.flatMap(({ words }) => words), ...wordsOf(rest.join(' '))])
  const places = new Map<string, string[]>()
  let place = 0
  for (const { weight, words } of parts)
    for (const word of words) {
      const held = places.get(word) ?? []
      // tsvector: no place beyond 16,383, at most 256 of a word.
      if (++place < 16_383 && held.length < 200) places.set(word, [...held, `${place}${weight}`])
    }
  return {
    head: [...places].map(([word, at]) => `${quoted(word)}:${at.join(',')}`).join(' '),
    words: [...all].map(quoted).join(' '),
    prices: PRICE_PLAN_KINDS.map((kind) => {
      const prices = document.plans.filter((plan) => plan.kind === kind).map(comparablePrice)
      return prices.length === 0 ? null : Math.min(...prices)
    }),
  }
}

/** Words are letters, digits and dots, so that nothing in them needs to be escaped. */
const quoted = (word: string) => `'${word}'`
