import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Invoice, InvoiceParty, VatTreatment } from '@opem/domain'
import { expect, test } from 'vitest'
import { checkInvoice } from './check-invoice.ts'
import { invoiceXml } from './ubl.ts'
import { all, readXml, textAt } from './xml-tree.ts'

const seller: InvoiceParty = {
  ...{ name: 'Acme Wind & Sun', street: 'Calle Betis 1', city: 'Sevilla', postalCode: '41010', country: 'ES' },
  ...{ email: 'billing@acme.example', vatId: 'ESB12345674', registration: 'SE-12345', vatRate: 2100 },
  iban: 'ES91 2100 0418 4502 0005 1332',
}
const buyer: InvoiceParty = {
  ...{ name: 'Stadtwerke <Nord>', street: 'Hafen 2', city: 'Hamburg', postalCode: '20457', country: 'DE' },
  ...{ email: 'einkauf@nord.example', vatId: 'DE136695976' },
}
const vat: VatTreatment = { category: 'S', rate: 2100 }
const invoiceOf = (of: VatTreatment = vat, more: Partial<Invoice> = {}): Invoice => ({
  ...{ number: '2026-00007', issued: '2026-11-26', due: '2026-12-26', seller, buyer, reference: 'Agreement 0xab' },
  lines: [
    {
      ...{ name: 'Forecast, day ahead', quantity: 1_500n, unit: 'C62', price: 250_000n, vat: of },
      period: { from: 1_764_547_200, to: 1_764_633_600 }, // 1 December 2025, one day
    },
    { name: 'Alerts', quantity: 1_000n, unit: 'C62', price: 12_500_000n, vat: of },
  ],
  ...more,
})
const broken = (xml: string) => checkInvoice(xml).map(({ rule }) => rule)
const without = (xml: string, element: string) =>
  xml.replace(new RegExp(`\\s*<(c[ab]c:${element})(?=[ >])[^>]*>[^]*?</\\1>`), '')

test('an invoice holds the terms of EN 16931 and Peppol, and breaks no rule', () => {
  const xml = invoiceXml(invoiceOf())
  expect(broken(xml)).toEqual([])
  const read = readXml(xml)
  expect(textAt(read, 'CustomizationID')).toBe(
    'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0',
  )
  expect(textAt(read, 'ProfileID')).toBe('urn:fdc:peppol.eu:2017:poacc:billing:01:1.0')
  expect(textAt(read, 'ID')).toBe('2026-00007')
  expect(textAt(read, 'AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName')).toBe('Acme Wind & Sun')
  expect(textAt(read, 'AccountingCustomerParty/Party/PartyName/Name')).toBe('Stadtwerke <Nord>')
  expect(textAt(read, 'PaymentMeans/PayeeFinancialAccount/ID')).toBe('ES9121000418450200051332')
  expect(all(read, 'InvoiceLine/LineExtensionAmount').map(({ text }) => text)).toEqual(['0.38', '12.50'])
  expect(textAt(read, 'LegalMonetaryTotal/TaxExclusiveAmount')).toBe('12.88')
  expect(textAt(read, 'TaxTotal/TaxAmount')).toBe('2.70') // 12.88 × 21 % = 2.7048
  expect(textAt(read, 'LegalMonetaryTotal/PayableAmount')).toBe('15.58')
  expect(textAt(read, 'InvoiceLine/InvoicePeriod/StartDate')).toBe('2025-12-01')
  expect(textAt(read, 'InvoiceLine/InvoicePeriod/EndDate')).toBe('2025-12-01')
  expect(textAt(read, 'InvoiceLine/Price/PriceAmount')).toBe('0.25')
})

test.skipIf(!existsSync('/usr/bin/xmllint'))('xmllint finds it well-formed', () => {
  execFileSync('/usr/bin/xmllint', ['--noout', '-'], { input: invoiceXml(invoiceOf()) })
})

test('reverse charge, exemption and outside the scope break no rule either', () => {
  const reverse: VatTreatment = { category: 'AE', rate: 0, reason: 'Reverse charge', reasonCode: 'VATEX-EU-AE' }
  const exempt: VatTreatment = { category: 'E', rate: 0, reason: 'Small business' }
  const outside: VatTreatment = { category: 'O', rate: 0, reason: 'Not subject to VAT', reasonCode: 'VATEX-EU-O' }
  expect([reverse, exempt, outside].map((one) => broken(invoiceXml(invoiceOf(one))))).toEqual([[], [], []])
  expect(invoiceXml(invoiceOf(outside))).not.toContain('ESB12345674')
  expect(invoiceXml(invoiceOf(reverse))).toContain('<cbc:TaxExemptionReasonCode>VATEX-EU-AE')
})

