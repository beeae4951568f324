import type { Allocation, RulesDocument, Tariff, Tariffs } from '@opem/domain'
import { formatInstant, parseRules } from '@opem/domain'
import { parseEurPerKwh } from '../format/money.ts'

export type Key = 'even' | 'pro-rata' | 'static' | 'priority'
export type TariffDraft = { kind: 'fixed' | 'day-ahead'; price: string; series: string }

/** What a person typed about rules, as text until it is a document. */
export type RulesDraft = {
  key: Key
  rounds: 'iterate' | 'one'
  pricing: 'tariffs' | 'mid-market-rate'
  /** member → weight (static) or place (priority), as typed */
  numbers: Readonly<Record<string, string>>
  tariffs: Readonly<Record<keyof Tariffs, TariffDraft>>
}

const fixed = (price: string): TariffDraft => ({ kind: 'fixed', price, series: '' })

/** Prices of a usual household in Europe, to begin with. */
export const emptyDraft: RulesDraft = {
  key: 'even',
  rounds: 'iterate',
  pricing: 'tariffs',
  numbers: {},
  tariffs: {
    communityConsumption: fixed('0.12'),
    communityProduction: fixed('0.10'),
    commercial: fixed('0.25'),
    feedIn: fixed('0.05'),
  },
}

export type Problems = Readonly<Record<string, string>>
export type Drafted = { rules: RulesDocument } | { problems: Problems }

const SERIES = /^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/

function tariffOf(name: string, { kind, price, series }: TariffDraft, problems: Record<string, string>): Tariff {
  const micro = parseEurPerKwh(price)
  if (micro === undefined) problems[name] = 'Write a price like 0.12, with at most six decimals.'
  if (kind === 'fixed') return { kind, microEurPerKwh: Number(micro ?? 0n) }
  if (!SERIES.test(series)) problems[`${name}.series`] = 'Write the name of the price series, like dk2.'
  return { kind, series, marginMicroEurPerKwh: Number(micro ?? 0n) }
}

function allocationOf({ key, rounds, numbers }: RulesDraft, problems: Record<string, string>): Allocation {
  const given = Object.entries(numbers).filter(([, text]) => text.trim() !== '')
  for (const [member, text] of given)
    if (!/^\d{1,6}$/.test(text.trim())) problems[`number.${member}`] = 'Write a whole number.'
  switch (key) {
    case 'even':
    case 'pro-rata':
      return { key, rounds }
    case 'static':
      if (given.length === 0) problems.numbers = 'Give at least one member a weight.'
      return { key, rounds, coefficients: Object.fromEntries(given.map(([member, text]) => [member, Number(text)])) }
    case 'priority':
      if (given.length === 0) problems.numbers = 'Give at least one member a place.'
      return { key, rounds, order: [...given].sort((a, b) => Number(a[1]) - Number(b[1])).map(([member]) => member) }
  }
}

/** The rules document that a draft means, checked by domain’s own parser, or what is wrong with each field. */
export function rulesOf(draft: RulesDraft, version: number, from: number): Drafted {
  const problems: Record<string, string> = {}
  const { communityConsumption, communityProduction, commercial, feedIn } = draft.tariffs
  const outside = {
    commercial: tariffOf('commercial', commercial, problems),
    feedIn: tariffOf('feedIn', feedIn, problems),
  }
  const tariffs: Tariffs =
    draft.pricing === 'mid-market-rate'
      ? outside
      : {
          communityConsumption: tariffOf('communityConsumption', communityConsumption, problems),
          communityProduction: tariffOf('communityProduction', communityProduction, problems),
          ...outside,
        }
  const document = {
    version,
    from: formatInstant(from),
    allocation: allocationOf(draft, problems),
    tariffs,
    pricing: draft.pricing,
  }
  if (Object.keys(problems).length > 0) return { problems }
  const parsed = parseRules(document)
  return parsed.ok ? { rules: parsed.value } : { problems: { rules: parsed.reason } }
}
