import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueOf, duesAt, MOST_DUES, nextDue } from './dues.ts'
import { splitFee } from './fee.ts'
import { microOfEur } from './money-text.ts'
import { durationWords, type PaymentTerms, planOf, planWords, shortEur } from './price-plan.ts'
import { judgeVoucher, mayUseMore, owedForUse } from './usage.ts'

const terms = (more: Partial<PaymentTerms>): PaymentTerms => ({
  ...{ plan: 'subscription', price: 12_500_000n, interval: 3600, feeBps: 250, start: 1000, end: 0, ...more },
})

test('plans have the numbers of the contract', () => {
  expect([0, 1, 2, 3, 4].map(planOf)).toEqual(['free', 'one-time', 'subscription', 'pay-per-use', 'bank'])
  expect(() => planOf(5)).toThrow('ERR_PRICE_PLAN')
})

test('a plan is said in words', () => {
  expect(planWords(terms({ plan: 'free', price: 0n }))).toBe('free')
  expect(planWords(terms({ plan: 'one-time', interval: 0 }))).toBe('€12.50 once')
  expect(planWords(terms({ interval: 2_592_000 }))).toBe('€12.50 every 30 days')
  expect(planWords(terms({ plan: 'pay-per-use', price: 250n }))).toBe('€0.00025 per unit')
  expect(planWords(terms({ plan: 'bank', interval: 86_400 }))).toBe('€12.50 every day by bank, against an invoice')
  expect(planWords(terms({ plan: 'bank', interval: 0 }))).toBe('€12.50 once by bank, against an invoice')
  expect([3600, 7200, 60, 90, 1].map(durationWords)).toEqual(['hour', '2 hours', 'minute', '90 seconds', 'second'])
  expect([840_000n, 1n, 12_000_000n].map(shortEur)).toEqual(['0.84', '0.000001', '12.00'])
})

test('a one-time payment is due at the start, and once', () => {
  const once = terms({ plan: 'one-time', interval: 0 })
  expect(duesAt(once, 999)).toEqual([])
  expect(duesAt(once, 1000)).toEqual([{ number: 0, at: 1000, amount: 12_500_000n }])
  expect(duesAt(once, 9_999_999)).toHaveLength(1)
  expect(dueOf(once, 1)).toBeUndefined()
})

test('a subscription is due at each start of an interval, from the second on which it starts', () => {
  expect(duesAt(terms({}), 1000).map(({ number }) => number)).toEqual([0])
  expect(duesAt(terms({}), 4599).map(({ number }) => number)).toEqual([0])
  expect(duesAt(terms({}), 4600)).toEqual([
    { number: 0, at: 1000, amount: 12_500_000n },
    { number: 1, at: 4600, amount: 12_500_000n },
  ])
  expect(duesAt(terms({}), 4600, 1).map(({ number }) => number)).toEqual([1])
})

test('the interval that would begin at the end of the agreement is not due', () => {
  expect(duesAt(terms({ end: 4600 }), 99_999).map(({ number }) => number)).toEqual([0])
  expect(duesAt(terms({ end: 4601 }), 99_999).map(({ number }) => number)).toEqual([0, 1])
  expect(duesAt(terms({ end: 1000 }), 99_999)).toEqual([])
})

test('pay-per-use and free agreements have no payments that become due by themselves', () => {
  expect(duesAt(terms({ plan: 'pay-per-use' }), 99_999)).toEqual([])
  expect(duesAt(terms({ plan: 'free', price: 0n }), 99_999)).toEqual([])
  expect(nextDue(terms({ plan: 'pay-per-use' }), 5)).toBeUndefined()
})

test('a bank plan is due like a subscription, or once without an interval', () => {
  expect(duesAt(terms({ plan: 'bank' }), 8200).map(({ at }) => at)).toEqual([1000, 4600, 8200])
  expect(duesAt(terms({ plan: 'bank', interval: 0 }), 8200).map(({ at }) => at)).toEqual([1000])
})

test('the next payment is the first after now', () => {
  expect(nextDue(terms({}), 0)).toMatchObject({ number: 0, at: 1000 })
  expect(nextDue(terms({}), 1000)).toMatchObject({ number: 1, at: 4600 })
  expect(nextDue(terms({}), 4599)).toMatchObject({ number: 1, at: 4600 })
  expect(nextDue(terms({ end: 4600 }), 1000)).toBeUndefined()
  expect(nextDue(terms({ plan: 'one-time' }), 1000)).toBeUndefined()
})

