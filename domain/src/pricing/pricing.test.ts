import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localDay } from '../periods/local-time.ts'
import { periodStarts } from '../periods/period.ts'
import type { RulesDocument, Tariff, Tariffs } from '../rules/rules-document.ts'
import { type MemberEnergy, settlePeriod } from '../settlement/settle-period.ts'
import { addToAccount, billed, communityFund, emptyAccount } from '../statement/ledger.ts'
import { statementOf } from '../statement/statement.ts'
import { Wh } from '../units/units.ts'
import { moneyAt, priceMember } from './member-money.ts'
import { periodPrices } from './period-prices.ts'
import type { PriceSeries } from './price-series.ts'
import { tariffPrice } from './tariff-price.ts'

const HOUR = 3600
const MONDAY_6_MADRID = 1433131200
const at = (start: number) => ({ start, seconds: HOUR }) as const
const fixed = (microEurPerKwh: number): Tariff => ({ kind: 'fixed', microEurPerKwh })
const rules = (tariffs: Tariffs, more: Partial<RulesDocument> = {}): RulesDocument => ({
  version: 1,
  from: '2015-06-01T04:00:00Z',
  allocation: { key: 'even' },
  tariffs,
  ...more,
})
const four = rules({
  communityConsumption: fixed(120_000),
  communityProduction: fixed(100_000),
  commercial: fixed(250_000),
  feedIn: fixed(50_000),
})
const net = (deltas: Readonly<Record<string, number>>): MemberEnergy[] =>
  Object.entries(deltas).map(([member, delta]) => ({
    member,
    energyImport: Wh(Math.max(0, -delta)),
    energyExport: Wh(Math.max(0, delta)),
  }))
const series = (seconds: number, prices: Readonly<Record<number, number>>): PriceSeries => ({
  series: 'dk2',
  seconds,
  prices: new Map(Object.entries(prices).map(([start, price]) => [Number(start), BigInt(price)])),
})

describe('tariffs', () => {
  const use: Tariff = {
    kind: 'time-of-use',
    timeZone: 'Europe/Madrid',
    bands: [
      { days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00', microEurPerKwh: 250_000 },
      { days: [6, 7], from: '00:00', to: '24:00', microEurPerKwh: 90_000 },
    ],
    otherwise: 150_000,
  }
  test.each([
    [MONDAY_6_MADRID, 150_000n],
    [MONDAY_6_MADRID + 2 * HOUR, 250_000n],
    [MONDAY_6_MADRID + 13 * HOUR, 250_000n],
    [MONDAY_6_MADRID + 14 * HOUR, 150_000n],
    [MONDAY_6_MADRID + 5 * 24 * HOUR, 90_000n],
    // The Sunday on which the hour from 02:00 happens twice, both times 90,000.
    [1445733000 + 600, 90_000n],
  ])('time of use at %i asks %i', (start, price) => {
    expect(tariffPrice(use, at(start), [])).toBe(price)
  })

  test('day-ahead adds its margin, and both may be negative', () => {
    const tariff: Tariff = { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: -5_000 }
    const prices = [series(HOUR, { [MONDAY_6_MADRID]: -48_290, [MONDAY_6_MADRID + HOUR]: 7_000 })]
    expect(tariffPrice(tariff, at(MONDAY_6_MADRID), prices)).toBe(-53_290n)
    expect(tariffPrice(tariff, at(MONDAY_6_MADRID + HOUR), prices)).toBe(2_000n)
    expect(() => tariffPrice(tariff, at(MONDAY_6_MADRID + 2 * HOUR), prices)).toThrow(
      'the series "dk2" has no price at 2015-06-01T06:00:00Z',
    )
    expect(() => tariffPrice({ ...tariff, series: 'es' }, at(MONDAY_6_MADRID), prices)).toThrow('ERR_PRICE_MISSING')
  })

  test('a quarter takes its hour’s price; an hour the mean of its quarters, rounded down', () => {
    const tariff: Tariff = { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: 0 }
    const quarter = { start: MONDAY_6_MADRID + 1800, seconds: 900 } as const
    expect(tariffPrice(tariff, quarter, [series(HOUR, { [MONDAY_6_MADRID]: 40_000 })])).toBe(40_000n)
    const quarters = series(900, { 1433131200: -3, 1433132100: -2, 1433133000: -2, 1433133900: -2 })
    expect(tariffPrice(tariff, at(MONDAY_6_MADRID), [quarters])).toBe(-3n)
    expect(() => tariffPrice(tariff, at(MONDAY_6_MADRID), [series(900, { 1433131200: 1 })])).toThrow('04:15:00Z')
  })

  test('a tariff that is needed and not given is named', () => {
    expect(() => periodPrices(at(MONDAY_6_MADRID), rules({ commercial: fixed(1) }), [])).toThrow('no feedIn tariff')
  })

  test('mid-market rate is the mean of the retailer’s two, rounded down, for both sides', () => {
    const middle = rules({ commercial: fixed(250_001), feedIn: fixed(-50_000) }, { pricing: 'mid-market-rate' })
    const prices = periodPrices(at(MONDAY_6_MADRID), middle, [])
    expect([prices.communityConsumption, prices.communityProduction]).toEqual([100_000n, 100_000n])
  })
})

test('the founding example in money', () => {
  const kwh = Object.fromEntries(
    Object.entries({ A: 3, B: 1, H: 3, C: -1, D: -3, E: -3, F: -3 }).map(([m, n]) => [m, n * 1000]),
  )
  const settled = settlePeriod(at(MONDAY_6_MADRID), net(kwh), { key: 'even' })
  const money = new Map(settled.members.map((m) => [m.member, priceMember(m, settled, four, [])]))
  expect(money.get('A')!.communityCredit).toBe(300_000_000n)
  expect(money.get('C')!.communityDebit).toBe(120_000_000n)
  expect(billed(money.get('D')!)).toEqual({
    communityDebit: 240_000n,
    communityCredit: 0n,
    commercialDebit: 250_000n,
    feedInCredit: 0n,
    balance: 490_000n,
  })
  expect(communityFund([...money.values()])).toEqual({
    debits: 840_000n,
    credits: 700_000n,
    balance: 140_000n,
    margin: 140_000_000n,
    residual: 0n,
  })
})

test('1 Wh at negative prices rounds for the fund, on both sides', () => {
  const exact = moneyAt(
    { bought: Wh(1), sold: Wh(1), gridImport: Wh(1), gridExport: Wh(1) },
    periodPrices(
      at(MONDAY_6_MADRID),
      rules({
        communityConsumption: fixed(-1_999),
        communityProduction: fixed(-1),
        commercial: fixed(1),
        feedIn: fixed(999),
      }),
      [],
    ),
  )
  expect(billed(exact)).toEqual({
    communityDebit: -1n,
    communityCredit: -1n,
    commercialDebit: 1n,
    feedInCredit: 0n,
    balance: 1n,
  })
})

test('rounding never takes from the fund, and is accounted to the last nano-EUR', () => {
  const price = fc.integer({ min: -300_000, max: 300_000 })
  const book = fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(book, { minLength: 1, maxLength: 6 }), price, price, fc.boolean(), (books, a, b, middle) => {
      const doc = rules(
        { communityConsumption: fixed(a), communityProduction: fixed(b), commercial: fixed(a), feedIn: fixed(b) },
        middle ? { pricing: 'mid-market-rate' } : {},
      )
      const accounts = new Map<string, typeof emptyAccount>()
      let traded = 0n
      books.forEach((deltas, i) => {
        const period = at(MONDAY_6_MADRID + i * HOUR)
        const settled = settlePeriod(period, net(Object.fromEntries(deltas.map((d, m) => [`m${m}`, d]))), {
          key: 'even',
        })
        const prices = periodPrices(period, doc, [])
        traded += settled.shared * (prices.communityConsumption - prices.communityProduction)
        for (const m of settled.members)
          accounts.set(m.member, addToAccount(accounts.get(m.member) ?? emptyAccount, m, moneyAt(m, prices)))
      })
      const fund = communityFund([...accounts.values()].map(({ exact }) => exact))
      expect(fund.margin).toBe(traded)
      expect(fund.residual >= 0n).toBe(true)
      // Two rounded amounts a member, each by less than a micro-EUR.
      expect(fund.residual < BigInt(accounts.size) * 2000n).toBe(true)
      expect(fund.balance * 1000n).toBe(fund.margin + fund.residual)
      if (middle) expect(fund.balance >= 0n).toBe(true)
    }),
  )
})

