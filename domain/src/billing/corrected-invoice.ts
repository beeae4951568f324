import {
  type Cent,
  centToMicro,
  type Invoice,
  type InvoiceLine,
  invoiceTotals,
  netOf,
  settlementOf,
} from './invoice.ts'
import type { VatTreatment } from './invoice-party.ts'
import { priceOfUnit } from './line-price.ts'
import { sharesOf } from './shares.ts'

/**
 * Lines and total of the invoice that stands in the place of another one.
 * @param left what credit notes did not take back of it, with VAT: what the new one is over
 * @param moved whether that has moved already: then the total stays, and VAT of another rate is taken out of it; otherwise the net
 *   prices stay
 */
export function correctedAmounts(
  old: Pick<Invoice, 'number' | 'lines' | 'total'>,
  { left, vat, moved }: { readonly left: Cent; readonly vat: VatTreatment; readonly moved: boolean },
): Pick<Invoice, 'lines' | 'total'> {
  const was = old.lines[0]!.vat
  const isWhole = left === settlementOf(old).total
  const rest: InvoiceLine = {
    ...{ name: `What is left of invoice ${old.number}`, quantity: 1000n, unit: 'C62', vat: was },
    price: centToMicro(netOf(left, was.rate)),
  }
  const lines = (isWhole ? old.lines : [rest]).map((line) => ({ ...line, vat }))
  if (vat.rate === was.rate) return { lines, total: moved || !isWhole ? left : old.total }
  if (!moved) return { lines, total: undefined }
  const nets = sharesOf(netOf(left, vat.rate), invoiceTotals(lines).lines)
  return {
    lines: lines.map((line, index) => ({ ...line, ...priceOfUnit(nets[index]!, line, { rate: vat.rate }) })),
    total: left,
  }
}
