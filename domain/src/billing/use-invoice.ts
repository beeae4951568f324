import type { Hex } from '../commitment/bytes.ts'
import { type Cent, divideHalfUp, type InvoiceLine, microToCent, netOf } from './invoice.ts'
import type { VatTreatment } from './invoice-party.ts'
import { priceOfUnit } from './line-price.ts'
import { shortEur } from './price-plan.ts'
import { sharesOf } from './shares.ts'

/** All that was ever claimed under an agreement when a month ended, and what of it invoices cover already. µEUR */
export interface MonthOfUse {
  readonly agreement: Hex
  /** Seconds since 1970, UTC: where the month ends, half-open. */
  readonly monthEnd: number
  readonly claimed: bigint
  readonly covered: bigint
}

/** A part of what was claimed under an agreement: above `from` up to `until`, counted from its beginning. µEUR */
export interface ClaimedPart {
  readonly agreement: Hex
  readonly from: bigint
  readonly until: bigint
}

export interface UseToInvoice {
  readonly parts: readonly ClaimedPart[]
  /** With VAT. */
  readonly total: Cent
  readonly period: { readonly from: number; readonly to: number }
}

/** Where the month of an instant begins and ends, UTC. @example monthOf(1_796_083_199) // November 2026 */
export function monthOf(at: number): { readonly from: number; readonly to: number } {
  const day = new Date(at * 1000)
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()]
  return { from: Date.UTC(year, month) / 1000, to: Date.UTC(year, month + 1) / 1000 }
}

/**
 * What the next invoice between a provider and a consumer is over: the first month that is over and comes to a cent. Cents are
 * counted on all that was ever invoiced between the two, half up, so that invoices are never more than half a cent from what
 * the chain moved, however many there are; a month below that stands on the next invoice.
 * @param months that are over and not covered, of this pair
 * @param before what its invoices cover and come to
 */
export function nextUseInvoice(
  months: readonly MonthOfUse[],
  before: { readonly micro: bigint; readonly cents: Cent },
): UseToInvoice | undefined {
  const open = months.filter(({ claimed, covered }) => claimed > covered)
  const ends = [...new Set(open.map(({ monthEnd }) => monthEnd))].sort((a, b) => a - b)
  const parts = new Map<Hex, ClaimedPart>()
  for (const to of ends) {
    for (const { agreement, monthEnd, claimed, covered } of open)
      if (monthEnd === to) parts.set(agreement, { agreement, from: covered, until: claimed })
    const claimed = [...parts.values()].reduce((sum, { from, until }) => sum + until - from, 0n)
    const total = microToCent(before.micro + claimed) - before.cents
    if (total > 0n) return { parts: [...parts.values()], total, period: { from: monthOf(ends[0]! - 1).from, to } }
  }
  return undefined
}

export interface UseOfAgreement extends ClaimedPart {
  readonly name: string
  /** What the plan counts, in words. */
  readonly unit: string
  /** The plan’s price of a unit with VAT, µEUR. */
  readonly price: bigint
}

/** UN/ECE Recommendation 20, of what plans count; C62 is one of anything. */
const UNITS: Readonly<Record<string, string>> = { kwh: 'KWH', mwh: 'MWH', hour: 'HUR', day: 'DAY', month: 'MON' }

/**
 * A line for each agreement: what was claimed, in units of its plan and at its price. The money has moved with its VAT within; so
 * the net amount of the whole is shared among the lines in proportion to what each claimed, and they come to it to the cent.
 */
export function useLines(
  uses: readonly UseOfAgreement[],
  { total, period, vat }: Pick<UseToInvoice, 'total' | 'period'> & { readonly vat: VatTreatment },
): InvoiceLine[] {
  const nets = sharesOf(
    netOf(total, vat.rate),
    uses.map(({ from, until }) => until - from),
  )
  return uses.map(({ agreement, name, unit, price, from, until }, index) => {
    const quantity = unitsOf(until - from, price)
    return {
      ...{
        name,
        note: `Agreement ${agreement}: €${shortEur(until - from)} at €${shortEur(price)} per ${unit} with VAT`,
      },
      ...{ ...quantity, unit: UNITS[unit.toLowerCase()] ?? 'C62', vat, period },
      ...priceOfUnit(nets[index]!, quantity, { grossMicro: price, rate: vat.rate }),
    }
  })
}

/** Thousandths where they are exact, as use is counted; a voucher may be over any amount, then millionths. */
function unitsOf(micro: bigint, price: bigint): Pick<InvoiceLine, 'quantity' | 'quantityDecimals'> {
  if (price === 0n) return { quantity: 1000n }
  if ((micro * 1000n) % price === 0n) return { quantity: (micro * 1000n) / price }
  const millionths = divideHalfUp(micro * 1_000_000n, price)
  return { quantity: millionths === 0n ? 1n : millionths, quantityDecimals: 6 }
}
