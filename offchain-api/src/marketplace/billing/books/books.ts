import { type Bill, centToMicro, invoiceTotals, settlementOf } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { creditNoteOf, invoiceOf } from '../invoice/bills.ts'
import { type BookLine, type EscrowRow, lineOfTransfer, linesOfBill, linesOfEvent, type TransferRow } from './line.ts'

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
 * Everything that moved an account’s money in the marketplace, and every bill. Lines of the purse come from the chain’s events
 * alone: what is in it afterwards is their sum.
 */
export async function booksOf(rows: Rows, account: string, period: { from: number; until: number }): Promise<Books> {
  const all = await allLines(rows, account)
  const before = all.filter(({ at }) => at < period.from)
  const lines = all.filter(({ at }) => at >= period.from && at < period.until)
  const opening = purseOf(before)
  return {
    ...{ lines, opening, closing: opening + purseOf(lines), totals: totalsOf(lines) },
    months: [...new Set(all.map(({ at }) => new Date(at * 1000).toISOString().slice(0, 7)))].reverse(),
  }
}

async function allLines(rows: Rows, account: string): Promise<BookLine[]> {
  const transfers = await rows<TransferRow & Record<string, unknown>>(
    'SELECT at::text, kind, amount::text, transaction FROM market_transfers WHERE account = $1 ORDER BY at, transaction, log_index',
    [account],
  )
  const payments = await rows<EscrowRow & Record<string, unknown>>(
    `SELECT e.at::text, e.what, e.detail, e.transaction, p.agreement, p.payment, p.number::text, p.consumer, p.provider,
       p.consumer_account, p.provider_account, l.document ->> 'title' AS service
     FROM market_payment_events e JOIN market_payments p USING (payment) LEFT JOIN market_billing b ON b.agreement = p.agreement
       LEFT JOIN market_listings l ON l.listing = b.listing
     WHERE $1 IN (p.consumer_account, p.provider_account) ORDER BY e.at, e.log_index`,
    [account],
  )
  const reserves = await rows<EscrowRow & Record<string, unknown>>(
    `SELECT e.at::text, e.what, e.detail, e.transaction, r.agreement, '' AS payment, '' AS number, r.consumer, r.provider,
       r.consumer_account, r.provider_account, l.document ->> 'title' AS service
     FROM market_reserve_events e JOIN market_reserves r USING (agreement) LEFT JOIN market_billing b ON b.agreement = r.agreement
       LEFT JOIN market_listings l ON l.listing = b.listing
     WHERE $1 IN (r.consumer_account, r.provider_account) ORDER BY e.at, e.log_index`,
    [account],
  )
  const lines = [
    ...transfers.map(lineOfTransfer),
    ...[...payments, ...reserves].flatMap((row) => linesOfEvent(row, account)),
    ...(await billLines(rows, account)),
  ]
  // A stable sort: what has one time stays as it was read.
  return lines.sort((a, b) => a.at - b.at)
}

interface Kept extends Record<string, unknown> {
  readonly kind: 'invoice' | 'credit note'
  readonly at: string
  readonly number: string
  readonly agreement: string
  readonly payment: string
  readonly seller_account: string
  readonly document: Record<string, unknown>
  readonly bank_at: string | null
}

async function billLines(rows: Rows, account: string): Promise<BookLine[]> {
  const kept = await rows<Kept>(
    `SELECT 'invoice' AS kind, issued_at::text AS at, number, agreement, payment, seller_account, document, NULL AS bank_at
       FROM market_invoices WHERE $1 IN (seller_account, buyer_account)
     UNION ALL
     SELECT 'credit note', issued_at::text, number, agreement, payment, seller_account, document,
         CASE WHEN settlement = 'bank' THEN settled_at::text END
       FROM market_credit_notes WHERE $1 IN (seller_account, buyer_account)
     ORDER BY at, number`,
    [account],
  )
  return kept.flatMap(({ kind, at, number, agreement, payment, seller_account, document, bank_at: bankAt }) => {
    const bill: Bill = kind === 'invoice' ? invoiceOf(document) : creditNoteOf(document)
    const { net, tax } = invoiceTotals(bill.lines)
    const sent = seller_account === account
    return linesOfBill({
      ...{ at, kind, document: number, agreement, payment, service: bill.lines[0]?.name ?? '', sent, bankAt },
      counterparty: sent ? bill.buyer.name : bill.seller.name,
      ...{ net: centToMicro(net), vat: centToMicro(tax), gross: centToMicro(settlementOf(bill).total) },
    })
  })
}

const sum = (lines: readonly BookLine[], of: (line: BookLine) => bigint): bigint =>
  lines.reduce((all, line) => all + of(line), 0n)
const purseOf = (lines: readonly BookLine[]): bigint => sum(lines, ({ purseIn, purseOut }) => purseIn - purseOut)

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
