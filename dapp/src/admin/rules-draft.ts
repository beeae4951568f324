import type { Allocation, RulesDocument, Tariffs } from '@opem/domain'
import { formatInstant, parseRules } from '@opem/domain'
import { allocationDraftOf, allocationOf } from './allocation-draft.ts'
import { fixed, type TariffDraft, tariffDraftOf, tariffOf } from './tariff-draft.ts'
import type { WeightBand } from './week-bands.ts'

export type Key = Allocation['key']

/** What a person typed about rules, as text until it is a document. */
export type RulesDraft = {
  key: Key
  rounds: 'iterate' | 'one'
  pricing: 'tariffs' | 'mid-market-rate'
  /** member → weight (static, calendar outside its bands) or place (priority), as typed */
  numbers: Readonly<Record<string, string>>
  /** calendar: the hours of the week with other weights */
  bands: readonly WeightBand[]
  /** member → the most it buys from neighbours in one period, kWh as typed */
  caps: Readonly<Record<string, string>>
  tariffs: Readonly<Record<keyof Tariffs, TariffDraft>>
}

/** Prices of a usual household in Europe, to begin with. */
export const emptyDraft: RulesDraft = {
  key: 'even',
  rounds: 'iterate',
  pricing: 'tariffs',
  numbers: {},
  bands: [],
  caps: {},
  tariffs: {
    communityConsumption: fixed('0.12'),
    communityProduction: fixed('0.10'),
    commercial: fixed('0.25'),
    feedIn: fixed('0.05'),
  },
}

export type Problems = Readonly<Record<string, string>>
export type Drafted = { rules: RulesDocument } | { problems: Problems }

/** The rules document that a draft means, checked by domain’s own parser, or what is wrong with each field. */
export function rulesOf(draft: RulesDraft, version: number, from: number, timeZone: string): Drafted {
  const problems: Record<string, string> = {}
  const tariff = (name: keyof Tariffs) => tariffOf(name, draft.tariffs[name], timeZone, problems)
  const outside = { commercial: tariff('commercial'), feedIn: tariff('feedIn') }
  const tariffs: Tariffs =
    draft.pricing === 'mid-market-rate'
      ? outside
      : {
          communityConsumption: tariff('communityConsumption'),
          communityProduction: tariff('communityProduction'),
          ...outside,
        }
  const document = {
    version,
    from: formatInstant(from),
    allocation: allocationOf(draft, timeZone, problems),
    tariffs,
    pricing: draft.pricing,
  }
  if (Object.keys(problems).length > 0) return { problems }
  const parsed = parseRules(document)
  return parsed.ok ? { rules: parsed.value } : { problems: { rules: parsed.reason } }
}

/** A draft that means these rules: the next version begins as the last one is, and only what is changed changes. */
export function draftOf({ allocation, tariffs = {}, pricing = 'tariffs' }: RulesDocument): RulesDraft {
  const draft = (name: keyof Tariffs) => tariffDraftOf(tariffs[name], emptyDraft.tariffs[name])
  return {
    ...allocationDraftOf(allocation),
    pricing,
    tariffs: {
      communityConsumption: draft('communityConsumption'),
      communityProduction: draft('communityProduction'),
      commercial: draft('commercial'),
      feedIn: draft('feedIn'),
    },
  }
}
