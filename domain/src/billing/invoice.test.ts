import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasVatPrefix, isCountry } from './countries.ts'
import { centText, type InvoiceLine, invoiceNumber, invoiceTotals, lineNet } from './invoice.ts'
import { type InvoiceParty, isIban, isVatId, type VatTreatment, vatTreatment } from './invoice-party.ts'

const S21: VatTreatment = { category: 'S', rate: 2100 }
const line = (price: bigint, quantity = 1_000n, vat: VatTreatment = S21): InvoiceLine => ({
  ...{ name: 'Forecast', quantity, unit: 'C62', price, vat },
})
const party = (more: Partial<InvoiceParty>): InvoiceParty => ({
  ...{ name: 'Acme', street: 'Calle 1', city: 'Sevilla', postalCode: '41001', country: 'ES', email: 'a@acme.example' },
  ...{ vatId: 'ESB12345674', vatRate: 2100, ...more },
})

test('a line is rounded to cents, half up', () => {
  expect(lineNet(250_000n, 1_500n)).toBe(38n)
  expect(lineNet(4_999n, 1_000n)).toBe(0n)
  expect(lineNet(5_000n, 1_000n)).toBe(1n)
  expect(lineNet(12_500_000n, 3_000n)).toBe(3750n)
})

test('VAT is computed on the sum of a rate, not line by line', () => {
  // Line by line three times 0.0252 would be three times 0.03; on 0.36 it is 0.0756.
  expect(invoiceTotals([line(120_000n), line(120_000n), line(120_000n)])).toEqual({
    ...{ lines: [12n, 12n, 12n], net: 36n, tax: 8n, gross: 44n },
    vat: [{ category: 'S', rate: 2100, taxable: 36n, tax: 8n }],
  })
})

test('each category and rate has a breakdown of its own', () => {
  const zero: VatTreatment = { category: 'E', rate: 0, reason: 'Exempt from VAT' }
  const { vat, net, tax, gross } = invoiceTotals([
    line(10_000_000n),
    line(5_000_000n, 1_000n, { category: 'S', rate: 1000 }),
    line(1_000_000n, 1_000n, zero),
  ])
  expect(vat.map(({ category, rate, taxable, tax: of }) => [category, rate, taxable, of])).toEqual([
    ['S', 2100, 1000n, 210n],
    ['S', 1000, 500n, 50n],
    ['E', 0, 100n, 0n],
  ])
  expect([net, tax, gross]).toEqual([1600n, 260n, 1860n])
})

test('an invoice without lines, or with a negative one, is none', () => {
  expect(() => invoiceTotals([])).toThrow('ERR_INVOICE_EMPTY')
  expect(() => invoiceTotals([line(-1n)])).toThrow('ERR_INVOICE_AMOUNT')
})

test('the totals are sums of what is shown, whatever the lines', () => {
  const any = fc.record({ price: fc.bigInt(0n, 10n ** 12n), quantity: fc.bigInt(0n, 10n ** 7n), rate: fc.nat(2700) })
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 20 }), (given) => {
      const totals = invoiceTotals(given.map((it) => line(it.price, it.quantity, { category: 'S', rate: it.rate })))
      const sum = (of: readonly bigint[]) => of.reduce((a, b) => a + b, 0n)
      expect(sum(totals.lines)).toBe(totals.net)
      expect(sum(totals.vat.map(({ taxable }) => taxable))).toBe(totals.net)
      expect(sum(totals.vat.map(({ tax }) => tax))).toBe(totals.tax)
      expect(totals.net + totals.tax).toBe(totals.gross)
    }),
  )
})

test('at home the seller’s rate counts, for companies and people', () => {
  expect(vatTreatment(party({}), party({ vatId: 'ESA58818501' }))).toEqual({ ok: true, value: S21 })
  expect(vatTreatment(party({}), party({ vatId: undefined }))).toEqual({ ok: true, value: S21 })
})

test('between companies of two member states the buyer owes the VAT', () => {
  expect(vatTreatment(party({}), party({ country: 'DE', vatId: 'DE136695976' }))).toEqual({
    ok: true,
    value: { category: 'AE', rate: 0, reason: 'Reverse charge', reasonCode: 'VATEX-EU-AE' },
  })
})

test('a person in another member state pays the seller’s rate', () => {
  expect(vatTreatment(party({}), party({ country: 'DE', vatId: undefined }))).toEqual({ ok: true, value: S21 })
})

test('outside the Union there is no VAT, and the seller is named by its register', () => {
  const swiss = party({ country: 'CH', vatId: undefined })
  expect(vatTreatment(party({}), swiss)).toMatchObject({ ok: false, code: 'ERR_SELLER_REGISTRATION' })
  expect(vatTreatment(party({ registration: 'SE-1' }), swiss)).toMatchObject({ value: { category: 'O', rate: 0 } })
})

test('a seller without VAT says why, one without a rate sends no invoice', () => {
  const small = party({ vatRate: 0, exemption: 'Small business' })
  expect(vatTreatment(small, party({}))).toMatchObject({ value: { category: 'E', rate: 0, reason: 'Small business' } })
  expect(vatTreatment(party({ vatRate: undefined }), party({}))).toMatchObject({ ok: false, code: 'ERR_SELLER_RATE' })
})

test('an IBAN has its check digits', () => {
  expect(isIban('ES91 2100 0418 4502 0005 1332')).toBe(true)
  expect(isIban('ES9121000418450200051333')).toBe(false)
  expect(isIban('GB82WEST12345698765432')).toBe(true)
  expect(isIban('es9121000418450200051332')).toBe(false)
})

test('a VAT id carries its country', () => {
  expect(isVatId('ESB12345674', 'ES')).toBe(true)
  expect(isVatId('DE136695976', 'ES')).toBe(false)
  expect(isVatId('EL094259216', 'GR')).toBe(true)
  expect(isVatId('ES', 'ES')).toBe(false)
})

test('cents and numbers are written as an invoice shows them', () => {
  expect([0n, 5n, 12_345n].map(centText)).toEqual(['0.00', '0.05', '123.45'])
  expect(invoiceNumber(2026, 7)).toBe('2026-00007')
})

test('a country is one of ISO 3166-1; VAT ids also begin with EL and XI', () => {
  expect(['ES', 'GR', 'XX', 'EL', 'UK', 'es', ''].map(isCountry)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ])
  expect(['ESB12345674', 'EL094259216', 'XI123456789', 'XX1234', '12345674'].map(hasVatPrefix)).toEqual([
    ...[true, true, true, false, false],
  ])
})
