import {
  centToMicro,
  type Hex,
  type Invoice,
  type InvoiceParty,
  microToCent,
  netOf,
  type Result,
  vatTreatment,
} from '@opem/domain'
import { type AgreementJson, agreementOf } from '../terms.ts'
import { dayOf } from './bills.ts'

/** Days in which an invoice is paid. */
export const PAY_WITHIN_DAYS = 30
export const DAY = 86_400

/** A payment that is to have an invoice. */
export interface Invoiced {
  readonly agreement: Hex
  readonly number: string
  readonly terms: AgreementJson
  readonly title: string | null
  /** What a purse paid for it and did not get back, µEUR; undefined: it is paid by bank. */
  readonly paid?: bigint | undefined
  /** Where the chain says so. */
  readonly transaction?: string | null | undefined
}

/**
 * The invoice without its number, which it gets when it is issued. What is paid by bank is the price and VAT on it; what a purse
 * paid has its VAT within: nothing else moves.
 */
export function draftInvoice(
  it: Invoiced,
  seller: InvoiceParty,
  buyer: InvoiceParty,
  now: number,
): Result<Omit<Invoice, 'number'>> {
  const vat = vatTreatment(seller, buyer)
  if (!vat.ok) return vat
  const { price, interval, start } = agreementOf(it.terms)
  const from = start + Number(it.number) * interval
  const total = it.paid === undefined ? undefined : microToCent(it.paid)
  const net = total === undefined ? price : centToMicro(netOf(total, vat.value.rate))
  const line = { name: it.title ?? 'Service', quantity: 1000n, unit: 'C62', price: net, vat: vat.value }
  return {
    ok: true,
    value: {
      ...{ issued: dayOf(now), seller, buyer, reference: it.agreement },
      due: dayOf(now + (total === undefined ? PAY_WITHIN_DAYS * DAY : 0)),
      lines: [{ ...line, ...(interval > 0 ? { period: { from, to: from + interval } } : {}) }],
      note: [
        `Agreement ${it.agreement}, payment ${it.number}`,
        ...(total === undefined ? [] : [`paid from the purse, transaction ${it.transaction ?? 'unknown'}`]),
      ].join(', '),
      ...(total === undefined ? {} : { total, paid: true }),
    },
  }
}
