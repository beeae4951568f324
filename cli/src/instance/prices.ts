import { formatInstant, type PriceSeries, parsePriceSeries, type RulesDocument } from '@opem/domain'
import { refusal } from '../failure.ts'
import type { Api } from './api.ts'

/** Names of the day-ahead series that rules price with. */
export const seriesIn = (rules: readonly RulesDocument[]): string[] => [
  ...new Set(
    rules
      .flatMap(({ tariffs }) => Object.values(tariffs ?? {}))
      .flatMap((tariff) => (tariff?.kind === 'day-ahead' ? [tariff.series] : [])),
  ),
]

/** The prices in `[from, to)` of every series that the rules name. */
export async function readPrices(
  api: Api,
  rules: readonly RulesDocument[],
  from: number,
  to: number,
): Promise<PriceSeries[]> {
  const found: PriceSeries[] = []
  for (const series of seriesIn(rules)) {
    const query = new URLSearchParams({ series, from: formatInstant(from), to: formatInstant(to) })
    const parsed = parsePriceSeries(await api.get(`/v1/prices?${query}`))
    if (!parsed.ok)
      throw refusal(parsed.code, `The prices of ${series} that the API gives cannot be used: ${parsed.reason}`)
    found.push(...parsed.value)
  }
  return found
}