const MISSING: readonly (readonly [string, string])[] = [
  ['CustomizationID', 'BR-01'],
  ['IssueDate', 'BR-03'],
  ['InvoiceTypeCode', 'BR-04'],
  ['DocumentCurrencyCode', 'BR-05'],
  ['PostalAddress', 'BR-08'],
  ['PayableAmount', 'BR-15'],
  ['InvoicedQuantity', 'BR-22'],
  ['PriceAmount', 'BR-26'],
  ['TaxableAmount', 'BR-45'],
  ['PaymentMeansCode', 'BR-49'],
  ['PayeeFinancialAccount', 'BR-61'],
  ['ClassifiedTaxCategory', 'BR-CO-04'],
  ['TaxTotal', 'BR-CO-18'],
  ['DueDate', 'BR-CO-25'],
  ['PartyTaxScheme', 'BR-S-02'],
  ['ProfileID', 'PEPPOL-EN16931-R001'],
  ['BuyerReference', 'PEPPOL-EN16931-R003'],
  ['EndpointID', 'PEPPOL-EN16931-R020'],
]
for (const [element, rule] of MISSING)
  test(`without ${element} the invoice breaks ${rule}`, () => {
    const xml = invoiceXml(invoiceOf())
    const cut = without(xml, element)
    expect(cut).not.toBe(xml)
    expect(broken(cut)).toContain(rule)
  })

const WRONG: readonly (readonly [string, string, string])[] = [
  ['<cbc:LineExtensionAmount currencyID="EUR">12.88<', '<cbc:LineExtensionAmount currencyID="EUR">12.89<', 'BR-CO-10'],
  ['<cbc:TaxExclusiveAmount currencyID="EUR">12.88<', '<cbc:TaxExclusiveAmount currencyID="EUR">12.87<', 'BR-CO-13'],
  ['<cbc:TaxAmount currencyID="EUR">2.70<', '<cbc:TaxAmount currencyID="EUR">2.71<', 'BR-CO-14'],
  ['<cbc:TaxInclusiveAmount currencyID="EUR">15.58<', '<cbc:TaxInclusiveAmount currencyID="EUR">15.59<', 'BR-CO-15'],
  ['<cbc:PayableAmount currencyID="EUR">15.58<', '<cbc:PayableAmount currencyID="EUR">10.00<', 'BR-CO-16'],
  ['<cbc:Percent>21.00<', '<cbc:Percent>20.00<', 'BR-CO-17'],
  ['>ESB12345674<', '>12345674<', 'BR-CO-09'],
  ['<cbc:LineExtensionAmount currencyID="EUR">0.38<', '<cbc:LineExtensionAmount currencyID="EUR">0.375<', 'BR-DEC-23'],
  ['<cbc:TaxableAmount currencyID="EUR">12.88<', '<cbc:TaxableAmount currencyID="EUR">12.87<', 'BR-S-08'],
  ['<cbc:PriceAmount currencyID="EUR">0.25<', '<cbc:PriceAmount currencyID="EUR">0.35<', 'PEPPOL-EN16931-R120'],
  ['<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount currencyID="USD">', 'PEPPOL-EN16931-R051'],
  ['<cbc:CityName>Sevilla<', '<cbc:CityName><', 'PEPPOL-EN16931-R008'],
]
for (const [from, to, rule] of WRONG)
  test(`${to.replace(/<cbc:/, '')}… breaks ${rule}`, () => {
    const xml = invoiceXml(invoiceOf())
    expect(xml).toContain(from)
    expect(broken(xml.replace(from, to))).toContain(rule)
  })

test('a reverse charge without the buyer’s VAT id breaks its rule', () => {
  const reverse: VatTreatment = { category: 'AE', rate: 0, reason: 'Reverse charge' }
  const { vatId: _none, ...person } = buyer
  expect(broken(invoiceXml(invoiceOf(reverse, { buyer: person })))).toEqual(['BR-AE-02'])
})

test('a file with a document type is not read', () => {
  const bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'
  expect(() => readXml(bomb)).toThrow('ERR_XML')
  expect(() => readXml('<a><b></a>')).toThrow('ERR_XML')
  expect(() => readXml('no xml at all')).toThrow('ERR_XML')
})
