import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Allocation } from '../allocation/allocation.ts'
import type { Period } from '../periods/period.ts'
import { least, Wh } from '../units/units.ts'
import { type MemberEnergy, settlePeriod } from './settle-period.ts'

const HOUR: Period = { start: 1433131200, seconds: 3600 }

/** Members by net energy: positive is surplus. */
const net = (deltas: Readonly<Record<string, number>>): MemberEnergy[] =>
  Object.entries(deltas).map(([member, delta]) => ({
    member,
    energyImport: Wh(Math.max(0, -delta)),
    energyExport: Wh(Math.max(0, delta)),
  }))

const table = (deltas: Readonly<Record<string, number>>, allocation: Allocation, period = HOUR) =>
  settlePeriod(period, net(deltas), allocation).members.map((m) =>
    [m.member, m.bought, m.sold, m.gridImport, m.gridExport].join(' '),
  )

const seed = { A: 3, B: 1, H: 3, C: -1, D: -3, E: -3, F: -3 }

test('the seven members of the founding example share 7 of 10 kWh', () => {
  const settled = settlePeriod(HOUR, net(seed), { key: 'even' })
  expect([settled.surplus, settled.demand, settled.shared]).toEqual([7n, 10n, 7n])
  expect(table(seed, { key: 'even' })).toEqual([
    'A 0 3 0 0',
    'B 0 1 0 0',
    'C 1 0 0 0',
    'D 2 0 1 0',
    'E 2 0 1 0',
    'F 2 0 1 0',
    'H 0 3 0 0',
  ])
})

test('a member with import and export in one period trades the difference', () => {
  const settled = settlePeriod(
    HOUR,
    [
      { member: 'a', energyImport: Wh(400), energyExport: Wh(1400) },
      { member: 'b', energyImport: Wh(900), energyExport: Wh(200) },
    ],
    { key: 'even' },
  )
  expect([settled.surplus, settled.demand, settled.shared]).toEqual([1000n, 700n, 700n])
  expect(settled.members[0]).toMatchObject({ sold: 700n, gridExport: 300n, bought: 0n, gridImport: 0n })
})

describe('even', () => {
  test('mirrors on the supply side', () => {
    expect(table({ a: 10, b: 2, c: 10, d: -12 }, { key: 'even' })).toEqual([
      'a 0 5 0 5',
      'b 0 2 0 0',
      'c 0 5 0 5',
      'd 12 0 0 0',
    ])
  })

  test('gives the remainder to the member whose turn it is', () => {
    const deltas = { a: -5, b: -5, c: -5, s: 4 }
    // Period 398092 mod 4 = 0: a comes first; one hour later b.
    expect(table(deltas, { key: 'even' })[0]).toBe('a 2 0 3 0')
    expect(table(deltas, { key: 'even' }, { start: HOUR.start + 3600, seconds: 3600 })).toEqual([
      'a 1 0 4 0',
      'b 2 0 3 0',
      'c 1 0 4 0',
      's 0 4 0 0',
    ])
  })

  test('one round leaves what the satisfied did not need', () => {
    expect(table({ a: -1, b: -9, s: 8 }, { key: 'even', rounds: 'one' })).toEqual([
      'a 1 0 0 0',
      'b 4 0 5 0',
      's 0 5 0 3',
    ])
  })

  test('a cap bounds what a member buys, not what is reported as demand', () => {
    const settled = settlePeriod(HOUR, net({ a: -9, b: -9, s: 20 }), { key: 'even', capWh: { a: 4 } })
    expect([settled.demand, settled.shared]).toEqual([18n, 13n])
    expect(settled.members.map((m) => m.bought)).toEqual([4n, 9n, 0n])
  })

  test('sums beyond 2^53 stay exact', () => {
    const big = 2n ** 60n + 1n
    const settled = settlePeriod(
      HOUR,
      [
        { member: 'a', energyImport: Wh(big), energyExport: Wh(0) },
        { member: 'b', energyImport: Wh(big), energyExport: Wh(0) },
        { member: 's', energyImport: Wh(0), energyExport: Wh(big) },
      ],
      { key: 'even' },
    )
    expect(settled.shared).toBe(big)
    expect(settled.members[0]!.bought + settled.members[1]!.bought).toBe(big)
    expect([576460752303423488n, 576460752303423489n]).toContain(settled.members[0]!.bought)
  })
})

test('pro-rata shares by largest remainder', () => {
  expect(table({ a: 200, b: 100, c: -100, d: -100 }, { key: 'pro-rata' })).toEqual([
    'a 0 133 0 67',
    'b 0 67 0 33',
    'c 100 0 0 0',
    'd 100 0 0 0',
  ])
})

