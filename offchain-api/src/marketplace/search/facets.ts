import { LISTING_KINDS, PRICE_PLAN_KINDS } from '@opem/domain'
import type { Asked } from './asked.ts'
import type { Columns, Names, SearchRow } from './columns.ts'

/** How many listings of an answer have a value. */
export interface Count {
  readonly value: string
  readonly count: number
}

export const FACETS = ['kind', 'category', 'provider', 'plan', 'region', 'granularity', 'price', 'rating'] as const
export type Facet = (typeof FACETS)[number]

/** Prices up to so many EUR, the last one above. */
export const PRICE_STEPS = [0, 10, 100, 1000] as const
export const STARS = [4, 3, 2, 1] as const

const EUR = 1_000_000

export interface Counted {
  readonly hits: readonly SearchRow[]
  readonly tabs: { readonly services: number; readonly data: number }
  readonly facets: Readonly<Record<Facet, Count[]>>
}

/**
 * Which of the candidates fit all that was asked, and how many fit for each value of each facet. A facet is counted as if
 * nothing were chosen in it, so that its numbers say what choosing another value would give.
 */
export function countFacets(candidates: readonly SearchRow[], asked: Asked, { names }: Columns): Counted {
  const filter = filterOf(asked, names)
  const { data } = filter
  const tally = tallies(names.size())
  const tabs = { services: 0, data: 0 }
  const hits: SearchRow[] = []
  let everywhere = 0
  for (const row of candidates) {
    const misses = filter.misses(row)
    if (misses === 0) tabs[row.kind === data ? 'data' : 'services']++
    if ((row.kind === data) !== (asked.of === 'data')) continue
    if (misses === 0) hits.push(row)
    // Of two facets that do not fit, neither count changes by letting go of one.
    else if ((misses & (misses - 1)) !== 0) continue
    const fits = (bit: number) => (misses & ~bit) === 0
    if (fits(BIT.kind)) tally.kind[row.kind]!++
    if (fits(BIT.category)) tally.category[row.category]!++
    if (fits(BIT.provider)) tally.provider[row.provider]!++
    if (fits(BIT.plan))
      for (let plan = 0; plan < row.prices.length; plan++)
        if (filter.isPriced ? filter.affordable(row, plan) : (row.plans >> plan) & 1) tally.plan[plan]!++
    if (fits(BIT.region)) {
      if (row.regions.length === 0) everywhere++
      for (const region of row.regions) tally.region[region]!++
    }
    if (fits(BIT.granularity) && row.granularity >= 0) tally.granularity[row.granularity]!++
    if (fits(BIT.price)) tally.price[stepOf(filter.priceOf(row))]!++
    if (fits(BIT.rating)) for (const stars of STARS) if (row.rating >= stars) tally.rating[stars]!++
  }
  for (const [region, count] of tally.region.entries()) if (count > 0) tally.region[region] = count + everywhere
  const named = (facet: Facet) => ordered(tally[facet], (value) => names.wordOf(value))
  return {
    hits,
    tabs,
    facets: {
      kind: named('kind'),
      category: named('category'),
      provider: named('provider'),
      region: named('region'),
      granularity: named('granularity'),
      plan: ordered(tally.plan, (value) => PRICE_PLAN_KINDS[value]!),
      price: [...PRICE_STEPS.keys(), PRICE_STEPS.length].flatMap((step) => {
        const count = tally.price[step]!
        return count === 0 ? [] : [{ value: stepName(step), count }]
      }),
      rating: STARS.flatMap((stars) => {
        const count = tally.rating[stars]!
        return count === 0 ? [] : [{ value: String(stars), count }]
      }),
    },
  }
}

const BIT = Object.fromEntries(FACETS.map((facet, index) => [facet, 1 << index])) as Record<Facet, number>

