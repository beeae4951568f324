import type { Lake } from '../lake.ts'

/** Price of one period; µEUR/kWh, negative prices happen. `start` in seconds since 1970. */
export interface Price {
  readonly start: number
  readonly seconds: number
  readonly microEurPerKwh: number
}

/** What became of prices that were sent: new ones, ones that are known exactly so, and ones that differ from before. */
export interface StoredPrices {
  readonly stored: number
  readonly known: number
  readonly changed: number
}

/**
 * Stores prices of a series; a later price of the same period takes the place of the earlier one. What the chain has
 * committed to does not change with it: an audit tells (contracts/communities/IPriceBook.sol).
 */
export async function storePrices(
  lake: Lake,
  series: string,
  prices: readonly Price[],
  now: number,
): Promise<StoredPrices> {
  if (prices.length === 0) return { stored: 0, known: 0, changed: 0 }
  const from = prices.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY)
  const to = prices.reduce((most, { start }) => Math.max(most, start + 1), 0)
  const key = ({ start, seconds }: Price) => `${start} ${seconds}`
  const before = new Map(
    (await pricesOf(lake, { series, from, to })).map((price) => [key(price), Number(price.microEurPerKwh)]),
  )
  const fresh = prices.filter((price) => before.get(key(price)) !== price.microEurPerKwh)
  const changed = fresh.filter((price) => before.has(key(price))).length
  await lake.insert(
    'prices',
    ['series', 'start', 'seconds', 'micro_eur_per_kwh', 'version'],
    fresh.map(({ start, seconds, microEurPerKwh }) => [series, start, seconds, microEurPerKwh, now]),
  )
  return { stored: fresh.length - changed, known: prices.length - fresh.length, changed }
}

/** Prices of a series whose periods overlap `[from, to)`, in time order. */
export const pricesOf = (lake: Lake, { series, from, to }: { series: string; from: number; to: number }) =>
  lake.rows<Price>(
    `SELECT toUInt32(prices.start) AS start, prices.seconds AS seconds, micro_eur_per_kwh AS microEurPerKwh
     FROM opem.prices AS prices FINAL
     WHERE series = {series:String} AND toUInt32(prices.start) < {to:UInt32} AND toUInt32(prices.start) + prices.seconds > {from:UInt32}
     ORDER BY start`,
    { series, from, to },
  )
