import { expect, test } from 'vitest'
import { allocationInWords, daysInWords, seriesOf, tariffInWords, tariffLines } from './rules.ts'

const rules = {
  version: 1,
  from: '2015-06-01T04:00:00Z',
  allocation: { key: 'even', rounds: 'one', capWh: { a: 5000 } },
} as const

test('rules are said in words', () => {
  expect(allocationInWords(rules)).toBe(
    'evenly: everybody gets the same, and what one does not need goes to the others; in one round, what is left over goes to the grid; with a limit for 1 member',
  )
  expect(daysInWords([1, 2, 3, 4, 5])).toBe('Monday to Friday')
  expect(daysInWords([6, 7])).toBe('Saturday and Sunday')
  expect(daysInWords([1, 3, 7])).toBe('Monday, Wednesday, Sunday')
})

test('each kind of tariff is one sentence', () => {
  expect(tariffInWords({ kind: 'fixed', microEurPerKwh: 120_000 })).toBe('€0.12 per kWh, always')
  expect(tariffInWords({ kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: -5000 })).toBe(
    'the day-ahead price “dk2” minus €0.005 per kWh',
  )
  expect(
    tariffInWords({
      kind: 'time-of-use',
      timeZone: 'Europe/Madrid',
      bands: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00', microEurPerKwh: 250_000 }],
      otherwise: 150_000,
    }),
  ).toBe('€0.25 per kWh Monday to Friday 08:00–20:00; €0.15 per kWh otherwise (Europe/Madrid)')
})

test('rules without tariffs say so, and need no price series', () => {
  expect(tariffLines(rules)[0]![0]).toBe('Money')
  expect(seriesOf([rules])).toEqual([])
})
