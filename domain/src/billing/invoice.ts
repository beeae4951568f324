import { OpemError } from '../errors/opem-error.ts'
import type { InvoiceParty, VatTreatment } from './invoice-party.ts'

/** Euro cents: an invoice has no smaller unit (EN 16931-1, 6.5.12: two decimals). */
export type Cent = bigint

export interface InvoiceLine {
  readonly name: string
  /** BT-127: what there is to say of this line alone. */
  readonly note?: string | undefined
  /** Thousandths of a unit, or as fine as `quantityDecimals` says. */
  readonly quantity: bigint
  /** Decimals of `quantity`; left out: 3. */
  readonly quantityDecimals?: number | undefined
  /** UN/ECE Recommendation 20: C62 is one, KWH a kilowatt-hour. */
  readonly unit: string
  /** Net price of a unit, µEUR, or as fine as `priceDecimals` says. */
  readonly price: bigint
  /** Decimals of `price` in euros; left out: 6. BT-146 may have more than the two of an amount. */
  readonly priceDecimals?: number | undefined
  readonly vat: VatTreatment
  /** Half-open, seconds since 1970. */
  readonly period?: { readonly from: number; readonly to: number } | undefined
}

/** What an invoice and a credit note have in common. */
export interface Bill {
  readonly number: string
  /** A day, `2026-11-26`. */
  readonly issued: string
  readonly seller: InvoiceParty
  readonly buyer: InvoiceParty
  /** BT-10: what the buyer knows it by, here the agreement. */
  readonly reference: string
  readonly lines: readonly InvoiceLine[]
  readonly note?: string | undefined
  /** What it comes to with VAT where that is given, as by a purse; otherwise the lines say it. */
  readonly total?: Cent | undefined
  /** The total has moved already: out of the buyer’s purse, or back into it; or by bank. */
  readonly paid?: true | 'by bank' | undefined
  /** BG-14: when what it is about took place. Half-open, seconds since 1970. */
  readonly period?: { readonly from: number; readonly to: number } | undefined
}

/** BG-3: a bill that another one is about. */
export interface Preceding {
  readonly number: string
  /** A day. */
  readonly issued: string
}

export interface Invoice extends Bill {
  /** A day. */
  readonly due: string
  /** The invoice in whose place it stands. */
  readonly preceding?: Preceding | undefined
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
  /** BT-112. */
  readonly gross: Cent
}

/** How a bill is settled. */
export interface Settlement {
  /** What it comes to: BT-112 and BT-114. */
  readonly total: Cent
  /** BT-113: what has moved already. */
  readonly prepaid: Cent
  /** BT-114, may be negative: the cent that no net amount and its VAT add up to. */
  readonly rounding: Cent
  /** BT-115. */
  readonly due: Cent
}

/** Half up: amounts of an invoice are never negative here. */
export const divideHalfUp = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b)

/** µEUR × thousandths → cents, half up. @example lineNet(250_000n, 1_500n) // 38n: 0.375 € */
export const lineNet = (price: bigint, quantity: bigint): Cent => divideHalfUp(price * quantity, 10_000_000n)

/** BT-131 of a line, half up: quantity × price, each as fine as the line says. */
export const netOfLine = ({ price, priceDecimals = 6, quantity, quantityDecimals = 3 }: Amounts): Cent =>
  divideHalfUp(price * quantity, 10n ** BigInt(priceDecimals + quantityDecimals - 2))
type Amounts = Pick<InvoiceLine, 'price' | 'priceDecimals' | 'quantity' | 'quantityDecimals'>

/**
 * Totals as EN 16931-1 counts them: each line is rounded to cents; VAT is computed on the sum of each category and rate
 * and rounded once there (BR-CO-17); everything else is a sum of rounded amounts (BR-CO-10, 13, 14, 15).
 * @throws ERR_INVOICE_EMPTY without a line, ERR_INVOICE_AMOUNT for a negative one
 */
export function invoiceTotals(lines: readonly InvoiceLine[]): InvoiceTotals {
  if (lines.length === 0)
    throw new OpemError({ code: 'ERR_INVOICE_EMPTY', shortMessage: 'an invoice has at least one line' })
  const nets = lines.map((line) => {
    if (line.price < 0n || line.quantity < 0n)
      throw new OpemError({
        code: 'ERR_INVOICE_AMOUNT',
        shortMessage: `the line “${line.name}” is negative: what is given back is a credit note`,
      })
    return netOfLine(line)
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

/**
 * BT-113 to BT-115 of a bill; BT-115 = BT-112 − BT-113 + BT-114 (BR-CO-16).
 * @throws ERR_INVOICE_AMOUNT when the total is further from its lines than a cent for each rate
 */
export function settlementOf({ lines, total, paid }: Pick<Bill, 'lines' | 'total' | 'paid'>): Settlement {
  const { gross, vat } = invoiceTotals(lines)
  const rounding = (total ?? gross) - gross
  const most = BigInt(vat.length)
  if (rounding > most || rounding < -most)
    throw new OpemError({
      code: 'ERR_INVOICE_AMOUNT',
      shortMessage: `the lines come to ${centText(gross)}, the bill to ${centText(total ?? gross)}: more than rounding`,
    })
  return { total: gross + rounding, prepaid: paid ? gross + rounding : 0n, rounding, due: paid ? 0n : gross + rounding }
}

/**
 * The net amount that comes to a gross one with its VAT: exactly where there is one, otherwise a cent beside it.
 * @param rate percent × 100
 * @example netOf(1250n, 2100) // 1033n: with 217n of VAT
 */
export function netOf(gross: Cent, rate: number): Cent {
  const near = divideHalfUp(gross * 10_000n, 10_000n + BigInt(rate))
  const comesTo = (net: Cent) => net + divideHalfUp(net * BigInt(rate), 10_000n)
  return [near, near - 1n, near + 1n].find((net) => comesTo(net) === gross) ?? near
}

/** @example centText(12_345n) // '123.45' */
export function centText(cents: Cent): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0')
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Cents as the chain counts money. */
export const centToMicro = (cents: Cent): bigint => cents * 10_000n

/** What the chain counts as cents, half up. @example microToCent(5_000n) // 1n */
export const microToCent = (micro: bigint): Cent => divideHalfUp(micro, 10_000n)

/** @example invoiceNumber(2026, 7) // '2026-00007' */
export const invoiceNumber = (year: number, sequence: number): string => `${year}-${String(sequence).padStart(5, '0')}`
