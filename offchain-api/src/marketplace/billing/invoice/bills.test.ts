import { creditLines, type Invoice, type InvoiceParty } from '@opem/domain'
import { expect, test } from 'vitest'
import { creditNoteOf, invoiceOf, keptBill } from './bills.ts'
import { DAY, draftInvoice } from './draft-invoice.ts'
import { creditNoteXml, invoiceXml } from './ubl.ts'

const seller: InvoiceParty = {
  ...{ name: 'Acme', street: 'Calle 1', city: 'Sevilla', postalCode: '41010', country: 'ES', vatId: 'ESB12345674' },
  ...{ email: 'a@acme.example', vatRate: 2100, iban: 'ES9121000418450200051332' },
}
const buyer: InvoiceParty = {
  ...{ name: 'Bo', street: 'Calle 2', city: 'Sevilla', postalCode: '41010', country: 'ES', email: 'b@b.example' },
}
const START = 1_764_547_200 // 1 December 2025
const payment = {
  ...{ agreement: '0xab', number: '2', title: 'Forecast' },
  terms: { price: '12500000', interval: 30 * DAY, start: START, salt: '0', deadline: '0' },
} as unknown as Parameters<typeof draftInvoice>[0]

const drafted = (more: object, of = seller): Invoice => {
  const draft = draftInvoice({ ...payment, ...more }, of, buyer, START + 100 * DAY)
  if (!draft.ok) throw new Error(draft.code)
  return { ...draft.value, number: '2026-00001' }
}

test('by bank the price is net, and there are 30 days; the period is the payment’s own', () => {
  const invoice = drafted({})
  expect([invoice.issued, invoice.due, invoice.paid, invoice.total]).toEqual([
    '2026-03-11',
    '2026-04-10',
    undefined,
    undefined,
  ])
  expect(invoice.lines).toMatchObject([
    { price: 12_500_000n, period: { from: START + 60 * DAY, to: START + 90 * DAY } },
  ])
})

test('what a purse paid has its VAT within, is rounded to the cent, and names its transaction', () => {
  const invoice = drafted({ paid: 12_504_999n, transaction: '0xcd' })
  expect([invoice.issued, invoice.due, invoice.paid, invoice.total]).toEqual(['2026-03-11', '2026-03-11', true, 1250n])
  expect(invoice.lines).toMatchObject([{ price: 10_330_000n }])
  expect(invoice.note).toBe('Agreement 0xab, payment 2, paid from the purse, transaction 0xcd')
})

test('a bill is read from the store as it was issued', () => {
  const invoice = drafted({ paid: 12_500_000n })
  expect(invoiceOf(JSON.parse(keptBill(invoice, invoiceXml(invoice)).document))).toEqual(invoice)
  const { due: _due, ...bill } = invoice
  const note = {
    ...{ ...bill, number: 'C2026-00001', lines: creditLines(invoice, 605n), total: 605n },
    ...{ invoice: { number: invoice.number, issued: invoice.issued }, terms: 'It went back.' },
  }
  expect(creditNoteOf(JSON.parse(keptBill(note, creditNoteXml(note)).document))).toEqual(note)
})

test('a bill that breaks a rule is not kept', () => {
  const invoice = drafted({}, { ...seller, vatId: '12345674' })
  expect(() => keptBill(invoice, invoiceXml(invoice))).toThrow('ERR_BILL_RULES: bill 2026-00001 breaks BR-CO-09')
})
