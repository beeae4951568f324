import fc from 'fast-check'
import { expect, test } from 'vitest'
import { creditLines, creditNoteNumber } from './credit-note.ts'
import { centText, type InvoiceLine, invoiceTotals, microToCent, netOf, settlementOf } from './invoice.ts'
import type { VatTreatment } from './invoice-party.ts'

const line = (price: bigint, rate = 2100): InvoiceLine => ({
  ...{ name: 'Forecast', quantity: 1_000n, unit: 'C62', price, vat: { category: 'S', rate } as VatTreatment },
})
const invoice = { number: '2026-00007', lines: [line(10_000_000n), line(5_000_000n, 1000)] }

test('a gross amount is taken apart into net and VAT to the cent, where there is such a net amount', () => {
  expect(netOf(1250n, 2100)).toBe(1033n) // 10.33 × 21 % = 2.1693 → 2.17
  expect(netOf(1250n, 0)).toBe(1250n)
  expect(netOf(3n, 2100)).toBe(2n) // 0.02 comes to 0.02, 0.03 to 0.04: nothing to 0.03
})

test('what no net amount comes to is a rounding amount of a cent', () => {
  expect(settlementOf({ lines: [line(20_000n)], total: 3n, paid: true })).toEqual({
    ...{ total: 3n, prepaid: 3n, rounding: 1n, due: 0n },
  })
  expect(settlementOf({ lines: [line(20_000n)] })).toEqual({ total: 2n, prepaid: 0n, rounding: 0n, due: 2n })
})

test('a total far from its lines is refused', () => {
  expect(() => settlementOf({ lines: [line(20_000n)], total: 4n })).toThrow('ERR_INVOICE_AMOUNT')
})

test('any gross amount is at most a cent from a net amount and its VAT', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 12n), fc.nat(3000), (gross, rate) => {
      const { rounding } = settlementOf({ lines: [line(netOf(gross, rate) * 10_000n, rate)], total: gross })
      expect(rounding >= -1n && rounding <= 1n).toBe(true)
    }),
  )
})

test('an invoice that is taken back whole has its own lines', () => {
  expect(creditLines(invoice, 1760n)).toBe(invoice.lines)
})

test('a part is taken off each rate in proportion', () => {
  // 12.10 at 21 % and 5.50 at 10 %: of 4.40 that is 3.025 and 1.375; the cent that is over goes to the first of them.
  expect(creditLines(invoice, 440n).map(({ price, vat, name }) => [name, price, vat.rate])).toEqual([
    ['Credit on invoice 2026-00007, at 21 %', 2_500_000n, 2100], // 3.03: 2.50 and 0.53
    ['Credit on invoice 2026-00007, at 10 %', 1_250_000n, 1000], // 1.37: 1.25 and 0.13 is 1.38, a cent beside it
  ])
})

test('nothing, and more than the invoice, is not taken off it', () => {
  expect(() => creditLines(invoice, 0n)).toThrow('ERR_CREDIT_AMOUNT')
  expect(() => creditLines(invoice, 1761n)).toThrow('ERR_CREDIT_AMOUNT')
})

test('whatever part is taken, the note comes to it exactly', () => {
  const any = fc.record({ price: fc.bigInt(10_000n, 10n ** 11n), rate: fc.nat(2700) })
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 5 }), fc.bigInt(1n, 10n ** 9n), (given, wanted) => {
      const lines = given.map(({ price, rate }) => line(price, rate))
      const { gross } = invoiceTotals(lines)
      const amount = (wanted % gross) + 1n
      const credit = creditLines({ number: '1', lines }, amount)
      expect(settlementOf({ lines: credit, total: amount }).due).toBe(amount)
    }),
  )
})

test('numbers and cents are written as a credit note shows them', () => {
  expect(creditNoteNumber(2026, 7)).toBe('C2026-00007')
  expect(centText(-1n)).toBe('-0.01')
  expect(microToCent(4_999n)).toBe(0n)
  expect(microToCent(5_000n)).toBe(1n)
})
