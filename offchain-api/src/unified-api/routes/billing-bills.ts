import { z } from 'zod'
import { type Period, periodOf } from '../../marketplace/billing/books/period.ts'
import { fromCursor, pageFrom, paging } from '../paging.ts'
import { text } from '../route.ts'
import type { Services } from '../services.ts'
import { period, unknown } from './billing.ts'

type Rows = Services['store']['rows']

/** Query of a list of bills. */
export const billsQuery = z.strictObject({ ...paging, period })
/** Query of a bill’s file. */
export const fileQuery = z.strictObject({ format: z.enum(['pdf', 'xml']).default('pdf') })

interface BillRow extends Record<string, unknown> {
  readonly id: string
  readonly issued_at: string
}

const cursor = z.tuple([z.number().int(), z.string()])

/**
 * One page of the invoices or of the credit notes that an account sent or got, the latest first.
 * @param select of bills that are called `bill` in it
 */
export async function billsPage<R extends BillRow, T>(
  rows: Rows,
  { account, after, limit, period: of }: { account: string } & z.output<typeof billsQuery>,
  select: string,
  toItem: (row: R, account: string) => T,
): Promise<{ items: T[]; next: string | null }> {
  const from = fromCursor(after, cursor)
  const { from: first, until }: Period = periodOf(of)
  const found = await rows<R>(
    `${select} WHERE $1 IN (bill.seller_account, bill.buyer_account) AND bill.issued_at >= $5 AND bill.issued_at < $6
       AND ($2::bigint IS NULL OR (bill.issued_at, bill.id) < ($2::bigint, $3))
     ORDER BY bill.issued_at DESC, bill.id DESC LIMIT $4`,
    [account, from?.[0] ?? null, from?.[1] ?? null, limit + 1, first, until],
  )
  const { items, next } = pageFrom(found, limit, (it) => [Number(it.issued_at), it.id])
  return { items: items.map((it) => toItem(it, account)), next }
}

const TABLES = { invoice: 'market_invoices', 'credit note': 'market_credit_notes' } as const

/** A bill as a file, for its sides and the operator; what belongs to others is not there. @throws Refusal ERR_…_UNKNOWN */
export async function billFile(
  rows: Rows,
  what: keyof typeof TABLES,
  { id, format, account, operator }: { id: string; format: 'pdf' | 'xml'; account: string; operator: boolean },
  toPdf: (document: Record<string, unknown>) => Promise<Buffer>,
) {
  const [found] = await rows<{ xml: string; document: Record<string, unknown> }>(
    `SELECT xml, document FROM ${TABLES[what]} WHERE id = $1 AND ($3 OR seller_account = $2 OR buyer_account = $2)`,
    [id, account, operator],
  )
  if (found === undefined) throw unknown(what, id)
  if (format === 'xml') return text('application/xml', found.xml)
  return text('application/pdf', await toPdf(found.document))
}