describe('static', () => {
  const coefficients = { a: 60, b: 40 }
  test('one round leaves the part of those who need nothing', () => {
    expect(table({ a: -200, b: 100 }, { key: 'static', coefficients, rounds: 'one' })).toEqual([
      'a 60 0 140 0',
      'b 0 60 0 40',
    ])
  })
  test('iterated, it is used', () => {
    expect(table({ a: -200, b: 100 }, { key: 'static', coefficients })).toEqual(['a 100 0 100 0', 'b 0 100 0 0'])
  })
  test('members without a coefficient are served last, evenly', () => {
    expect(table({ a: -30, c: -50, d: -50, s: 70 }, { key: 'static', coefficients })).toEqual([
      'a 30 0 0 0',
      'c 20 0 30 0',
      'd 20 0 30 0',
      's 0 70 0 0',
    ])
  })
})

test('calendar weights follow the local hour of the week', () => {
  // 2015-06-01 is a Monday; 04:00Z is 06:00 in Madrid.
  const weights = (hour: number) => Array.from({ length: 168 }, (_, i) => (i === hour ? 3 : 1))
  const ones = Array.from({ length: 168 }, () => 1)
  const allocation = { key: 'calendar', timeZone: 'Europe/Madrid', coefficients: { a: weights(6), b: ones } } as const
  expect(table({ a: -100, b: -100, s: 40 }, allocation)).toEqual(['a 30 0 70 0', 'b 10 0 90 0', 's 0 40 0 0'])
  expect(table({ a: -100, b: -100, s: 40 }, allocation, { start: HOUR.start + 3600, seconds: 3600 })[0]).toBe(
    'a 20 0 80 0',
  )
})

test('priority serves in order, then the others evenly', () => {
  expect(table({ a: -10, b: -10, c: -10, d: -10, s: 26 }, { key: 'priority', order: ['d', 'b', 'gone'] })).toEqual([
    'a 3 0 7 0',
    'b 10 0 0 0',
    'c 3 0 7 0',
    'd 10 0 0 0',
    's 0 26 0 0',
  ])
})

test('a member twice is refused', () => {
  expect(() => settlePeriod(HOUR, [...net({ a: 1 }), ...net({ a: -1 })], { key: 'even' })).toThrow(
    'ERR_MEMBER_DUPLICATE',
  )
})

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const energy = fc.oneof(fc.nat(3), fc.nat(20), fc.nat(5000))
const book = fc
  .array(fc.tuple(energy, energy), { minLength: 1, maxLength: NAMES.length })
  .map((rows) => rows.map(([drawn, fed], i) => ({ member: NAMES[i]!, energyImport: Wh(drawn), energyExport: Wh(fed) })))
const period = fc.nat(10_000_000).map((n) => ({ start: n * 900, seconds: 900 }) as const)
const weights = fc.dictionary(fc.constantFrom(...NAMES), fc.nat(9)).map((given) => ({ ...given, a: 1 }))
const exact: fc.Arbitrary<Allocation> = fc.oneof(
  fc.constant<Allocation>({ key: 'even' }),
  fc.constant<Allocation>({ key: 'pro-rata' }),
  fc.constant<Allocation>({ key: 'pro-rata', rounds: 'one' }),
  weights.map((coefficients): Allocation => ({ key: 'static', coefficients })),
  weights.map(
    (given): Allocation => ({
      key: 'calendar',
      coefficients: Object.fromEntries(
        Object.entries(given).map(([m, w]) => [m, Array.from({ length: 168 }, () => w)]),
      ),
    }),
  ),
  fc.shuffledSubarray(NAMES).map((order): Allocation => ({ key: 'priority', order })),
)
const loose: fc.Arbitrary<Allocation> = fc.oneof(
  fc.constant<Allocation>({ key: 'even', rounds: 'one' }),
  weights.map((coefficients): Allocation => ({ key: 'static', coefficients, rounds: 'one' })),
  fc.tuple(exact, fc.dictionary(fc.constantFrom(...NAMES), energy)).map(([a, capWh]): Allocation => ({ ...a, capWh })),
)

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n)
const clamp = (value: bigint): bigint => (value > 0n ? value : 0n)

function holds(readings: readonly MemberEnergy[], settled: ReturnType<typeof settlePeriod>): void {
  expect(sum(settled.members.map((m) => m.bought))).toBe(settled.shared)
  expect(sum(settled.members.map((m) => m.sold))).toBe(settled.shared)
  for (const m of settled.members) {
    const given = readings.find(({ member }) => member === m.member)!
    expect(m.bought + m.gridImport).toBe(clamp(given.energyImport - given.energyExport))
    expect(m.sold + m.gridExport).toBe(clamp(given.energyExport - given.energyImport))
    expect(m.bought >= 0n && m.sold >= 0n && m.gridImport >= 0n && m.gridExport >= 0n).toBe(true)
  }
}

