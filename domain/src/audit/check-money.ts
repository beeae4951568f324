import { OpemError } from '../errors/opem-error.ts'
import { type MemberMoney, moneyAt } from '../pricing/member-money.ts'
import { periodPrices } from '../pricing/period-prices.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import type { SettledPeriod } from '../settlement/settle-period.ts'
import type { Notes } from './notes.ts'

/** Every member's money in every period, exact, from the committed rules alone. A price nobody gave is a finding, not zero. */
export function checkMoney({
  settled,
  rules,
  prices,
  notes,
}: {
  readonly settled: readonly SettledPeriod[]
  readonly rules: RulesDocument | undefined
  readonly prices: readonly PriceSeries[]
  readonly notes: Notes
}): Map<number, ReadonlyMap<string, MemberMoney>> {
  const money = new Map<number, ReadonlyMap<string, MemberMoney>>()
  if (!rules?.tariffs) return money
  for (const period of settled)
    try {
      const at = periodPrices(period, rules, prices)
      money.set(period.start, new Map(period.members.map((member) => [member.member, moneyAt(member, at)])))
    } catch (error) {
      if (!(error instanceof OpemError)) throw error
      notes.period(period.start, 'AUDIT_MONEY', 'prices', 'every price of the period', error.shortMessage)
    }
  return money
}
