import type { Lake } from '../lake.ts'

/** Price of one period; µEUR/kWh, negative prices happen. `start` in seconds since 1970. */
export interface Price {
  readonly start: number
  readonly seconds: number
  readonly microEurPerKwh: number
}

/** Stores prices of a series; a later price of the same period takes the place of the earlier one. */
export const storePrices = (lake: Lake, series: string, prices: readonly Price[], now: number) =>
  lake.insert(
    'prices',
    ['series', 'start', 'seconds', 'micro_eur_per_kwh', 'version'],
    prices.map(({ start, seconds, microEurPerKwh }) => [series, start, seconds, microEurPerKwh, now]),
  )

/** Prices of a series whose periods overlap `[from, to)`, in time order. */
export const pricesOf = (lake: Lake, { series, from, to }: { series: string; from: number; to: number }) =>
  lake.rows<Price>(
    `SELECT toUInt32(prices.start) AS start, prices.seconds AS seconds, micro_eur_per_kwh AS microEurPerKwh
     FROM opem.prices AS prices FINAL
     WHERE series = {series:String} AND toUInt32(prices.start) < {to:UInt32} AND toUInt32(prices.start) + prices.seconds > {from:UInt32}
     ORDER BY start`,
    { series, from, to },
  )
