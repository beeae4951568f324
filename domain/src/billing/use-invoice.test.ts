import fc from 'fast-check'
import { expect, test } from 'vitest'
import { correctedAmounts } from './corrected-invoice.ts'
import { type Invoice, invoiceTotals, netOfLine, settlementOf } from './invoice.ts'
import type { VatTreatment } from './invoice-party.ts'
import { priceOfUnit } from './line-price.ts'
import { type MonthOfUse, monthOf, nextUseInvoice, type UseOfAgreement, useLines } from './use-invoice.ts'

const OCTOBER = 1_793_491_200 // ends 1 November 2026, 00:00 UTC
const NOVEMBER = 1_796_083_200
const DECEMBER = 1_798_761_600
const AT_HOME: VatTreatment = { category: 'S', rate: 2100 }
const REVERSE: VatTreatment = { category: 'AE', rate: 0, reason: 'Reverse charge', reasonCode: 'VATEX-EU-AE' }
const none = { micro: 0n, cents: 0n }
const month = (agreement: `0x${string}`, monthEnd: number, claimed: bigint, covered = 0n): MonthOfUse => ({
  ...{ agreement, monthEnd, claimed, covered },
})

test('a month is of UTC: its last second is in it, the next one is not', () => {
  expect(monthOf(1_796_083_199)).toEqual({ from: OCTOBER, to: NOVEMBER })
  expect(monthOf(1_796_083_200)).toEqual({ from: NOVEMBER, to: DECEMBER })
})

test('claims of two agreements in a month are one invoice, over what is not covered yet', () => {
  const next = nextUseInvoice(
    [month('0xaa', NOVEMBER, 4_000_000n), month('0xbb', NOVEMBER, 1_500_001n, 500_000n)],
    none,
  )
  expect(next).toEqual({
    parts: [
      { agreement: '0xaa', from: 0n, until: 4_000_000n },
      { agreement: '0xbb', from: 500_000n, until: 1_500_001n },
    ],
    total: 500n,
    period: { from: OCTOBER, to: NOVEMBER },
  })
})

test('two months are two invoices, the earlier one first', () => {
  const months = [month('0xaa', DECEMBER, 3_000_000n), month('0xaa', NOVEMBER, 1_000_000n)]
  expect(nextUseInvoice(months, none)).toMatchObject({ total: 100n, period: { to: NOVEMBER } })
})

test('what comes to no cent waits for the next month, and the period begins with it', () => {
  const months = [month('0xaa', NOVEMBER, 4_999n), month('0xaa', DECEMBER, 5_000n)]
  expect(nextUseInvoice(months.slice(0, 1), none)).toBeUndefined()
  expect(nextUseInvoice(months, none)).toEqual({
    ...{ parts: [{ agreement: '0xaa', from: 0n, until: 5_000n }], total: 1n, period: { from: OCTOBER, to: DECEMBER } },
  })
})

test('nothing is over what is covered, also when the chain says less than before', () => {
  expect(nextUseInvoice([month('0xaa', NOVEMBER, 4n, 4n), month('0xbb', NOVEMBER, 3n, 9n)], none)).toBeUndefined()
  const months = [month('0xaa', NOVEMBER, 3n, 9n), month('0xbb', NOVEMBER, 1_000_000n)]
  expect(nextUseInvoice(months, none)?.parts).toEqual([{ agreement: '0xbb', from: 0n, until: 1_000_000n }])
})

test('invoices of any claims come to what was claimed to half a cent, and cover each µEUR once', () => {
  const claims = fc.array(fc.tuple(fc.constantFrom('0xaa', '0xbb'), fc.bigInt(1n, 3_000_000n)), {
    ...{ minLength: 1, maxLength: 40 },
  })
  fc.assert(
    fc.property(claims, (given) => {
      const claimed = new Map<string, bigint>()
      const months: MonthOfUse[] = []
      given.forEach(([agreement, amount], index) => {
        claimed.set(agreement, (claimed.get(agreement) ?? 0n) + amount)
        months.push(month(agreement as '0xaa', monthOf(OCTOBER + index * 2_700_000).to, claimed.get(agreement)!))
      })
      const covered = new Map<string, bigint>()
      let before = none
      for (;;) {
        const next = nextUseInvoice(
          months.map((it) => ({ ...it, covered: covered.get(it.agreement) ?? 0n })),
          before,
        )
        if (next === undefined) break
        for (const { agreement, from, until } of next.parts) {
          expect(from).toBe(covered.get(agreement) ?? 0n)
          covered.set(agreement, until)
        }
        const micro = next.parts.reduce((sum, { from, until }) => sum + until - from, 0n)
        before = { micro: before.micro + micro, cents: before.cents + next.total }
      }
      const moved = [...claimed.values()].reduce((sum, one) => sum + one, 0n)
      const off = moved - before.cents * 10_000n
      expect(off >= -5_000n && off < 5_000n).toBe(true)
    }),
  )
})

