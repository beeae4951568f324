import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { booksOf } from '../../marketplace/billing/books/books.ts'
import { booksCsv } from '../../marketplace/billing/books/csv.ts'
import { periodOf } from '../../marketplace/billing/books/period.ts'
import { eur } from '../../marketplace/billing/list.ts'
import { defineRoute, text } from '../route.ts'
import { count, instantText } from '../shapes.ts'
import { euros, period, personOf } from './billing.ts'

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

/** The latest lines that JSON holds; CSV holds all. */
const MOST_LINES = 500

export const getStatement = defineRoute({
  method: 'get',
  path: '/v1/billing/statement',
  summary:
    'The account’s books of a month, a year or all time: every move of its purse, bank settlements, invoices and credit notes. CSV for bookkeeping.',
  access: 'billing',
  query: z.strictObject({ period, format: z.enum(['json', 'csv']).default('json') }),
  answers: z.object({
    months: z.array(z.string()).meta({ description: 'that have lines, the latest first', example: ['2026-11'] }),
    ...{ opening: difference, closing: difference },
    totals: z.object({
      ...{ purseIn: euros, purseOut: euros, fees: euros, bankIn: euros, bankOut: euros },
      ...{ vatSent: difference, vatReceived: difference },
    }),
    count,
    lines: z.array(bookLine).meta({ description: `the latest ${MOST_LINES} in the order of time` }),
  }),
  async handle({ query: { period: of, format } }, { store }, access) {
    const { account } = personOf(access)
    const { lines, opening, closing, totals, months } = await booksOf(store.rows, account, periodOf(of))
    if (format === 'csv') return text('text/csv; charset=utf-8; header=present', booksCsv(lines))
    return {
      ...{ months, opening: signed(opening), closing: signed(closing), count: lines.length },
      totals: Object.fromEntries(Object.entries(totals).map(([name, micro]) => [name, signed(micro)])),
      lines: lines.slice(-MOST_LINES).map(({ at, ...line }) => ({
        at: formatInstant(at),
        ...Object.fromEntries(Object.entries(line).map(([name, it]) => [name, typeof it === 'bigint' ? eur(it) : it])),
      })),
    }
  },
})
