import { OpemError } from '../errors/opem-error.ts'
import {
  type Bill,
  type Cent,
  centText,
  centToMicro,
  type InvoiceLine,
  invoiceTotals,
  netOf,
  type Preceding,
  settlementOf,
} from './invoice.ts'
import { sharesOf } from './shares.ts'

/** Takes back a part of an invoice, or the whole (EN 16931-1, type 381). Its amounts are positive. */
export interface CreditNote extends Bill {
  /** BG-3: the invoice that it takes back. */
  readonly invoice: Preceding
  /** BT-20: how the money moves, or moved. */
  readonly terms: string
  /** An invoice of the same payment stands in the place of what is taken back: no money moves. */
  readonly replaced?: true | undefined
}

/**
 * Lines that take an amount off an invoice: its own where that is the whole of it; otherwise one for each rate of VAT, each
 * with its share of the amount, so that every rate goes down by as much.
 * @param amount with VAT
 * @throws ERR_CREDIT_AMOUNT for nothing, or more than the invoice comes to
 */
export function creditLines(invoice: Pick<Bill, 'number' | 'lines' | 'total'>, amount: Cent): readonly InvoiceLine[] {
  const { total } = settlementOf(invoice)
  if (amount <= 0n || amount > total)
    throw new OpemError({
      code: 'ERR_CREDIT_AMOUNT',
      shortMessage: `${centText(amount)} cannot be taken off invoice ${invoice.number}, which comes to ${centText(total)}`,
    })
  if (amount === total) return invoice.lines
  const { vat } = invoiceTotals(invoice.lines)
  const shares = sharesOf(
    amount,
    vat.map(({ taxable, tax }) => taxable + tax),
  )
  return vat.flatMap(({ taxable: _taxable, tax: _tax, ...treatment }, index) => {
    const share = shares[index]!
    if (share === 0n) return []
    const name =
      vat.length === 1
        ? `Credit on invoice ${invoice.number}`
        : `Credit on invoice ${invoice.number}, at ${treatment.rate / 100} %`
    return [{ name, quantity: 1_000n, unit: 'C62', price: centToMicro(netOf(share, treatment.rate)), vat: treatment }]
  })
}

/** Credit notes are numbered in a series of their own. @example creditNoteNumber(2026, 7) // 'C2026-00007' */
export const creditNoteNumber = (year: number, sequence: number): string =>
  `C${year}-${String(sequence).padStart(5, '0')}`
