import type { CheckedPrices } from '../pricing/price-commitment.ts'
import type { RulesDocument, Tariff } from '../rules/rules-document.ts'
import type { Notes } from './notes.ts'

/** Names of the day-ahead series that rules price with. */
export const seriesOfRules = ({ tariffs = {} }: Pick<RulesDocument, 'tariffs'>): string[] => [
  ...new Set(
    (Object.values(tariffs) as Tariff[]).flatMap((tariff) => (tariff.kind === 'day-ahead' ? [tariff.series] : [])),
  ),
]

/** Whether the prices of a period's market are those that the chain committed to: one exchanged price is a finding. */
export function checkPricesAt(
  start: number,
  rules: RulesDocument | undefined,
  committed: readonly CheckedPrices[],
  notes: Notes,
): void {
  for (const series of rules ? seriesOfRules(rules) : []) {
    const segment = committed.find((one) => one.series === series && one.from <= start && start < one.until)
    const field = `prices.${series}`
    if (segment === undefined) notes.period(start, 'AUDIT_PRICES', field, 'a commitment on chain', 'none')
    else if (segment.found !== segment.hash) notes.period(start, 'AUDIT_PRICES', field, segment.hash, segment.found)
  }
}
