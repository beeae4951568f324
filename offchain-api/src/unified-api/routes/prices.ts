import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { pricesOf, storePrices } from '../../lake/prices/prices.ts'
import { defineRoute } from '../route.ts'
import { count, price, range } from '../shapes.ts'

const series = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/, 'a series is named like dk2')

export const postPrices = defineRoute({
  method: 'post',
  path: '/v1/prices',
  access: 'publish-prices',
  summary: 'Stores prices of a series, µEUR/kWh; a later price of the same period takes the place of the earlier one.',
  body: z.strictObject({ series, prices: z.array(price).max(100_000) }),
  bodyLimit: 16_000_000,
  answers: z.object({ stored: count, known: count, changed: count }),
  async handle({ body }, { lake, now }) {
    return storePrices(lake, body.series, body.prices, now())
  },
})

export const getPrices = defineRoute({
  method: 'get',
  path: '/v1/prices',
  access: 'signed-in',
  summary: 'Prices of a series whose periods overlap the range, in time order.',
  query: z.strictObject({ series, ...range }),
  answers: z.object({ series, prices: z.array(price) }),
  async handle({ query }, { lake }) {
    const prices = await pricesOf(lake, query)
    return {
      series: query.series,
      prices: prices.map(({ start, seconds, microEurPerKwh }) => ({
        start: formatInstant(start),
        seconds,
        microEurPerKwh: Number(microEurPerKwh),
      })),
    }
  },
})
