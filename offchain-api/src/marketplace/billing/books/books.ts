import { type Bill, centToMicro, invoiceTotals, settlementOf } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { creditNoteOf, invoiceOf } from '../invoice/bills.ts'
import { monthsOf, purseBefore } from './entries.ts'
import { type BookLine, type EscrowRow, lineOfTransfer, linesOfBill, linesOfEvent, type TransferRow } from './line.ts'
import type { Period } from './period.ts'

type Rows = OperationalStore['rows']

export interface Books {
  /** In the order of time. */
  readonly lines: readonly BookLine[]
  /** What was in the purse when the period began, and when it ended, µEUR. */
  readonly opening: bigint
  readonly closing: bigint
  readonly totals: BookTotals
  /** Months that have lines at all, the latest first. */
  readonly months: readonly string[]
}

/** Sums of a period, µEUR. */
export interface BookTotals {
  readonly purseIn: bigint
  readonly purseOut: bigint
  readonly fees: bigint
  readonly bankIn: bigint
  readonly bankOut: bigint
  /** VAT of bills that were sent, and of those that came, each less its credit notes: below zero when more was taken back. */
  readonly vatSent: bigint
  readonly vatReceived: bigint
}

/**
 * Everything that moved an account’s money in the marketplace within `[from, until)`, and every bill. Lines of the purse come from the
 * chain’s events alone. Nothing before the period is read: what was in the purse stands beside each event.
 */
export async function booksOf(rows: Rows, account: string, period: Period): Promise<Books> {
  const [opening, closing] = [
    await purseBefore(rows, account, period.from),
    await purseBefore(rows, account, period.until),
  ]
  const lines = await linesOf(rows, account, period)
  return { lines, opening, closing, totals: totalsOf(lines), months: await monthsOf(rows, account) }
}

async function linesOf(rows: Rows, account: string, { from, until }: Period): Promise<BookLine[]> {
  const values = [account, from, until]
  const transfers = await rows<TransferRow & Entered>(
    `SELECT entry.id::text AS entry, t.at::text, t.kind, t.amount::text, t.transaction
     FROM ${ENTRIES} JOIN market_transfers t USING (transaction, log_index) WHERE t.account = $1`,
    values,
  )
  const payments = await rows<EscrowRow & Entered>(
    `SELECT entry.id::text AS entry, e.at::text, e.what, e.detail, e.transaction, p.agreement, p.payment, p.number::text,
       p.consumer, p.provider, p.consumer_account, p.provider_account, l.document ->> 'title' AS service
     FROM ${ENTRIES} JOIN market_payment_events e USING (transaction, log_index) JOIN market_payments p USING (payment)
       LEFT JOIN market_billing b ON b.agreement = p.agreement LEFT JOIN market_listings l ON l.listing = b.listing`,
    values,
  )
  const reserves = await rows<EscrowRow & Entered>(
    `SELECT entry.id::text AS entry, e.at::text, e.what, e.detail, e.transaction, r.agreement, '' AS payment, '' AS number,
       r.consumer, r.provider, r.consumer_account, r.provider_account, l.document ->> 'title' AS service
     FROM ${ENTRIES} JOIN market_reserve_events e USING (transaction, log_index) JOIN market_reserves r USING (agreement)
       LEFT JOIN market_billing b ON b.agreement = r.agreement LEFT JOIN market_listings l ON l.listing = b.listing`,
    values,
  )
  // In the order of the chain, which time does not give: one second may hold many events.
  const moved = [
    ...transfers.map((row) => ({ entry: Number(row.entry), lines: [lineOfTransfer(row)] })),
    ...[...payments, ...reserves].map((row) => ({ entry: Number(row.entry), lines: linesOfEvent(row, account) })),
  ].sort((a, b) => a.entry - b.entry)
  const lines = [...moved.flatMap((one) => one.lines), ...(await billLines(rows, account, { from, until }))]
  // A stable sort: what has one time stays as it is.
  return lines.sort((a, b) => a.at - b.at)
}

/** Which of the account’s entries a row is. */
interface Entered extends Record<string, unknown> {
  readonly entry: string
}

/** Events of an account in a period, each once, also where it is on both sides. */
const ENTRIES = `(SELECT transaction, log_index, min(id) AS id FROM market_book_entries
  WHERE account = $1 AND at >= $2 AND at < $3 GROUP BY transaction, log_index) entry`

interface Kept extends Record<string, unknown> {
  readonly kind: 'invoice' | 'credit note'
  readonly at: string
  readonly number: string
  readonly agreement: string | null
  readonly payment: string | null
  readonly seller_account: string
  readonly document: Record<string, unknown>
  readonly bank_at: string | null
}

/** Bills that were issued in the period, and credit notes that were paid back in it. */
async function billLines(rows: Rows, account: string, { from, until }: Period): Promise<BookLine[]> {
  const kept = await rows<Kept>(
    `SELECT 'invoice' AS kind, issued_at::text AS at, number, agreement, payment, seller_account, document, NULL AS bank_at
       FROM market_invoices WHERE $1 IN (seller_account, buyer_account) AND issued_at >= $2 AND issued_at < $3
     UNION ALL
     SELECT 'credit note', issued_at::text, number, agreement, payment, seller_account, document,
         CASE WHEN settlement = 'bank' THEN settled_at::text END
       FROM market_credit_notes WHERE $1 IN (seller_account, buyer_account)
         AND (issued_at >= $2 AND issued_at < $3 OR settlement = 'bank' AND settled_at >= $2 AND settled_at < $3)
     ORDER BY at, number`,
    [account, from, until],
  )
  const lines = kept.flatMap(({ kind, at, number, agreement, payment, seller_account, document, bank_at: bankAt }) => {
    const bill: Bill = kind === 'invoice' ? invoiceOf(document) : creditNoteOf(document)
    const { net, tax } = invoiceTotals(bill.lines)
    const sent = seller_account === account
    return linesOfBill({
      ...{ at, kind, document: number, agreement: agreement ?? '', payment: payment ?? '', sent, bankAt },
      service: [...new Set(bill.lines.map(({ name }) => name))].join(', '),
      counterparty: sent ? bill.buyer.name : bill.seller.name,
      ...{ net: centToMicro(net), vat: centToMicro(tax), gross: centToMicro(settlementOf(bill).total) },
    })
  })
  return lines.filter(({ at }) => at >= from && at < until)
}

const sum = (lines: readonly BookLine[], of: (line: BookLine) => bigint): bigint =>
  lines.reduce((all, line) => all + of(line), 0n)

/** What a credit note takes back lowers what its invoice said. */
const signed = (line: BookLine, way: 'sent' | 'received'): bigint =>
  line.what === `invoice, ${way}` ? line.vat : line.what === `credit note, ${way}` ? -line.vat : 0n

const totalsOf = (lines: readonly BookLine[]): BookTotals => ({
  ...{ purseIn: sum(lines, (it) => it.purseIn), purseOut: sum(lines, (it) => it.purseOut) },
  ...{
    fees: sum(lines, (it) => it.fee),
    bankIn: sum(lines, (it) => it.bankIn),
    bankOut: sum(lines, (it) => it.bankOut),
  },
  ...{ vatSent: sum(lines, (it) => signed(it, 'sent')), vatReceived: sum(lines, (it) => signed(it, 'received')) },
})
