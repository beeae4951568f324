import { expect, test } from 'vitest'
import type { BankEntry } from './camt053.ts'
import { matchEntries, type OpenBill } from './match-entries.ts'

const IBAN = 'ES9121000418450200051332'
const credit = (more: Partial<BankEntry>): BankEntry => ({
  ...{ direction: 'credit', iban: IBAN, amount: 1558n, bookedOn: '2026-11-27', remittance: 'Invoice 2026-00007' },
  ...{ reference: 'B-1', ...more },
})
const debit = (more: Partial<BankEntry>): BankEntry =>
  credit({ direction: 'debit', amount: 605n, remittance: 'Credit note C2026-00001', ...more })
const invoice: OpenBill = { kind: 'invoice', id: 'a', number: '2026-00007', iban: IBAN, open: 1558n }
const note: OpenBill = { kind: 'credit note', id: 'c', number: 'C2026-00001', iban: IBAN, open: 605n }

test('a credit pays the invoice whose number it names with exactly its amount, once', () => {
  const [one, again] = matchEntries([credit({}), credit({})], [invoice])
  expect([one!.bill?.id, again!.bill]).toEqual(['a', undefined])
})

test('another amount, another account or part of a number pays nothing', () => {
  const other = [
    credit({ amount: 1557n }),
    credit({ iban: 'GB82WEST12345698765432' }),
    credit({ remittance: 'Invoice 12026-000071' }),
  ]
  expect(matchEntries(other, [invoice]).map((one) => one.bill)).toEqual([undefined, undefined, undefined])
})

test('a credit that names two invoices is left to a person', () => {
  const two: OpenBill[] = [invoice, { ...invoice, id: 'b', number: '2026-00008' }]
  expect(matchEntries([credit({ remittance: '2026-00007 2026-00008' })], two)[0]).toMatchObject({
    ...{ bill: undefined, why: 'it names more than one invoice' },
  })
})

test('a debit pays the credit note back whose number it names with exactly its amount, once', () => {
  expect(matchEntries([debit({}), debit({})], [invoice, note])).toEqual([
    { entry: debit({}), bill: note, why: 'it names credit note C2026-00001 and is its amount' },
  ])
})

test('a debit of another amount is left to a person', () => {
  expect(matchEntries([debit({ amount: 604n })], [note])).toMatchObject([
    { bill: undefined, why: 'it names credit note C2026-00001, but is not its amount' },
  ])
})

test('money that comes pays no credit note back, and money that goes pays no invoice', () => {
  const wrong = [
    credit({ amount: 605n, remittance: 'C2026-00001' }),
    debit({ amount: 1558n, remittance: '2026-00007' }),
  ]
  expect(matchEntries(wrong, [invoice, note]).map(({ bill, why }) => [bill, why])).toEqual([
    [undefined, 'it names no open invoice of this account'],
  ])
})

test('debits that name no credit note are left out: they are nobody’s business', () => {
  expect(matchEntries([debit({ remittance: 'Salaries' })], [note])).toEqual([])
})
