import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { creditLines, type Invoice, type InvoiceParty, type VatTreatment } from '@opem/domain'
import { expect, test } from 'vitest'
import { checkInvoice } from './check-invoice.ts'
import { creditNoteXml, invoiceXml } from './ubl.ts'
import { all, first, readXml, textAt } from './xml-tree.ts'

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

test('what a purse paid is an invoice with nothing left to pay', () => {
  const line = { name: 'Forecast', quantity: 1_000n, unit: 'C62', price: 20_000n, vat }
  const read = readXml(invoiceXml(invoiceOf(vat, { lines: [line], total: 3n, paid: true })))
  const money = ['TaxInclusiveAmount', 'PrepaidAmount', 'PayableRoundingAmount', 'PayableAmount']
  expect(money.map((name) => textAt(read, `LegalMonetaryTotal/${name}`))).toEqual(['0.02', '0.03', '0.01', '0.00'])
  expect([textAt(read, 'DueDate'), first(read, 'PaymentMeans')]).toEqual([undefined, undefined])
})

test('a credit note refers to its invoice, has positive amounts, and goes to the buyer’s account', () => {
  const invoice = invoiceOf()
  const xml = creditNoteXml({
    ...{ number: 'C2026-00001', issued: '2026-12-01', seller, buyer: { ...buyer, iban: 'DE89370400440532013000' } },
    ...{ reference: 'Agreement 0xab', lines: creditLines(invoice, 605n), total: 605n, note: 'Two weeks were missing' },
    ...{ invoice: { number: invoice.number, issued: invoice.issued }, terms: 'Paid back by bank within 30 days' },
  })
  const read = readXml(xml)
  expect(xml).toContain('xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"')
  expect([textAt(read, 'ID'), textAt(read, 'CreditNoteTypeCode')]).toEqual(['C2026-00001', '381'])
  expect(textAt(read, 'BillingReference/InvoiceDocumentReference/ID')).toBe('2026-00007')
  expect(textAt(read, 'BillingReference/InvoiceDocumentReference/IssueDate')).toBe('2026-11-26')
  expect(textAt(read, 'CreditNoteLine/CreditedQuantity')).toBe('1')
  expect(textAt(read, 'LegalMonetaryTotal/TaxExclusiveAmount')).toBe('5.00')
  expect(textAt(read, 'TaxTotal/TaxAmount')).toBe('1.05')
  expect(textAt(read, 'LegalMonetaryTotal/PayableAmount')).toBe('6.05')
  expect(textAt(read, 'PaymentMeans/PayeeFinancialAccount/ID')).toBe('DE89370400440532013000')
  expect(textAt(read, 'PaymentTerms/Note')).toBe('Paid back by bank within 30 days')
})

test('a file with a document type is not read', () => {
  const bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'
  expect(() => readXml(bomb)).toThrow('ERR_XML')
  expect(() => readXml('<a><b></a>')).toThrow('ERR_XML')
  expect(() => readXml('no xml at all')).toThrow('ERR_XML')
})