test('an interval of a second does not fill the memory', () => {
  expect(duesAt(terms({ interval: 1 }), 2_000_000_000)).toHaveLength(MOST_DUES)
})

test('dues are those whose time has come: at start + n × interval, before the end', () => {
  const instant = fc.integer({ min: 0, max: 100_000 })
  fc.assert(
    fc.property(instant, instant, instant, fc.integer({ min: 50, max: 5000 }), (start, end, now, interval) => {
      const all = duesAt(terms({ start, end, interval }), now)
      expect(all.every(({ number, at }) => at === start + number * interval && at <= now)).toBe(true)
      expect(all.every(({ at }) => end === 0 || at < end)).toBe(true)
      const next = nextDue(terms({ start, end, interval }), now)
      if (all.length < MOST_DUES) {
        expect(next === undefined || next.at > now).toBe(true)
        expect(next === undefined || next.number === all.length).toBe(true)
      }
    }),
  )
})

test('the fee is rounded down and the provider gets the rest', () => {
  expect(splitFee(1_000_001n, 250)).toEqual({ toProvider: 975_001n, fee: 25_000n })
  expect(splitFee(39n, 250)).toEqual({ toProvider: 39n, fee: 0n })
  expect(splitFee(40n, 250)).toEqual({ toProvider: 39n, fee: 1n })
  expect(splitFee(0n, 250)).toEqual({ toProvider: 0n, fee: 0n })
  expect(() => splitFee(1n, 10_001)).toThrow('ERR_FEE')
  expect(() => splitFee(1n, -1)).toThrow('ERR_FEE')
  expect(() => splitFee(-1n, 1)).toThrow('ERR_AMOUNT')
})

test('a split is exact whatever is split', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 96n - 1n }), fc.integer({ min: 0, max: 2000 }), (amount, bps) => {
      const { toProvider, fee } = splitFee(amount, bps)
      expect(toProvider + fee).toBe(amount)
      expect(fee * 10_000n <= amount * BigInt(bps)).toBe(true)
      expect((fee + 1n) * 10_000n > amount * BigInt(bps)).toBe(true)
    }),
  )
})

test('use costs its units times the price, rounded up once', () => {
  expect(owedForUse(250n, 1_500n)).toBe(375n)
  expect(owedForUse(1n, 1n)).toBe(1n)
  expect(owedForUse(3n, 333n)).toBe(1n)
  expect(owedForUse(250n, 0n)).toBe(0n)
})

const account = { owed: 300n, vouched: 200n, claimed: 100n, reserved: 900n, creditLimit: 150n }

test('use goes on within the credit limit, and stops above it', () => {
  expect(mayUseMore(account, 50n)).toEqual({ allowed: true, left: 0n })
  expect(mayUseMore(account, 0n)).toEqual({ allowed: true, left: 50n })
  expect(mayUseMore(account, 51n)).toMatchObject({ allowed: false, code: 'ERR_VOUCHER_NEEDED' })
})

test('use stops when what is set aside does not cover it, credit or not', () => {
  expect(mayUseMore({ ...account, reserved: 199n }, 0n)).toMatchObject({ allowed: false, code: 'ERR_RESERVE_USED_UP' })
  expect(mayUseMore({ ...account, reserved: 220n }, 0n)).toEqual({ allowed: true, left: 20n })
})

test('a voucher rises, covers what is owed and is covered by what is set aside', () => {
  expect(judgeVoucher(account, 300n)).toEqual({ ok: true })
  expect(judgeVoucher(account, 1000n)).toEqual({ ok: true })
  expect(judgeVoucher(account, 200n)).toMatchObject({ ok: false, code: 'ERR_VOUCHER_NOT_HIGHER' })
  expect(judgeVoucher(account, 299n)).toMatchObject({ ok: false, code: 'ERR_VOUCHER_BELOW_OWED' })
  expect(judgeVoucher(account, 1001n)).toMatchObject({ ok: false, code: 'ERR_VOUCHER_ABOVE_RESERVE' })
  expect(judgeVoucher(account, 0n)).toMatchObject({ ok: false, code: 'ERR_VOUCHER_AMOUNT' })
  expect(judgeVoucher(account, 2n ** 96n)).toMatchObject({ ok: false, code: 'ERR_VOUCHER_AMOUNT' })
})

test('euros are read exactly or not at all', () => {
  expect(microOfEur('12.50')).toBe(12_500_000n)
  expect(microOfEur('12')).toBe(12_000_000n)
  expect(['0.0000001', '-1', '', '1,5', ' 1', '1.', '1e3'].map(microOfEur)).toEqual(Array(7).fill(undefined))
})
