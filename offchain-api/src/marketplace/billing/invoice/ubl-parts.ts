import {
  type Bill,
  centText,
  type InvoiceLine,
  type InvoiceParty,
  invoiceTotals,
  settlementOf,
  type VatTreatment,
} from '@opem/domain'
import { create } from 'xmlbuilder2'
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.d.ts'

/** The two documents of UBL that bill: the same terms, some under names of their own. */
export const KINDS = {
  Invoice: { type: 'InvoiceTypeCode', code: '380', line: 'InvoiceLine', quantity: 'InvoicedQuantity' },
  CreditNote: { type: 'CreditNoteTypeCode', code: '381', line: 'CreditNoteLine', quantity: 'CreditedQuantity' },
} as const
export type Kind = keyof typeof KINDS

const UBL = 'urn:oasis:names:specification:ubl:schema:xsd'
export const CUSTOMIZATION = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0'
export const PROFILE = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'
const EUR = { currencyID: 'EUR' }

/** An empty document of a kind. */
export const documentOf = (kind: Kind): XMLBuilder =>
  create({ version: '1.0', encoding: 'UTF-8' }).ele(kind, {
    xmlns: `${UBL}:${kind}-2`,
    'xmlns:cac': `${UBL}:CommonAggregateComponents-2`,
    'xmlns:cbc': `${UBL}:CommonBasicComponents-2`,
  })

export const text = (at: XMLBuilder, name: string, value: string) => at.ele(`cbc:${name}`).txt(value).up()
const amount = (at: XMLBuilder, name: string, cents: bigint) => at.ele(`cbc:${name}`, EUR).txt(centText(cents)).up()

/** Who to whom (BG-4, BG-7). BR-O-02: outside the scope of VAT neither side is named by its VAT id. */
export function parties(root: XMLBuilder, { seller, buyer, lines }: Bill): void {
  const outside = lines.some(({ vat }) => vat.category === 'O')
  party(root.ele('cac:AccountingSupplierParty'), seller, outside)
  party(root.ele('cac:AccountingCustomerParty'), buyer, outside)
}

function party(at: XMLBuilder, of: InvoiceParty, outside: boolean): void {
  const it = at.ele('cac:Party')
  it.ele('cbc:EndpointID', { schemeID: 'EM' }).txt(of.email) // BT-34, BT-49
  text(it.ele('cac:PartyName'), 'Name', of.name) // BT-28, BT-45
  const place = it.ele('cac:PostalAddress')
  text(place, 'StreetName', of.street) // BT-35, BT-50
  text(place, 'CityName', of.city) // BT-37, BT-52
  text(place, 'PostalZone', of.postalCode) // BT-38, BT-53
  text(place.ele('cac:Country'), 'IdentificationCode', of.country) // BT-40, BT-55
  if (of.vatId !== undefined && !outside) {
    const scheme = it.ele('cac:PartyTaxScheme')
    text(scheme, 'CompanyID', of.vatId) // BT-31, BT-48
    text(scheme.ele('cac:TaxScheme'), 'ID', 'VAT')
  }
  const legal = it.ele('cac:PartyLegalEntity')
  text(legal, 'RegistrationName', of.name) // BT-27, BT-44
  if (of.registration !== undefined) text(legal, 'CompanyID', of.registration) // BT-30, BT-47
}

/** A SEPA credit transfer to somebody’s account (BG-16, BG-17); nothing where there is none. */
export function paymentMeans(root: XMLBuilder, payee: InvoiceParty, names: string): void {
  if (payee.iban === undefined) return
  const means = root.ele('cac:PaymentMeans')
  text(means, 'PaymentMeansCode', '58') // BT-81
  text(means, 'PaymentID', names) // BT-83
  const account = means.ele('cac:PayeeFinancialAccount')
  text(account, 'ID', payee.iban.replaceAll(' ', '')) // BT-84
  text(account, 'Name', payee.name) // BT-85
}

