import { expect, test } from 'vitest'
import { booksCsv } from './csv.ts'
import { type EscrowRow, lineOfTransfer, linesOfBill, linesOfEvent } from './line.ts'
import { periodOf } from './period.ts'

const event = (what: string, detail: EscrowRow['detail'], more: Partial<EscrowRow> = {}): EscrowRow => ({
  ...{ at: '1796083199', what, detail, transaction: '0x11', agreement: '0xaa', payment: '0xbb', number: '2' },
  ...{ service: 'Forecast', consumer: '0xc0', provider: '0xd0', consumer_account: 'c', provider_account: 'p', ...more },
})
/** What an event moved: in and out of the purse, and the fee, of the consumer and of the provider. */
const moved = (what: string, detail: EscrowRow['detail']) =>
  ['c', 'p'].map((account) =>
    linesOfEvent(event(what, detail), account).map((it) => [it.purseIn, it.purseOut, it.fee, it.bankIn, it.bankOut]),
  )

const EVENTS: readonly (readonly [string, EscrowRow['detail'], unknown])[] = [
  ['PaymentHeld', { amount: '500' }, [[[0n, 500n, 0n, 0n, 0n]], []]],
  ['PaymentReleased', { toProvider: '490', fee: '10' }, [[], [[490n, 0n, 10n, 0n, 0n]]]],
  [
    'PaymentDecided',
    { refund: '200', toProvider: '290', fee: '10' },
    [[[200n, 0n, 0n, 0n, 0n]], [[290n, 0n, 10n, 0n, 0n]]],
  ],
  ['PaymentLapsed', { refund: '500' }, [[[500n, 0n, 0n, 0n, 0n]], []]],
  ['PaymentRefunded', { amount: '100', previous: 1 }, [[[100n, 0n, 0n, 0n, 0n]], []]],
  ['PaymentRefunded', { amount: '100', previous: 3 }, [[[100n, 0n, 0n, 0n, 0n]], [[0n, 100n, 0n, 0n, 0n]]]],
  ['BankSettled', { amount: '700' }, [[[0n, 0n, 0n, 0n, 700n]], [[0n, 0n, 0n, 700n, 0n]]]],
  ['Reserved', { amount: '300' }, [[[0n, 300n, 0n, 0n, 0n]], []]],
  ['VoucherClaimed', { toProvider: '98', fee: '2' }, [[], [[98n, 0n, 2n, 0n, 0n]]]],
  ['ReserveReclaimed', { amount: '200' }, [[[200n, 0n, 0n, 0n, 0n]], []]],
  ['PaymentDisputed', { reason: '0x00' }, [[], []]],
]
for (const [what, detail, money] of EVENTS)
  test(`${what} ${JSON.stringify(detail)} stands in both sides’ books`, () => {
    expect(moved(what, detail)).toEqual(money)
  })

test('a decision that gives everything back is no line of the provider', () => {
  expect(linesOfEvent(event('PaymentDecided', { refund: '5', toProvider: '0', fee: '0' }), 'p')).toEqual([])
})

test('an account that pays itself has both lines', () => {
  const both = { consumer_account: 'c', provider_account: 'c' }
  expect(linesOfEvent(event('PaymentRefunded', { amount: '5', previous: 3 }, both), 'c').length).toBe(2)
})

test('books are a CSV that no spreadsheet takes for formulas', () => {
  const bill = linesOfBill({
    ...{ at: '1793491200', kind: 'credit note', document: 'C2026-00001', agreement: '0xaa', payment: '0xbb' },
    ...{ service: '=SUM(A1)', counterparty: 'Nord, "Werk"', sent: true, bankAt: '1793491260' },
    ...{ net: 5_000_000n, vat: 1_050_000n, gross: 6_050_000n },
  })
  const deposit = lineOfTransfer({ at: '1793491300', kind: 'deposit', amount: '12500000', transaction: '0x22' })
  expect(booksCsv([...bill, deposit]).split('\r\n')).toEqual([
    'time,what,document,service,counterparty,agreement,payment,transaction,purse_in_eur,purse_out_eur,fee_eur,bank_in_eur,bank_out_eur,net_eur,vat_eur,gross_eur',
    `2026-11-01T00:00:00Z,"credit note, sent",C2026-00001,'=SUM(A1),"Nord, ""Werk""",0xaa,0xbb,,0.00,0.00,0.00,0.00,0.00,5.00,1.05,6.05`,
    `2026-11-01T00:01:00Z,"credit note, paid back by bank",C2026-00001,'=SUM(A1),"Nord, ""Werk""",0xaa,0xbb,,0.00,0.00,0.00,0.00,6.05,0.00,0.00,0.00`,
    '2026-11-01T00:01:40Z,deposit,,,,,,0x22,12.50,0.00,0.00,0.00,0.00,0.00,0.00,0.00',
    '',
  ])
})

test('a period is a month or a year of UTC', () => {
  expect(periodOf('2026-11')).toEqual({ from: 1_793_491_200, until: 1_796_083_200 })
  expect(periodOf('2026')).toEqual({ from: 1_767_225_600, until: 1_798_761_600 })
  expect(periodOf('2026-12').until).toBe(1_798_761_600)
})