test('a statement prices each period by the version in force then, and groups local days', () => {
  const later = rules(
    { ...four.tariffs, communityConsumption: fixed(200_000) },
    { version: 2, from: '2015-06-01T22:00:00Z' },
  )
  const periods = Array.from({ length: 24 }, (_, i) =>
    settlePeriod(at(MONDAY_6_MADRID + (i + 6) * HOUR), net({ a: -1000, s: 1000 }), { key: 'even' }),
  )
  const statement = statementOf({ member: 'a', periods, rules: [later, four], prices: [], timeZone: 'Europe/Madrid' })
  // 12 hours from 10:00Z at 0.12, then 12 hours from 22:00Z (midnight in Madrid) at 0.20 EUR/kWh.
  expect(statement.money.communityDebit).toBe(3_840_000n)
  expect(statement.days.map(({ date, periods: n, exact }) => [date, n, exact.communityDebit])).toEqual([
    ['2015-06-01', 12, 1_440_000_000n],
    ['2015-06-02', 12, 2_400_000_000n],
  ])
  expect([statement.from, statement.to, statement.periods]).toEqual([1433152800, 1433239200, 24])
  expect(statement.energy.bought).toBe(24_000n)
})

test('a month’s statement holds the local month only', () => {
  const periods = [1433109600 - HOUR, 1433109600, 1435701600 - HOUR, 1435701600].map((start) =>
    settlePeriod(at(start), net({ a: -1000, s: 1000 }), { key: 'even' }),
  )
  const old = { ...four, from: '2015-01-01T00:00:00Z' }
  const statement = statementOf({
    member: 's',
    periods,
    rules: [old],
    prices: [],
    timeZone: 'Europe/Madrid',
    month: '2015-06',
  })
  expect([statement.from, statement.to, statement.periods]).toEqual([1433109600, 1435701600, 2])
  expect(statement.money.communityCredit).toBe(200_000n)
  expect(statement.money.balance).toBe(-200_000n)
})

test.each([
  ['2015-03-29', 92, 23_000n],
  ['2015-10-25', 100, 25_000n],
])('the local day %s has %i quarters on a statement', (date, quarters, wh) => {
  const { start, end } = localDay(date, 'Europe/Madrid')
  const periods = periodStarts(start, end, 900).map((at) =>
    settlePeriod({ start: at, seconds: 900 }, net({ a: -250, s: 250 }), { key: 'even' }),
  )
  const old = { ...four, from: '2015-01-01T00:00:00Z' }
  const statement = statementOf({ member: 'a', periods, rules: [old], prices: [], timeZone: 'Europe/Madrid' })
  expect(statement.days.map((day) => [day.date, day.periods, day.energy.bought])).toEqual([[date, quarters, wh]])
})