/** The lowest price that counts: of the kinds of plan that were chosen, of all when none was. NaN: none. */
export const priceFor = (row: SearchRow, plans: readonly number[]): number => {
  if (plans.length === PRICE_PLAN_KINDS.length) return row.least
  let least = Number.NaN
  for (const plan of plans)
    if (!(row.prices[plan]! >= least)) least = row.prices[plan]! >= 0 ? row.prices[plan]! : least
  return least
}

export const plansOf = ({ plan }: Asked): number[] =>
  plan.length === 0 ? [...PRICE_PLAN_KINDS.keys()] : plan.map((kind) => PRICE_PLAN_KINDS.indexOf(kind))

function filterOf(asked: Asked, names: Names) {
  // A word that no listing has fits none.
  const numbers = (words: readonly string[]) => new Set(words.map((word) => names.find(word) ?? -2))
  const [kinds, categories, providers] = [numbers(asked.kind), numbers(asked.category), numbers(asked.provider)]
  const [regions, granularities] = [numbers(asked.region), numbers(asked.granularity)]
  const plans = plansOf(asked)
  const every = [...PRICE_PLAN_KINDS.keys()]
  const from = asked.priceFrom ?? Number.NEGATIVE_INFINITY
  const to = asked.priceTo ?? Number.POSITIVE_INFINITY
  const priced = asked.priceFrom !== undefined || asked.priceTo !== undefined
  const affordable = ({ prices }: SearchRow, plan: number) => prices[plan]! >= from && prices[plan]! <= to
  const anyAffordable = (row: SearchRow, of: readonly number[]) => {
    for (const plan of of) if (affordable(row, plan)) return true
    return false
  }
  const chosenPlans = plans.reduce((mask, plan) => mask | (1 << plan), 0)
  const chosen =
    [kinds, categories, providers, regions, granularities].some(({ size }) => size > 0) || asked.rating !== undefined
  return {
    data: names.numberOf(LISTING_KINDS[1]),
    affordable,
    isPriced: priced,
    priceOf: (row: SearchRow) => priceFor(row, plans),
    /** Bits of the facets that do not fit. */
    misses(row: SearchRow): number {
      let misses = (row.plans & chosenPlans) === 0 ? BIT.plan : 0
      if (!chosen && !priced) return misses
      if (kinds.size > 0 && !kinds.has(row.kind)) misses |= BIT.kind
      if (categories.size > 0 && !categories.has(row.category)) misses |= BIT.category
      if (providers.size > 0 && !providers.has(row.provider)) misses |= BIT.provider
      if (regions.size > 0 && row.regions.length > 0 && !row.regions.some((one) => regions.has(one)))
        misses |= BIT.region
      if (granularities.size > 0 && !granularities.has(row.granularity)) misses |= BIT.granularity
      if (asked.rating !== undefined && !(row.rating >= asked.rating)) misses |= BIT.rating
      if (priced && !anyAffordable(row, plans)) {
        // Would another kind of plan fit? Then it is the kind that is missing, not the price.
        if (misses & BIT.plan && anyAffordable(row, every)) return misses
        misses |= BIT.price
      }
      return misses
    },
  }
}

const stepOf = (price: number): number => {
  const step = PRICE_STEPS.findIndex((most) => price <= most * EUR)
  return step === -1 ? PRICE_STEPS.length : step
}

/** @example stepName(1) // '0-10': above 0 up to 10 EUR; '1000-' above 1000 */
const stepName = (step: number): string =>
  step === 0 ? '0' : `${PRICE_STEPS[step - 1]}-${step < PRICE_STEPS.length ? PRICE_STEPS[step] : ''}`

const ordered = (tally: Uint32Array, wordOf: (value: number) => string): Count[] =>
  [...tally.entries()]
    .filter(([, count]) => count > 0)
    .map(([value, count]) => ({ value: wordOf(value), count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))

/** A counter for each word: arrays, since a hundred thousand listings are counted at every question. */
const tallies = (words: number) => {
  const counters = () => new Uint32Array(Math.max(words, 8))
  return Object.fromEntries(FACETS.map((facet) => [facet, counters()])) as Record<Facet, Uint32Array>
}
