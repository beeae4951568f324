import { OpemError } from '../errors/opem-error.ts'
import type { InvoiceParty, VatTreatment } from './invoice-party.ts'

/** Euro cents: an invoice has no smaller unit (EN 16931-1, 6.5.12: two decimals). */
export type Cent = bigint

export interface InvoiceLine {
  readonly name: string
  /** Thousandths of a unit. */
  readonly quantity: bigint
  /** UN/ECE Recommendation 20: C62 is one, KWH a kilowatt-hour. */
  readonly unit: string
  /** Net price of a unit, µEUR. */
  readonly price: bigint
  readonly vat: VatTreatment
  /** Half-open, seconds since 1970. */
  readonly period?: { readonly from: number; readonly to: number } | undefined
}

export interface Invoice {
  readonly number: string
  /** Days, `2026-11-26`. */
  readonly issued: string
  readonly due: string
  readonly seller: InvoiceParty
  readonly buyer: InvoiceParty
  /** BT-10: what the buyer knows it by, here the agreement. */
  readonly reference: string
  readonly lines: readonly InvoiceLine[]
  readonly note?: string | undefined
}

export interface VatBreakdown extends VatTreatment {
  readonly taxable: Cent
  readonly tax: Cent
}

export interface InvoiceTotals {
  /** BT-131 of each line. */
  readonly lines: readonly Cent[]
  /** BT-106 and BT-109: there are no allowances and charges. */
  readonly net: Cent
  /** BG-23, one for each category and rate. */
  readonly vat: readonly VatBreakdown[]
  /** BT-110. */
  readonly tax: Cent
  /** BT-112 and BT-115: nothing is paid beforehand. */
  readonly gross: Cent
}

// Half up: amounts of an invoice are never negative here.
const divideHalfUp = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b)

/** µEUR × thousandths → cents, half up. @example lineNet(250_000n, 1_500n) // 38n: 0.375 € */
export const lineNet = (price: bigint, quantity: bigint): Cent => divideHalfUp(price * quantity, 10_000_000n)

/**
 * Totals as EN 16931-1 counts them: each line is rounded to cents; VAT is computed on the sum of each category and rate
 * and rounded once there (BR-CO-17); everything else is a sum of rounded amounts (BR-CO-10, 13, 14, 15).
 * @throws ERR_INVOICE_EMPTY without a line, ERR_INVOICE_AMOUNT for a negative one
 */
export function invoiceTotals(lines: readonly InvoiceLine[]): InvoiceTotals {
  if (lines.length === 0)
    throw new OpemError({ code: 'ERR_INVOICE_EMPTY', shortMessage: 'an invoice has at least one line' })
  const nets = lines.map(({ price, quantity, name }) => {
    if (price < 0n || quantity < 0n)
      throw new OpemError({
        code: 'ERR_INVOICE_AMOUNT',
        shortMessage: `the line “${name}” is negative: what is given back is a credit note`,
      })
    return lineNet(price, quantity)
  })
  const groups = new Map<string, VatBreakdown>()
  lines.forEach(({ vat }, index) => {
    const key = `${vat.category} ${vat.rate}`
    const taxable = (groups.get(key)?.taxable ?? 0n) + nets[index]!
    groups.set(key, { ...vat, taxable, tax: 0n })
  })
  const vat = [...groups.values()].map((one) => ({
    ...one,
    tax: divideHalfUp(one.taxable * BigInt(one.rate), 10_000n),
  }))
  const net = nets.reduce((sum, one) => sum + one, 0n)
  const tax = vat.reduce((sum, one) => sum + one.tax, 0n)
  return { lines: nets, net, vat, tax, gross: net + tax }
}

/** @example centText(12_345n) // '123.45' */
export function centText(cents: Cent): string {
  const digits = cents.toString().padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Cents as the chain counts money. */
export const centToMicro = (cents: Cent): bigint => cents * 10_000n

/** @example invoiceNumber(2026, 7) // '2026-00007' */
export const invoiceNumber = (year: number, sequence: number): string => `${year}-${String(sequence).padStart(5, '0')}`
