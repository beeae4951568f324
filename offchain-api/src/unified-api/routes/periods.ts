import {
  formatInstant,
  OpemError,
  type PriceSeries,
  parsePriceSeries,
  periodPrices,
  type RulesDocument,
  rulesInForce,
  type Tariff,
} from '@opem/domain'
import { z } from 'zod'
import { pricesOf } from '../../lake/prices/prices.ts'
import { evidenceOf, type TradingEvidence, tradingHeaders } from '../../lake/trading/trading.ts'
import { currentEvidence } from '../chain/settled.ts'
import { defineRoute, rows } from '../route.ts'
import type { Services } from '../services.ts'
import { address, count, instantText, range, wh } from '../shapes.ts'
import { knownCommunity } from './known-community.ts'

const params = z.strictObject({ id: address })

const microEur = z
  .string()
  .regex(/^-?\d+$/)
  .meta({ description: 'µEUR/kWh' })

export const getPeriods = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/periods',
  access: 'signed-in',
  summary: 'Totals and prices of every settled period in a range.',
  params,
  query: z.strictObject(range),
  answers: z.object({
    periods: z.array(
      z.object({
        start: instantText,
        seconds: z.number().int(),
        surplusWh: wh,
        demandWh: wh,
        sharedWh: wh,
        revision: count,
        prices: z
          .object({
            communityConsumption: microEur,
            communityProduction: microEur,
            commercial: microEur,
            feedIn: microEur,
          })
          .nullable()
          .meta({ description: 'null while a tariff or a price of the period is not known' }),
      }),
    ),
  }),
  streams: true,
  async handle({ params: { id }, query: { from, to } }, services) {
    const { rules } = await knownCommunity(services, id)
    const documents = rules.map(({ document }) => document)
    const stored = await tradingHeaders(services.lake, { community: id, from, to })
    const headers = currentEvidence(stored, services.settled.of)
    const series = await seriesOf(services, documents, { from, to })
    return rows('periods', totals(evidenceOf(services.lake, headers, 'none'), { from, to }, documents, series))
  },
})

async function* totals(
  chunks: AsyncIterable<readonly TradingEvidence[]>,
  { from, to }: { from: number; to: number },
  documents: readonly RulesDocument[],
  series: readonly PriceSeries[],
) {
  for await (const chunk of chunks)
    yield chunk.flatMap(({ revision, periodSeconds, books }) =>
      books
        .filter(({ start }) => start >= from && start < to)
        .map(({ start, surplusWh, demandWh, sharedWh }) => ({
          start: formatInstant(start),
          seconds: periodSeconds,
          surplusWh: Number(surplusWh),
          demandWh: Number(demandWh),
          sharedWh: Number(sharedWh),
          revision,
          prices: pricesAt({ start, seconds: periodSeconds as 900 | 3600 }, documents, series),
        })),
    )
}

function pricesAt(
  period: { start: number; seconds: 900 | 3600 },
  documents: readonly RulesDocument[],
  series: readonly PriceSeries[],
) {
  try {
    const prices = periodPrices(period, rulesInForce(documents, period.start), series)
    return {
      communityConsumption: String(prices.communityConsumption),
      communityProduction: String(prices.communityProduction),
      commercial: String(prices.commercial),
      feedIn: String(prices.feedIn),
    }
  } catch (cause) {
    if (cause instanceof OpemError && /^ERR_(TARIFF_MISSING|PRICE_MISSING|RULES_NONE)$/.test(cause.code)) return null
    throw cause
  }
}

const HOUR = 3600

async function seriesOf(
  { lake }: Services,
  documents: readonly RulesDocument[],
  { from, to }: { from: number; to: number },
) {
  const tariffs = documents.flatMap(({ tariffs = {} }) => Object.values(tariffs) as Tariff[])
  const names = new Set(tariffs.flatMap((tariff) => (tariff.kind === 'day-ahead' ? [tariff.series] : [])))
  const found = await Promise.all(
    [...names].map(async (series) => {
      const prices = await pricesOf(lake, { series, from: Math.max(0, from - HOUR), to: to + HOUR })
      const parsed = parsePriceSeries({
        series,
        prices: prices.map((price) => ({
          ...price,
          microEurPerKwh: Number(price.microEurPerKwh),
          start: formatInstant(price.start),
        })),
      })
      return parsed.ok ? parsed.value : []
    }),
  )
  return found.flat()
}
