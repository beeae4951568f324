import { formatInstant, type PriceSeries, parsePriceSeries, type RulesDocument, seriesOfRules } from '@opem/domain'
import { refusal } from '../failure.ts'
import type { Api } from './api.ts'

/** Names of the day-ahead series that rules price with. */
export const seriesIn = (rules: readonly RulesDocument[]): string[] => [...new Set(rules.flatMap(seriesOfRules))]

/** The prices in `[from, to)` of every series named. */
export async function readPrices(api: Api, names: readonly string[], from: number, to: number): Promise<PriceSeries[]> {
  const found: PriceSeries[] = []
  for (const series of names) {
    const query = new URLSearchParams({ series, from: formatInstant(from), to: formatInstant(to) })
    const parsed = parsePriceSeries(await api.get(`/v1/prices?${query}`))
    if (!parsed.ok)
      throw refusal(parsed.code, `The prices of ${series} that the API gives cannot be used: ${parsed.reason}`)
    found.push(...parsed.value)
  }
  return found
}
