import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MeterShare, meterHasShareLeft } from './meter-shares.ts'

const share = (community: string, participation: number, from = 0, until: number | null = null): MeterShare => ({
  community,
  member: `member of ${community}`,
  participation,
  from,
  until,
})
const code = (wanted: MeterShare, known: readonly MeterShare[]) => {
  const result = meterHasShareLeft('m1', wanted, known)
  return result.ok ? 'ok' : result.code
}

test('the parts of a meter may add up to exactly 100 %', () => {
  expect(code(share('b', 40), [share('a', 60)])).toBe('ok')
  expect(meterHasShareLeft('m1', share('b', 41), [share('a', 60)])).toEqual({
    ok: false,
    code: 'ERR_METER_PARTICIPATION',
    reason: 'meter m1 gives 60 % already at 1970-01-01T00:00:00Z, so 41 % more is too much; consent to at most 40 %',
  })
})

test('a meter serves five communities at a time, not six', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((community) => share(community, 10))
  expect(code(share('f', 10), five)).toBe('ERR_METER_COMMUNITIES')
  expect(code(share('e', 10), five)).toBe('ok')
  expect(code(share('f', 10), five.slice(1))).toBe('ok')
})

test('who has left no longer counts, who comes later does', () => {
  expect(code(share('b', 100, 7200), [share('a', 100, 0, 7200)])).toBe('ok')
  expect(code(share('b', 100, 3600), [share('a', 100, 0, 7200)])).toBe('ERR_METER_PARTICIPATION')
  expect(code(share('b', 50, 0), [share('a', 60, 7200)])).toBe('ERR_METER_PARTICIPATION')
  expect(code(share('b', 40, 0), [share('a', 60, 0, 7200), share('c', 60, 7200)])).toBe('ok')
})

test('whatever is accepted one after another never sells more than the meter at any time', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          community: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
          participation: fc.integer({ min: 1, max: 100 }),
          from: fc.integer({ min: 0, max: 20 }),
          until: fc.option(fc.integer({ min: 21, max: 40 }), { nil: null }),
        }),
        { maxLength: 20 },
      ),
      (wishes) => {
        const accepted: MeterShare[] = []
        for (const [index, wish] of wishes.entries()) {
          const wanted = { ...wish, member: `m${index}` }
          if (meterHasShareLeft('m', wanted, accepted).ok) accepted.push(wanted)
        }
        for (let at = 0; at <= 41; at++) {
          const given = accepted.filter(({ from, until }) => from <= at && (until === null || at < until))
          expect(given.reduce((sum, { participation }) => sum + participation, 0)).toBeLessThanOrEqual(100)
          expect(new Set(given.map(({ community }) => community)).size).toBeLessThanOrEqual(5)
        }
      },
    ),
  ))
