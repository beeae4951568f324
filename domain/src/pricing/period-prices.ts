import { OpemError } from '../errors/opem-error.ts'
import type { Period } from '../periods/period.ts'
import type { RulesDocument, Tariffs } from '../rules/rules-document.ts'
import { type MicroEurPerKwh, meanPrice } from '../units/units.ts'
import type { PriceSeries } from './price-series.ts'
import { tariffPrice } from './tariff-price.ts'

/** The four prices of one period, µEUR/kWh, signed. */
export interface PeriodPrices {
  /** Paid for energy bought inside the community. */
  readonly communityConsumption: MicroEurPerKwh
  /** Earned for energy sold inside the community. */
  readonly communityProduction: MicroEurPerKwh
  /** Paid to the retailer for the rest. */
  readonly commercial: MicroEurPerKwh
  /** Earned for what the community could not use. */
  readonly feedIn: MicroEurPerKwh
}

/**
 * Prices of a period by the rules in force then. Mid-market rate: buyers and sellers both get the mean of commercial and feed-in,
 * rounded down to a whole µEUR/kWh, so that nothing is left between them.
 * @throws ERR_TARIFF_MISSING, ERR_PRICE_MISSING
 */
export function periodPrices(period: Period, rules: RulesDocument, prices: readonly PriceSeries[]): PeriodPrices {
  const price = (name: keyof Tariffs): MicroEurPerKwh => {
    const tariff = rules.tariffs?.[name]
    if (tariff) return tariffPrice(tariff, period, prices)
    throw new OpemError({
      code: 'ERR_TARIFF_MISSING',
      shortMessage: `the rules from ${rules.from} have no ${name} tariff: money needs tariffs.${name}`,
      details: { from: rules.from, tariff: name },
    })
  }
  const commercial = price('commercial')
  const feedIn = price('feedIn')
  if (rules.pricing === 'mid-market-rate') {
    const middle = meanPrice([commercial, feedIn])
    return { communityConsumption: middle, communityProduction: middle, commercial, feedIn }
  }
  return {
    communityConsumption: price('communityConsumption'),
    communityProduction: price('communityProduction'),
    commercial,
    feedIn,
  }
}
