import type { Period } from '../periods/period.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import type { SettledMember } from '../settlement/settle-period.ts'
import { cost, type NanoEur } from '../units/units.ts'
import { type PeriodPrices, periodPrices } from './period-prices.ts'
import type { PriceSeries } from './price-series.ts'

/** What a member owes (debits) and is owed (credits) for one or more periods: exact, nano-EUR, each negative at negative prices. */
export interface MemberMoney {
  readonly communityDebit: NanoEur
  readonly communityCredit: NanoEur
  readonly commercialDebit: NanoEur
  readonly feedInCredit: NanoEur
}

/** Energy at known prices, exactly. */
export const moneyAt = (
  { bought, sold, gridImport, gridExport }: Pick<SettledMember, 'bought' | 'sold' | 'gridImport' | 'gridExport'>,
  prices: PeriodPrices,
): MemberMoney => ({
  communityDebit: cost(bought, prices.communityConsumption),
  communityCredit: cost(sold, prices.communityProduction),
  commercialDebit: cost(gridImport, prices.commercial),
  feedInCredit: cost(gridExport, prices.feedIn),
})

/**
 * The money of a member's settled period, by the rules in force then.
 * @example 1,000 Wh bought at 120,000 µEUR/kWh: communityDebit 120_000_000n nEUR, 0.12 EUR
 * @throws ERR_TARIFF_MISSING, ERR_PRICE_MISSING
 */
export const priceMember = (
  member: SettledMember,
  period: Period,
  rules: RulesDocument,
  prices: readonly PriceSeries[],
): MemberMoney => moneyAt(member, periodPrices(period, rules, prices))
