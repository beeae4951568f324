import { OpemError } from '../errors/opem-error.ts'
import { formatInstant } from '../periods/instant.ts'
import type { Period } from '../periods/period.ts'
import { MicroEurPerKwh, meanPrice } from '../units/units.ts'

/** A market's prices: `prices` by start of the interval, µEUR/kWh, each valid for `seconds`. */
export interface PriceSeries {
  readonly series: string
  readonly seconds: number
  readonly prices: ReadonlyMap<number, bigint>
}

/**
 * The price of a series in a period: that of the interval it lies in, or, when the market is finer than the period, the mean of
 * the intervals inside it, rounded down.
 * @throws ERR_PRICE_MISSING naming the series and the first time without a price
 */
export function priceInSeries(
  name: string,
  { start, seconds }: Period,
  prices: readonly PriceSeries[],
): MicroEurPerKwh {
  const candidates = prices.filter(({ series }) => series === name)
  let missing = start
  for (const series of candidates) {
    const found: MicroEurPerKwh[] = []
    let at = start - (start % series.seconds)
    for (; at < start + seconds; at += series.seconds) {
      const price = series.prices.get(at)
      if (price === undefined) break
      found.push(MicroEurPerKwh(price))
    }
    if (at >= start + seconds) return meanPrice(found)
    missing = at
  }
  throw new OpemError({
    code: 'ERR_PRICE_MISSING',
    shortMessage: `the series "${name}" has no price at ${formatInstant(missing)}: import its prices, then price the period again`,
    details: { series: name, start: missing, known: prices.map(({ series }) => series) },
    retryable: true,
  })
}
