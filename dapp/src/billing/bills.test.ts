import { expect, test } from 'vitest'
import type { CreditNote, Invoice } from '../api/billing.ts'
import { differenceOf } from './amount.ts'
import { balancesOf } from './balance.ts'
import { billsOf, invoiceWords, mayCorrect, mayReplace, noteWords } from './bills.ts'
import { stateWords } from './words.ts'

const invoice = (id: string, more: Partial<Invoice> = {}) =>
  ({
    id,
    number: `2026-${id}`,
    side: 'seller',
    gross: '15.13',
    credited: '0.00',
    paid: false,
    paidBy: 'bank',
    payment: '0xaa',
    correctedBy: null,
    ...more,
  }) as Invoice
const note = (id: string, of: string, more: Partial<CreditNote> = {}) =>
  ({ id, invoice: of, settlement: 'bank', settledAt: null, ...more }) as CreditNote

test('credit notes stand below their invoice; those of other months come last', () => {
  const rows = billsOf([invoice('2'), invoice('1')], [note('c3', '0'), note('c2', '1'), note('c1', '1')])
  expect(rows.map((it) => [it.bill.id, it.kind === 'credit note' && it.isBelow])).toEqual([
    ['2', false],
    ['1', false],
    ['c2', true],
    ['c1', true],
    ['c3', false],
  ])
})

test('a bill says how its money goes', () => {
  expect(invoiceWords(invoice('1'))).toBe('waits for the bank')
  expect(invoiceWords(invoice('1', { paid: true }))).toBe('paid')
  expect(invoiceWords(invoice('1', { paid: true, paidBy: 'purse' }))).toBe('paid from the purse')
  expect(invoiceWords(invoice('1', { paid: true, paidBy: 'purse', payment: null }))).toBe('paid by vouchers')
  expect(invoiceWords(invoice('1', { credited: '15.13', correctedBy: '2026-2' }))).toBe(
    'corrected: 2026-2 stands in its place',
  )
  expect(invoiceWords(invoice('1', { credited: '15.13' }))).toBe('taken back')
  expect(noteWords({ settlement: 'purse', settledAt: 1 })).toBe('back in the purse')
  expect(noteWords({ settlement: 'offset', settledAt: 1 })).toBe('taken off the invoice')
  expect(noteWords({ settlement: 'replaced', settledAt: 1 })).toBe('another invoice stands in its place')
  expect(noteWords({ settlement: 'bank', settledAt: null })).toBe('the seller pays it back')
  expect(noteWords({ settlement: 'bank', settledAt: 1 })).toBe('paid back by bank')
})

test('a seller corrects what is paid by bank and not taken back; nobody else does', () => {
  expect(mayCorrect(invoice('1'))).toBe(true)
  expect(mayCorrect(invoice('1', { side: 'buyer' }))).toBe(false)
  expect(mayCorrect(invoice('1', { paidBy: 'purse' }))).toBe(false)
  expect(mayCorrect(invoice('1', { credited: '15.13' }))).toBe(false)
})

test('a seller puts any invoice right once, while something of it is left; nobody else does', () => {
  expect(mayReplace(invoice('1'))).toBe(true)
  expect(mayReplace(invoice('1', { paidBy: 'purse', payment: null }))).toBe(true)
  expect(mayReplace(invoice('1', { side: 'buyer' }))).toBe(false)
  expect(mayReplace(invoice('1', { correctedBy: '2026-2' }))).toBe(false)
  expect(mayReplace(invoice('1', { credited: '15.13' }))).toBe(false)
})

test('a payment by bank whose invoice was taken back had nothing that could be given back', () => {
  expect(stateWords({ state: 'returned', plan: 'bank' })).toBe('invoice taken back')
  expect(stateWords({ state: 'returned', plan: 'one-time' })).toBe('given back')
})

test('a difference may be below zero', () => {
  expect(differenceOf('-1.05')).toBe(-1_050_000n)
  expect(differenceOf('1.05')).toBe(1_050_000n)
})

test('what was in the purse is counted back from the end', () => {
  const line = (at: number, purseIn: string, purseOut: string) => ({ at, purseIn, purseOut }) as never
  const lines = [line(1, '10.00', '0.00'), line(2, '0.00', '0.00'), line(3, '0.00', '4.00')]
  expect(balancesOf({ lines, closing: '7.00' })).toEqual([
    { at: 1, micro: 11_000_000n },
    { at: 3, micro: 7_000_000n },
  ])
})
