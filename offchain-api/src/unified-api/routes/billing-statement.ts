import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { booksOf } from '../../marketplace/billing/books/books.ts'
import { booksCsv } from '../../marketplace/billing/books/csv.ts'
import { lastTwelveMonths, type Period, periodOf } from '../../marketplace/billing/books/period.ts'
import { eur } from '../../marketplace/billing/list.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, personOf, text } from '../route.ts'
import { count, instant, instantText } from '../shapes.ts'
import { euros } from './billing.ts'

const bookLine = z.object({
  ...{ at: instantText, what: z.string(), document: z.string(), service: z.string(), counterparty: z.string() },
  ...{
    agreement: z.string(),
    payment: z.string(),
    transaction: z.string(),
    purseIn: euros,
    purseOut: euros,
    fee: euros,
  },
  ...{ bankIn: euros, bankOut: euros, net: euros, vat: euros, gross: euros },
})

/** Euros that may be below zero. */
const difference = z
  .string()
  .meta({ description: 'euros, a decimal string; below zero with a minus', example: '-1.05' })
const signed = (micro: bigint): string => (micro < 0n ? `-${eur(-micro)}` : eur(micro))

const FAR = 4_294_967_295

interface Asked {
  readonly period?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** @throws Refusal ERR_STATEMENT_RANGE */
async function rangeOf({ period, from, to }: Asked, now: () => Promise<number>): Promise<Period> {
  const ranged = from !== undefined || to !== undefined
  if (ranged && period !== undefined)
    throw new Refusal(
      400,
      'ERR_STATEMENT_RANGE',
      'a statement is of a period, or from one instant to another: give either',
    )
  if (from !== undefined && to !== undefined && from >= to)
    throw new Refusal(
      400,
      'ERR_STATEMENT_RANGE',
      `"from" is ${formatInstant(from)}: it is before "to", ${formatInstant(to)}`,
    )
  if (ranged) return { from: from ?? 0, until: to ?? Number.MAX_SAFE_INTEGER }
  return period === undefined ? lastTwelveMonths(await now()) : periodOf(period)
}

/** The latest lines that JSON holds; CSV holds all. */
const MOST_LINES = 500

export const getStatement = defineRoute({
  method: 'get',
  path: '/v1/billing/statement',
  summary:
    'The account’s books of a month, a year, between two instants or all time: every move of its purse, bank settlements, invoices and credit notes. CSV for bookkeeping. Unless it is asked: of this month and the eleven before it.',
  access: 'billing',
  query: z.strictObject({
    period: z
      .string()
      .regex(/^([12]\d{3}(-(0[1-9]|1[0-2]))?|all)$/, 'needed: a month like 2026-11, a year like 2026, or all')
      .optional()
      .meta({ description: 'a month or a year, UTC, or `all`; left out: the last twelve months', example: '2026-11' }),
    from: instant.optional().meta({ description: 'instead of a period: the first instant; left out: the beginning' }),
    to: instant.optional().meta({ description: 'instead of a period: the end, half-open; left out: up to now' }),
    format: z.enum(['json', 'csv']).default('json'),
  }),
  answers: z.object({
    ...{ from: instantText, to: instantText.nullable().meta({ description: 'half-open; null: up to now' }) },
    months: z.array(z.string()).meta({ description: 'that have lines, the latest first', example: ['2026-11'] }),
    ...{ opening: difference, closing: difference },
    totals: z.object({
      ...{ purseIn: euros, purseOut: euros, fees: euros, bankIn: euros, bankOut: euros },
      ...{ vatSent: difference, vatReceived: difference },
    }),
    count,
    lines: z.array(bookLine).meta({ description: `the latest ${MOST_LINES} in the order of time` }),
  }),
  async handle({ query: { format, ...asked } }, { store, billing }, access) {
    const { account } = personOf(access)
    const of = await rangeOf(asked, async () => (await billing.chain()).now())
    const { lines, opening, closing, totals, months } = await booksOf(store.rows, account, of)
    if (format === 'csv') return text('text/csv; charset=utf-8; header=present', booksCsv(lines))
    return {
      ...{ from: formatInstant(of.from), to: of.until > FAR ? null : formatInstant(of.until) },
      ...{ months, opening: signed(opening), closing: signed(closing), count: lines.length },
      totals: Object.fromEntries(Object.entries(totals).map(([name, micro]) => [name, signed(micro)])),
      lines: lines.slice(-MOST_LINES).map(({ at, ...line }) => ({
        at: formatInstant(at),
        ...Object.fromEntries(Object.entries(line).map(([name, it]) => [name, typeof it === 'bigint' ? eur(it) : it])),
      })),
    }
  },
})
