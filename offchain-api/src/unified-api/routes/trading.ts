import {
  commitBatch,
  formatInstant,
  formatTradingBatch,
  OpemError,
  type PriceSeries,
  parsePriceSeries,
  parseTradingBatch,
  periodPrices,
  type RulesDocument,
  rulesInForce,
  type Tariff,
} from '@opem/domain'
import { z } from 'zod'
import { pricesOf } from '../../lake/prices/prices.ts'
import { evidenceOf, type TradingEvidence, tradingHeaders } from '../../lake/trading/trading.ts'
import { keccak } from '../chain/keccak.ts'
import { currentEvidence } from '../chain/settled.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, rows } from '../route.ts'
import type { Services } from '../services.ts'
import { address, bytes32, count, instantText, range, tradingBatch, wh } from '../shapes.ts'
import { knownCommunity } from './known-community.ts'

const params = z.strictObject({ id: address })

export const postTrading = defineRoute({
  method: 'post',
  path: '/v1/communities/{id}/trading',
  summary: "Keeps a batch's evidence; its balances must hash to its root. The same batch again changes nothing.",
  params,
  body: z.unknown(),
  documentedBody: tradingBatch,
  bodyLimit: 32_000_000,
  answers: z.object({ stored: z.boolean() }),
  async handle({ params: { id }, body }, { evidence }) {
    const parsed = parseTradingBatch(body)
    if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.reason)
    const batch = parsed.value
    if (batch.community.toLowerCase() !== id)
      throw new Refusal(
        400,
        'ERR_TRADING_BATCH',
        `the batch is of ${batch.community}, the path of ${id}; post it where it belongs`,
      )
    checkConsecutive(batch)
    const { root, membersRoots } = commitBatch(keccak, batch)
    const wrong = batch.books.findIndex((book, index) => book.membersRoot !== membersRoots[index])
    if (root !== batch.root || wrong >= 0)
      throw new Refusal(
        422,
        'ERR_EVIDENCE_ROOT',
        `the balances hash to ${root}, the batch says ${batch.root}; evidence must prove its root`,
      )
    const { start: _start, books: _books, ...frame } = formatTradingBatch(batch)
    return evidence.store({ ...frame, community: id, start: batch.start, books: numericBooks(batch) })
  },
})

type ParsedBatch = Extract<ReturnType<typeof parseTradingBatch>, { ok: true }>['value']

const numericBooks = (batch: ParsedBatch): TradingEvidence['books'] =>
  formatTradingBatch(batch).books.map((book, index) => ({ ...book, start: batch.books[index]!.start }))

function checkConsecutive({ start, periods, periodSeconds, books }: ParsedBatch) {
  const wrong = books.findIndex((book, index) => book.start !== start + index * periodSeconds)
  if (books.length !== periods || wrong >= 0)
    throw new Refusal(
      400,
      'ERR_TRADING_BATCH',
      `${periods} consecutive periods from ${formatInstant(start)} need as many books in time order`,
    )
}

export const getTrading = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/trading',
  summary: 'Evidence of the batches that overlap a range: those in force, or with revisions=all every one.',
  params,
  query: z.strictObject({ ...range, member: bytes32.optional(), revisions: z.literal('all').optional() }),
  answers: z.object({ batches: z.array(tradingBatch) }),
  streams: true,
  async handle({ params: { id }, query: { member, revisions, ...span } }, { lake, settled }) {
    const stored = await tradingHeaders(lake, { community: id, ...span })
    const headers = revisions === 'all' ? stored : currentEvidence(stored, settled.of)
    return rows('batches', formatted(evidenceOf(lake, headers, member ? { member } : 'all')))
  },
})

async function* formatted(chunks: AsyncIterable<readonly TradingEvidence[]>) {
  for await (const chunk of chunks)
    yield chunk.map((batch) => ({
      ...batch,
      start: formatInstant(batch.start),
      books: batch.books.map((book) => ({ ...book, start: formatInstant(book.start) })),
    }))
}

const microEur = z
  .string()
  .regex(/^-?\d+$/)
  .meta({ description: 'µEUR/kWh' })

export const getPeriods = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/periods',
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
