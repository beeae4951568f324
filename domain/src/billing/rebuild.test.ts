import { expect, test } from 'vitest'
import { type EscrowEvent, rebuildBalances } from './rebuild.ts'

const [ANA, ACME] = ['0xa1', '0xac'] as const
const paid: EscrowEvent[] = [
  { name: 'Deposited', party: ANA, amount: 100n, balance: 100n },
  { name: 'PaymentHeld', payment: '0x01', consumer: ANA, provider: ACME, amount: 40n },
  { name: 'PaymentReleased', payment: '0x01', toProvider: 39n, fee: 1n },
  { name: 'PaymentRefunded', payment: '0x01', amount: 9n, wasHeld: false },
  { name: 'Reserved', agreement: '0x02', consumer: ANA, provider: ACME, amount: 30n },
  { name: 'VoucherClaimed', agreement: '0x02', toProvider: 10n, fee: 0n },
]

test('every balance follows from the events', () => {
  const { available, fees, held, reserved, total, findings } = rebuildBalances([
    ...paid,
    { name: 'PaymentHeld', payment: '0x03', consumer: ANA, provider: ACME, amount: 5n },
  ])
  expect([available.get(ANA), available.get(ACME), fees.get(ACME)]).toEqual([34n, 40n, 1n])
  expect([held, reserved, total, findings]).toEqual([5n, 20n, 100n, []])
})

test('a dispute is split, lapses or is refunded while held', () => {
  const { available, fees, held, findings } = rebuildBalances([
    { name: 'Deposited', party: ANA, amount: 30n, balance: 30n },
    { name: 'PaymentHeld', payment: '0x01', consumer: ANA, provider: ACME, amount: 10n },
    { name: 'PaymentDecided', payment: '0x01', refund: 4n, toProvider: 5n, fee: 1n },
    { name: 'PaymentHeld', payment: '0x02', consumer: ANA, provider: ACME, amount: 10n },
    { name: 'PaymentLapsed', payment: '0x02', refund: 10n },
    { name: 'PaymentHeld', payment: '0x03', consumer: ANA, provider: ACME, amount: 10n },
    { name: 'PaymentRefunded', payment: '0x03', amount: 3n, wasHeld: true },
  ])
  expect([available.get(ANA), available.get(ACME), fees.get(ACME), held, findings]).toEqual([17n, 5n, 1n, 7n, []])
})

test('what is withdrawn and taken back leaves nothing', () => {
  const { available, fees, reserved, total } = rebuildBalances([
    ...paid,
    { name: 'ReserveReclaimed', agreement: '0x02', amount: 20n },
    { name: 'Withdrawn', party: ACME, amount: 40n, balance: 0n },
    { name: 'FeesWithdrawn', provider: ACME, amount: 1n },
  ])
  expect([available.get(ANA), available.get(ACME), fees.get(ACME), reserved, total]).toEqual([59n, 0n, 0n, 0n, 59n])
})

test('an event that is missing or false is found', () => {
  expect(rebuildBalances(paid.slice(1)).findings).toContain('the purse of 0xa1 falls to -40 µEUR')
  expect(rebuildBalances([paid[0]!, paid[2]!]).findings).toEqual([
    'PaymentReleased of 0x01, of which nothing was said before',
  ])
  expect(rebuildBalances([{ name: 'Deposited', party: ANA, amount: 100n, balance: 99n }]).findings).toEqual([
    'after Deposited the purse of 0xa1 is 100 µEUR; the event says 99',
  ])
  expect(
    rebuildBalances([...paid, { name: 'PaymentReleased', payment: '0x01', toProvider: 1n, fee: 0n }]).findings,
  ).toEqual(['0x01 gives 1 µEUR more than it held'])
})
