import { expect, test } from 'vitest'
import { kwh, kwhUnit, percent } from './energy.ts'
import { eur, eurPerKwh, parseEurPerKwh } from './money.ts'
import { clocks, dateClock, longDate, monthName, monthOf, shiftDate, shiftMonth } from './time.ts'

test('Wh are shown as kWh exactly, without a float', () => {
  expect(kwh(0n)).toBe('0')
  expect(kwh(7_000n)).toBe('7')
  expect(kwh(1n)).toBe('0.001')
  expect(kwh(1_150n)).toBe('1.15')
  expect(kwh(1_150n, 3)).toBe('1.150')
  expect(kwh(-1_149n)).toBe('−1.149')
  expect(kwh(1_234_567_890n, 3)).toBe('1\u202f234\u202f567.890')
  expect(kwh(9_007_199_254_740_993n)).toBe('9\u202f007\u202f199\u202f254\u202f740.993')
  expect(kwhUnit(7_000n)).toBe('7\u00a0kWh')
})

test('a part of nothing is a dash, not a number', () => {
  expect(percent(1n, 0n)).toBe('–')
  expect(percent(7_000n, 10_000n)).toBe('70\u00a0%')
  expect(percent(1n, 3n)).toBe('33.3\u00a0%')
})

test('money keeps every micro-EUR and shows at least cents', () => {
  expect(eur(0n)).toBe('€0.00')
  expect(eur(840_000n)).toBe('€0.84')
  expect(eur(1n)).toBe('€0.000001')
  expect(eur(-12_345n)).toBe('−€0.012345')
  expect(eur(1_234_500_000n)).toBe('€1\u202f234.50')
  expect(eurPerKwh(-5_000n)).toBe('−€0.005 per kWh')
})

test('a price is read exactly or not at all', () => {
  expect(parseEurPerKwh('0.12')).toBe(120_000n)
  expect(parseEurPerKwh(' 0,25 ')).toBe(250_000n)
  expect(parseEurPerKwh('-0.005')).toBe(-5_000n)
  expect(parseEurPerKwh('1')).toBe(1_000_000n)
  expect(parseEurPerKwh('0.0000001')).toBeUndefined()
  expect(parseEurPerKwh('12 ct')).toBeUndefined()
  expect(parseEurPerKwh('')).toBeUndefined()
})

test('the hour that a clock change repeats is told apart by its zone', () => {
  // 2015-10-25 in Madrid: 02:00 happens twice.
  const start = Date.UTC(2015, 9, 24, 23) / 1000
  expect(clocks([start, start + 3600, start + 7200, start + 10800], 'Europe/Madrid')).toEqual([
    '01:00',
    '02:00 CEST',
    '02:00 CET',
    '03:00',
  ])
})

test('dates are the zone’s own', () => {
  expect(longDate(1_433_131_200, 'Australia/Sydney')).toBe('Monday, 1 June 2015')
  expect(dateClock(1_433_131_200, 'Australia/Sydney')).toBe('1 Jun 2015, 14:00')
  expect(monthOf(1_433_080_800, 'Australia/Sydney')).toBe('2015-06')
  expect(monthOf(1_433_080_800, 'UTC')).toBe('2015-05')
  expect(monthName('2015-06')).toBe('June 2015')
  expect(shiftDate('2015-06-30', 1)).toBe('2015-07-01')
  expect(shiftDate('2015-03-01', -1)).toBe('2015-02-28')
  expect(shiftMonth('2015-12', 1)).toBe('2016-01')
  expect(shiftMonth('2015-01', -1)).toBe('2014-12')
})
