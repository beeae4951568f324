import type { Result } from '../errors/result.ts'
import { formatInstant } from '../periods/instant.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import { array, fault, instant, integer, object, parseWith, type Read, text } from '../shape/shape.ts'

const shape = object({
  series: text(),
  prices: array(
    object({
      start: instant,
      seconds: integer(300, 3600),
      microEurPerKwh: integer(-1_000_000_000, 1_000_000_000),
    }),
  ),
})

const priceSeries: Read<readonly PriceSeries[]> = (value, at) => {
  const { series, prices } = shape(value, at)
  const bySeconds = new Map<number, Map<number, bigint>>()
  prices.forEach(({ start, seconds, microEurPerKwh }, i) => {
    if (start % seconds !== 0)
      fault(`${at}.prices[${i}].start`, formatInstant(start), `a multiple of ${seconds} s since 1970`)
    const known = bySeconds.get(seconds) ?? new Map<number, bigint>()
    known.set(start, BigInt(microEurPerKwh))
    bySeconds.set(seconds, known)
  })
  return [...bySeconds].map(([seconds, known]) => ({ series, seconds, prices: known }))
}

/** Prices from the wire, `{"series","prices":[{"start","seconds","microEurPerKwh"}]}`: one series per interval length in it. */
export const parsePriceSeries = (raw: unknown): Result<readonly PriceSeries[], 'ERR_PRICES'> =>
  parseWith(priceSeries, raw, 'prices', 'ERR_PRICES')