test('every exact key shares min(surplus, demand) to the last Wh and overfills nobody', () => {
  fc.assert(
    fc.property(period, book, exact, (at, readings, allocation) => {
      const settled = settlePeriod(at, readings, allocation)
      holds(readings, settled)
      expect(settled.shared).toBe(least(settled.surplus, settled.demand))
    }),
    { numRuns: 500 },
  )
})

test('a single round or a cap may leave a part, never take one', () => {
  fc.assert(
    fc.property(period, book, loose, (at, readings, allocation) => {
      const settled = settlePeriod(at, readings, allocation)
      holds(readings, settled)
      expect(settled.shared <= settled.surplus && settled.shared <= settled.demand).toBe(true)
      for (const { member, bought } of settled.members)
        if (allocation.capWh && Object.hasOwn(allocation.capWh, member))
          expect(bought <= BigInt(allocation.capWh[member]!)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('the order of readings does not matter', () => {
  fc.assert(
    fc.property(period, book, fc.oneof(exact, loose), fc.infiniteStream(fc.nat()), (at, readings, allocation, keys) => {
      const shuffled = readings
        .map((reading) => ({ reading, place: keys.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(({ reading }) => reading)
      expect(settlePeriod(at, shuffled, allocation)).toEqual(settlePeriod(at, readings, allocation))
    }),
  )
})

test('exchanging ids exchanges the shares, but for ties of one Wh', () => {
  fc.assert(
    fc.property(
      period,
      book,
      fc.constantFrom<Allocation>({ key: 'even' }, { key: 'pro-rata' }),
      (at, readings, allocation) => {
        const names = readings.map(({ member }) => member)
        const mirrored = readings.map((reading, i) => ({ ...reading, member: names.at(-1 - i)! }))
        const plain = settlePeriod(at, readings, allocation).members
        const other = settlePeriod(at, mirrored, allocation).members
        plain.forEach((member, i) => {
          const twin = other[plain.length - 1 - i]!
          for (const side of ['bought', 'sold'] as const) {
            const difference = member[side] - twin[side]
            expect(difference <= 1n && difference >= -1n).toBe(true)
          }
        })
        const shares = (members: typeof plain) => members.map((m) => `${m.bought} ${m.sold}`).sort()
        if (allocation.key === 'even') expect(shares(other)).toEqual(shares(plain))
      },
    ),
  )
})

test('an hour split into quarters holds the same Wh', () => {
  fc.assert(
    fc.property(fc.array(book, { minLength: 4, maxLength: 4 }), exact, (quarters, allocation) => {
      const settled = quarters.map((readings, i) =>
        settlePeriod({ start: i * 900, seconds: 900 }, readings, allocation),
      )
      const all = settled.flatMap(({ members }) => members)
      const given = quarters.flat()
      const through = (read: (m: (typeof all)[number]) => bigint): bigint => sum(all.map(read))
      expect(through((m) => m.bought + m.gridImport - m.sold - m.gridExport)).toBe(
        sum(given.map((m) => m.energyImport - m.energyExport)),
      )
      expect(through((m) => m.energyImport)).toBe(sum(given.map((m) => m.energyImport)))
    }),
  )
})

test('even is max-min fair: it is what giving Wh by Wh to whoever has least gives', () => {
  const small = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(period, small, (at, deltas) => {
      const named = Object.fromEntries(deltas.map((delta, i) => [NAMES[i]!, delta]))
      const settled = settlePeriod(at, net(named), { key: 'even' }).members
      const number = at.start / at.seconds
      const side = (sign: 1 | -1): number[] =>
        wattHourByWattHour(
          deltas.map((d) => Math.max(0, sign * d)),
          total,
          number,
        )
      const positive = deltas.filter((d) => d > 0).reduce((a, b) => a + b, 0)
      const negative = deltas.filter((d) => d < 0).reduce((a, b) => a - b, 0)
      const total = Math.min(positive, negative)
      expect(settled.map((m) => Number(m.sold))).toEqual(side(1))
      expect(settled.map((m) => Number(m.bought))).toEqual(side(-1))
    }),
    { numRuns: 500 },
  )
})

/** Independent and slow: every Wh goes to the unsatisfied member with the least, ties to who is first in line this period. */
function wattHourByWattHour(wants: readonly number[], total: number, number: number): number[] {
  const got = wants.map(() => 0)
  const line = wants.map((_, i) => (i + (number % wants.length)) % wants.length)
  for (let given = 0; given < total; given++) {
    let next = -1
    for (const i of line) if (got[i]! < wants[i]! && (next < 0 || got[i]! < got[next]!)) next = i
    got[next]!++
  }
  return got
}
