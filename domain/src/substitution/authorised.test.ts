import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Wh } from '../units/units.ts'
import { type AuthorisedInterval, isAuthorised } from './authorised.ts'
import { countFlags, flagNames } from './flags.ts'
import { memberEnergies, missingMeters } from './member-energies.ts'
import type { PeriodReading } from './substitute-reading.ts'

const HOUR = 3600
const START = 1433131200
const FOR_EVER = Number.POSITIVE_INFINITY
const reading = (meter: string, start: number, drawn: number): PeriodReading => ({
  meter,
  start,
  energyImport: Wh(drawn),
  energyExport: Wh(0),
  quality: 'measured',
})
const close = (
  start: number,
  authorised: readonly AuthorisedInterval[],
  readings: readonly PeriodReading[],
  history: readonly PeriodReading[] = [],
) =>
  memberEnergies({
    period: { start, seconds: HOUR },
    members: [
      { id: 'a', meters: [{ meter: 'm', participation: 100, authorised }] },
      { id: 'b', meters: [{ meter: 'n', participation: 100, authorised: [{ from: 0, until: FOR_EVER }] }] },
    ],
    readings: [...readings, reading('n', start, 5)],
    history: new Map([['m', history]]),
  })

test('an authorisation covers the periods that start inside it: from its first instant, not at its end', () => {
  const intervals = [{ from: START, until: START + 2 * HOUR }]
  expect([-HOUR, 0, HOUR, 2 * HOUR].map((after) => isAuthorised(intervals, START + after))).toEqual([
    false,
    true,
    true,
    false,
  ])
  expect(isAuthorised([], START)).toBe(false)
})

test('a meter that is not authorised counts zero though a reading is there, and says so; nobody else is touched', () => {
  const { energies, flags, substituted } = close(START, [{ from: 0, until: START }], [reading('m', START, 700)])
  expect(energies).toEqual([
    { member: 'a', energyImport: 0n, energyExport: 0n },
    { member: 'b', energyImport: 5n, energyExport: 0n },
  ])
  expect([...flags]).toEqual([
    ['a', 8],
    ['b', 0],
  ])
  expect(substituted).toEqual([])
})

test('a meter that is not authorised is not substituted either, nor is its history asked for', () => {
  const past = [reading('m', START - 7 * 86_400, 300)]
  expect(close(START, [{ from: 0, until: START }], [], past)).toMatchObject({ substituted: [] })
  const members = [{ id: 'a', meters: [{ meter: 'm', participation: 100, authorised: [] }] }]
  expect(missingMeters({ period: { start: START, seconds: HOUR }, members, readings: [] })).toEqual([])
})

test('a missing reading is substituted only from a time that was authorised', () => {
  const past = [reading('m', START - 7 * 86_400, 300), reading('m', START - 86_400, 40)]
  const { energies, flags } = close(START, [{ from: START - 2 * 86_400, until: FOR_EVER }], [], past)
  expect(energies[0]).toEqual({ member: 'a', energyImport: 40n, energyExport: 0n })
  expect(flags.get('a')).toBe(1)
})

test('one authorised meter of two still counts, and the balance says that the other was left out', () => {
  const { energies, flags } = memberEnergies({
    period: { start: START, seconds: HOUR },
    members: [
      {
        id: 'a',
        meters: [
          { meter: 'm', participation: 100, authorised: [] },
          { meter: 'n', participation: 50, authorised: [{ from: START, until: FOR_EVER }] },
        ],
      },
    ],
    readings: [reading('m', START, 700), { ...reading('n', START, 100), quality: 'estimated' }],
    history: new Map(),
  })
  expect(energies).toEqual([{ member: 'a', energyImport: 50n, energyExport: 0n }])
  expect(flagNames(flags.get('a')!)).toEqual(['estimated', 'unauthorised'])
})

test('what an unauthorised meter says, now or ever, changes nothing', () =>
  fc.assert(
    fc.property(
      fc.array(fc.record({ from: fc.nat(100), length: fc.nat(40) }), { maxLength: 4 }),
      fc.nat(140),
      fc.option(fc.nat(10_000), { nil: undefined }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 28 }), fc.nat(10_000)), { maxLength: 6 }),
      (spans, hour, now, past) => {
        const intervals = spans.map(({ from, length }) => ({
          from: START + from * HOUR,
          until: START + (from + length) * HOUR,
        }))
        const start = START + hour * HOUR
        const readings = now === undefined ? [] : [reading('m', start, now)]
        const history = past.map(([days, drawn]) => reading('m', start - days * 86_400, drawn))
        const closed = close(start, intervals, readings, history)
        const inside = spans.some(({ from, length }) => from <= hour && hour < from + length)
        if (!inside) {
          expect(closed).toEqual(close(start, intervals, []))
          expect(closed.energies[0]!.energyImport).toBe(0n)
        } else if (now !== undefined) expect(closed.energies[0]!.energyImport).toBe(BigInt(now))
        expect((closed.flags.get('a')! & 8) === 8).toBe(!inside)
      },
    ),
    { numRuns: 300 },
  ))

test('flags are counted by name', () => {
  expect(countFlags([{ flags: 0 }, { flags: 8 }, { flags: 9 }])).toEqual({ substituted: 1, unauthorised: 2 })
})
