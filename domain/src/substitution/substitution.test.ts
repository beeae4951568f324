import { expect, test } from 'vitest'
import { Wh } from '../units/units.ts'
import { memberEnergies, missingMeters } from './member-energies.ts'
import { type PeriodReading, substituteReading } from './substitute-reading.ts'

const START = 1433131200
const DAY = 86_400
const period = { start: START, seconds: 3600 } as const
const reading = (meter: string, daysBack: number, drawn: number, more: Partial<PeriodReading> = {}): PeriodReading => ({
  meter,
  start: START - daysBack * DAY,
  energyImport: Wh(drawn),
  energyExport: Wh(0),
  quality: 'measured',
  ...more,
})

test('the same hour of the week comes before the day before, and the newest week first', () => {
  const history = [reading('m', 1, 1), reading('m', 14, 14), reading('m', 7, 7)]
  expect(substituteReading({ ...period, history })).toEqual({ energyImport: 7n, energyExport: 0n, flag: 1 })
  expect(substituteReading({ ...period, history: history.slice(0, 2) }).energyImport).toBe(14n)
  expect(substituteReading({ ...period, history: history.slice(0, 1) }).energyImport).toBe(1n)
})

test('without like history it is zero and says so; only measured readings count', () => {
  const history = [
    reading('m', 7, 7, { quality: 'substituted' }),
    reading('m', 8, 8),
    { ...reading('m', 7, 9), start: START - 7 * DAY + 3600 },
  ]
  expect(substituteReading({ ...period, history })).toEqual({ energyImport: 0n, energyExport: 0n, flag: 2 })
})

test('meters become members: the participating part, summed, flagged, ascending', () => {
  const closed = {
    period,
    members: [
      {
        id: 'b',
        meters: [
          { meter: 'm1', participation: 50 },
          { meter: 'm2', participation: 100 },
        ],
      },
      { id: 'a', meters: [{ meter: 'm3', participation: 100 }] },
      { id: 'c', meters: [{ meter: 'm4', participation: 100 }] },
    ],
    readings: [
      reading('m1', 0, 1001, { energyExport: Wh(7) }),
      reading('m2', 0, 10, { quality: 'estimated' }),
      reading('m2', 1, 99),
      reading('unknown', 0, 5),
    ],
    history: new Map([['m3', [reading('m3', 7, 300)]]]),
  }
  expect(missingMeters(closed)).toEqual(['m3', 'm4'])
  const { energies, flags, substituted } = memberEnergies(closed)
  expect(energies).toEqual([
    { member: 'a', energyImport: 300n, energyExport: 0n },
    { member: 'b', energyImport: 510n, energyExport: 3n },
    { member: 'c', energyImport: 0n, energyExport: 0n },
  ])
  expect([...flags].sort()).toEqual([
    ['a', 1],
    ['b', 4],
    ['c', 2],
  ])
  expect(substituted.map(({ member, meter, flag }) => [member, meter, flag])).toEqual([
    ['a', 'm3', 1],
    ['c', 'm4', 2],
  ])
})

test('two claims for one period and an impossible participation are refused', () => {
  const members = [{ id: 'a', meters: [{ meter: 'm', participation: 0 }] }]
  const readings = [reading('m', 0, 1)]
  expect(() => memberEnergies({ period, members, readings, history: new Map() })).toThrow('ERR_PARTICIPATION')
  expect(() => memberEnergies({ period, members, readings: [...readings, ...readings], history: new Map() })).toThrow(
    'ERR_READING_DUPLICATE',
  )
})
