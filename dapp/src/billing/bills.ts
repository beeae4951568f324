import type { CreditNote, Invoice } from '../api/billing.ts'
import { microOf } from './amount.ts'

/** A row of the list: an invoice, or a credit note below the invoice that it takes back. */
export type BillRow =
  | { readonly kind: 'invoice'; readonly bill: Invoice }
  | { readonly kind: 'credit note'; readonly bill: CreditNote; readonly isBelow: boolean }

/** Each invoice with its credit notes after it; notes of invoices that are not in the list come last. */
export function billsOf(invoices: readonly Invoice[], notes: readonly CreditNote[]): readonly BillRow[] {
  const known = new Set(invoices.map(({ id }) => id))
  const row = (isBelow: boolean) => (bill: CreditNote) => ({ kind: 'credit note', bill, isBelow }) as const
  return [
    ...invoices.flatMap((bill) => [
      { kind: 'invoice', bill } as const,
      ...notes.filter(({ invoice }) => invoice === bill.id).map(row(true)),
    ]),
    ...notes.filter(({ invoice }) => !known.has(invoice)).map(row(false)),
  ]
}

/** What of an invoice is not taken back, µEUR. */
export const leftOf = ({ gross, credited }: Pick<Invoice, 'gross' | 'credited'>): bigint =>
  microOf(gross) - microOf(credited)

/** How an invoice stands, in words. */
export function invoiceWords(
  it: Pick<Invoice, 'gross' | 'credited' | 'paid' | 'paidBy' | 'payment' | 'correctedBy'>,
): string {
  if (it.correctedBy !== null) return `corrected: ${it.correctedBy} stands in its place`
  if (it.paidBy === 'purse') return it.payment === null ? 'paid by vouchers' : 'paid from the purse'
  if (it.paid) return 'paid'
  return leftOf(it) === 0n ? 'taken back' : 'waits for the bank'
}

/** How a credit note’s money goes, in words. */
export function noteWords({ settlement, settledAt }: Pick<CreditNote, 'settlement' | 'settledAt'>): string {
  if (settlement === 'purse') return 'back in the purse'
  if (settlement === 'replaced') return 'another invoice stands in its place'
  if (settlement === 'offset') return 'taken off the invoice'
  return settledAt === null ? 'the seller pays it back' : 'paid back by bank'
}

/** A seller puts wrong words of an invoice right as long as something of it is left: another one stands in its place. */
export const mayReplace = (it: Invoice): boolean => it.side === 'seller' && it.correctedBy === null && leftOf(it) > 0n

/** A seller takes back what is paid by bank; what a purse paid goes back by a refund. */
export const mayCorrect = (it: Invoice): boolean => mayReplace(it) && it.paidBy === 'bank'