/** VAT, totals and lines: what every bill ends with. */
export function amounts(root: XMLBuilder, kind: Kind, bill: Bill): void {
  const totals = invoiceTotals(bill.lines)
  const { prepaid, rounding, due } = settlementOf(bill)
  taxTotal(root, totals)
  const monetary = root.ele('cac:LegalMonetaryTotal')
  amount(monetary, 'LineExtensionAmount', totals.net) // BT-106
  amount(monetary, 'TaxExclusiveAmount', totals.net) // BT-109
  amount(monetary, 'TaxInclusiveAmount', totals.gross) // BT-112
  if (prepaid !== 0n) amount(monetary, 'PrepaidAmount', prepaid) // BT-113
  if (rounding !== 0n) amount(monetary, 'PayableRoundingAmount', rounding) // BT-114
  amount(monetary, 'PayableAmount', due) // BT-115
  for (const [index, line] of bill.lines.entries()) billLine(root, kind, line, totals.lines[index]!, index + 1)
}

function taxTotal(root: XMLBuilder, { tax, vat }: ReturnType<typeof invoiceTotals>): void {
  const total = root.ele('cac:TaxTotal')
  amount(total, 'TaxAmount', tax) // BT-110
  for (const one of vat) {
    const part = total.ele('cac:TaxSubtotal')
    amount(part, 'TaxableAmount', one.taxable) // BT-116
    amount(part, 'TaxAmount', one.tax) // BT-117
    category(part.ele('cac:TaxCategory'), one, true) // BT-118
  }
}

/** @param reasons also why there is no VAT: in the breakdown alone */
function category(at: XMLBuilder, vat: VatTreatment, reasons: boolean): void {
  text(at, 'ID', vat.category)
  if (vat.category !== 'O') text(at, 'Percent', centText(BigInt(vat.rate))) // BT-119, BT-152
  if (reasons && vat.reasonCode !== undefined) text(at, 'TaxExemptionReasonCode', vat.reasonCode) // BT-121
  if (reasons && vat.reason !== undefined) text(at, 'TaxExemptionReason', vat.reason) // BT-120
  text(at.ele('cac:TaxScheme'), 'ID', 'VAT')
}

function billLine(root: XMLBuilder, kind: Kind, line: InvoiceLine, net: bigint, id: number): void {
  const at = root.ele(`cac:${KINDS[kind].line}`)
  text(at, 'ID', String(id)) // BT-126
  if (line.note !== undefined) text(at, 'Note', line.note) // BT-127
  const { quantity, quantityDecimals = 3, price, priceDecimals = 6 } = line
  at.ele(`cbc:${KINDS[kind].quantity}`, { unitCode: line.unit }).txt(decimal(quantity, quantityDecimals, 0)) // BT-129, BT-130
  amount(at, 'LineExtensionAmount', net) // BT-131
  if (line.period !== undefined) period(at, line.period) // BT-134, BT-135
  const item = at.ele('cac:Item')
  text(item, 'Name', line.name) // BT-153
  category(item.ele('cac:ClassifiedTaxCategory'), line.vat, false) // BT-151
  at.ele('cac:Price')
    .ele('cbc:PriceAmount', EUR)
    .txt(decimal(price, priceDecimals, 2)) // BT-146: more decimals than an amount
}

/** First and last day of a period, which is half-open inside: of the whole bill (BT-73, BT-74) or of a line. */
export function period(at: XMLBuilder, { from, to }: { readonly from: number; readonly to: number }): void {
  const it = at.ele('cac:InvoicePeriod')
  text(it, 'StartDate', dayOf(from))
  text(it, 'EndDate', dayOf(Math.max(from, to - 1)))
}

const dayOf = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10)
/** A decimal without zeros at its end, but for the `least` first of them. @example decimal(1_500n, 3, 0) // '1.5' */
function decimal(value: bigint, places: number, least: number): string {
  const digits = value.toString().padStart(places + 1, '0')
  const fraction = digits.slice(-places)
  const kept = fraction.slice(0, least) + fraction.slice(least).replace(/0+$/, '')
  return kept === '' ? digits.slice(0, -places) : `${digits.slice(0, -places)}.${kept}`
}
