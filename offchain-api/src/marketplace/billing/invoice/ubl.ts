import { centText, type Invoice, type InvoiceParty, invoiceTotals, type VatTreatment } from '@opem/domain'
import { create } from 'xmlbuilder2'
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.d.ts'

const UBL = 'urn:oasis:names:specification:ubl:schema:xsd'
export const CUSTOMIZATION = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0'
export const PROFILE = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'
const EUR = { currencyID: 'EUR' }

/** An invoice as UBL 2.1, in the terms of EN 16931-1 (BT numbers beside) and of Peppol BIS Billing 3.0. */
export function invoiceXml(invoice: Invoice): string {
  const totals = invoiceTotals(invoice.lines)
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('Invoice', {
    xmlns: `${UBL}:Invoice-2`,
    'xmlns:cac': `${UBL}:CommonAggregateComponents-2`,
    'xmlns:cbc': `${UBL}:CommonBasicComponents-2`,
  })
  text(root, 'CustomizationID', CUSTOMIZATION) // BT-24
  text(root, 'ProfileID', PROFILE) // BT-23
  text(root, 'ID', invoice.number) // BT-1
  text(root, 'IssueDate', invoice.issued) // BT-2
  text(root, 'DueDate', invoice.due) // BT-9
  text(root, 'InvoiceTypeCode', '380') // BT-3
  if (invoice.note !== undefined) text(root, 'Note', invoice.note) // BT-22
  text(root, 'DocumentCurrencyCode', 'EUR') // BT-5
  text(root, 'BuyerReference', invoice.reference) // BT-10
  // BR-O-02: an invoice outside the scope of VAT names neither side by its VAT id.
  const outside = invoice.lines.some(({ vat }) => vat.category === 'O')
  party(root.ele('cac:AccountingSupplierParty'), invoice.seller, outside)
  party(root.ele('cac:AccountingCustomerParty'), invoice.buyer, outside)
  paymentMeans(root, invoice)
  taxTotal(root, totals)
  const monetary = root.ele('cac:LegalMonetaryTotal')
  amount(monetary, 'LineExtensionAmount', totals.net) // BT-106
  amount(monetary, 'TaxExclusiveAmount', totals.net) // BT-109
  amount(monetary, 'TaxInclusiveAmount', totals.gross) // BT-112
  amount(monetary, 'PayableAmount', totals.gross) // BT-115
  for (const [index, line] of invoice.lines.entries()) invoiceLine(root, line, totals.lines[index]!, index + 1)
  return root.end({ prettyPrint: true })
}

const text = (at: XMLBuilder, name: string, value: string) => at.ele(`cbc:${name}`).txt(value).up()
const amount = (at: XMLBuilder, name: string, cents: bigint) => at.ele(`cbc:${name}`, EUR).txt(centText(cents)).up()

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

function paymentMeans(root: XMLBuilder, { seller, number }: Invoice): void {
  if (seller.iban === undefined) return
  const means = root.ele('cac:PaymentMeans')
  text(means, 'PaymentMeansCode', '58') // BT-81: SEPA credit transfer
  text(means, 'PaymentID', number) // BT-83
  const account = means.ele('cac:PayeeFinancialAccount')
  text(account, 'ID', seller.iban.replaceAll(' ', '')) // BT-84
  text(account, 'Name', seller.name) // BT-85
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

function invoiceLine(root: XMLBuilder, line: Invoice['lines'][number], net: bigint, id: number): void {
  const at = root.ele('cac:InvoiceLine')
  text(at, 'ID', String(id)) // BT-126
  at.ele('cbc:InvoicedQuantity', { unitCode: line.unit }).txt(milli(line.quantity)) // BT-129, BT-130
  amount(at, 'LineExtensionAmount', net) // BT-131
  if (line.period !== undefined) {
    const period = at.ele('cac:InvoicePeriod')
    text(period, 'StartDate', dayOf(line.period.from)) // BT-134
    text(period, 'EndDate', dayOf(Math.max(line.period.from, line.period.to - 1))) // BT-135: the last day, inclusive
  }
  const item = at.ele('cac:Item')
  text(item, 'Name', line.name) // BT-153
  category(item.ele('cac:ClassifiedTaxCategory'), line.vat, false) // BT-151
  at.ele('cac:Price').ele('cbc:PriceAmount', EUR).txt(micro(line.price)) // BT-146
}

const dayOf = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10)
const decimal = (value: bigint, places: number): string => {
  const digits = value.toString().padStart(places + 1, '0')
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`
}
/** Thousandths. @example milli(1_500n) // '1.5' */
const milli = (value: bigint): string => decimal(value, 3).replace(/\.?0+$/, '')
/** BT-146 may have more decimals than an amount. */
const micro = (value: bigint): string => decimal(value, 6).replace(/0{1,4}$/, '')