const use = (price: bigint, until: bigint, more: Partial<UseOfAgreement> = {}): UseOfAgreement => ({
  ...{ agreement: '0xaa', name: 'Forecast', unit: 'forecast', price, from: 0n, until, ...more },
})
const period = { from: OCTOBER, to: NOVEMBER }

test('a line has the units of the plan and its price without VAT, and the lines come to the whole', () => {
  const lines = useLines([use(20_000n, 4_000_000n), use(30_000n, 1_000_001n, { agreement: '0xbb', unit: 'kWh' })], {
    ...{ total: 500n, period, vat: AT_HOME },
  })
  expect(lines).toEqual([
    {
      ...{
        name: 'Forecast',
        note: 'Agreement 0xaa: €4.00 at €0.02 per forecast with VAT',
        quantity: 200_000n,
        unit: 'C62',
      },
      // 4.13 in proportion are 3.304 and 0.826: 3.30, where 200 at 0.02 / 1.21 would be 3.31, so each unit came to 0.0165.
      ...{ price: 16_500n, priceDecimals: 6, vat: AT_HOME, period },
    },
    {
      ...{ name: 'Forecast', note: 'Agreement 0xbb: €1.000001 at €0.03 per kWh with VAT', quantity: 33_333_367n },
      // 0.03 / 1.21; 33.333367 of it are 0.83.
      ...{ quantityDecimals: 6, unit: 'KWH', price: 24_793n, priceDecimals: 6, vat: AT_HOME, period },
    },
  ])
  expect(invoiceTotals(lines)).toMatchObject({ lines: [330n, 83n], net: 413n, tax: 87n, gross: 500n })
})

test('many units of a small price have as many decimals of it as they need', () => {
  // 1,000,000 units at 0.000123 with 21 %: 123.00, net 101.65.
  const [line] = useLines([use(123n, 123_000_000n)], { total: 12_300n, period, vat: AT_HOME })
  expect([line!.quantity, line!.price, line!.priceDecimals, netOfLine(line!)]).toEqual([
    ...[1_000_000_000n, 10_165n, 8, 10_165n],
  ])
})

test('whatever was claimed, each line is its quantity × price, and the lines come to the total to a cent', () => {
  const any = fc.record({ price: fc.bigInt(1n, 50_000_000n), micro: fc.bigInt(1n, 10n ** 10n) })
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 6 }), fc.nat(2700), (given, rate) => {
      const uses = given.map(({ price, micro }) => use(price, micro))
      const total = (given.reduce((sum, { micro }) => sum + micro, 0n) + 5_000n) / 10_000n
      fc.pre(total > 0n)
      const lines = useLines(uses, { total, period, vat: { category: 'S', rate } })
      const { rounding, due } = settlementOf({ lines, total, paid: true })
      expect([rounding >= -1n && rounding <= 1n, due]).toEqual([true, 0n])
    }),
  )
})

test('the price of a unit is the plan’s where it fits, else what each unit came to', () => {
  expect(priceOfUnit(331n, { quantity: 200_000n }, { grossMicro: 20_000n, rate: 2100 })).toEqual({
    ...{ price: 16_529n, priceDecimals: 6 },
  })
  expect(priceOfUnit(332n, { quantity: 200_000n }, { grossMicro: 20_000n, rate: 2100 })).toEqual({
    ...{ price: 16_600n, priceDecimals: 6 },
  })
})

const paid: Pick<Invoice, 'number' | 'lines' | 'total'> = {
  number: '2026-00007',
  lines: [{ name: 'Forecast', quantity: 200_000n, unit: 'C62', price: 16_529n, vat: AT_HOME }],
  total: 400n,
}

test('a corrected invoice has the old lines and total where VAT stays', () => {
  expect(correctedAmounts(paid, { left: 400n, vat: AT_HOME, moved: true })).toEqual({ lines: paid.lines, total: 400n })
})

test('what has moved stays: other VAT is taken out of the same total', () => {
  const { lines, total } = correctedAmounts(paid, { left: 400n, vat: REVERSE, moved: true })
  expect(total).toBe(400n)
  expect(lines).toEqual([
    { name: 'Forecast', quantity: 200_000n, unit: 'C62', price: 20_000n, priceDecimals: 6, vat: REVERSE },
  ])
})

test('what has not moved keeps its net price: the total follows from the VAT', () => {
  const { lines, total } = correctedAmounts({ ...paid, total: undefined }, { left: 400n, vat: REVERSE, moved: false })
  expect([total, invoiceTotals(lines).gross]).toEqual([undefined, 331n])
})

test('of what was taken back in part, the rest is one line', () => {
  const { lines, total } = correctedAmounts(paid, { left: 121n, vat: AT_HOME, moved: true })
  expect([total, lines.map(({ name, price }) => [name, price])]).toEqual([
    ...[121n, [['What is left of invoice 2026-00007', 1_000_000n]]],
  ])
})
