import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayPropose, placeInTurn, seatsAfter, seatsBefore } from './turn.ts'

test('batch k is led by node k mod n, and the others follow in seat order', () => {
  expect([0, 1, 2].map((seat) => placeInTurn(7n, seat, 3))).toEqual([2, 0, 1])
  expect(seatsBefore(7n, 0, 3)).toEqual([1, 2])
  expect(seatsAfter(1, 3)).toEqual([2, 0])
})

test('every batch has exactly one node in each place, so exactly one leads', () =>
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 64n }), fc.integer({ min: 1, max: 16 }), (sequence, seats) => {
      const places = Array.from({ length: seats }, (_, seat) => placeInTurn(sequence, seat, seats))
      expect([...places].sort((a, b) => a - b)).toEqual(places.map((_, i) => i))
    }),
  ))

test('the leader goes at once, the next after one turn, sooner when everybody before it is dead', () => {
  const turn = { takeoverSeconds: 10, allBeforeDead: false }
  expect(mayPropose({ ...turn, place: 0, waitedSeconds: 0 })).toBe(true)
  expect(mayPropose({ ...turn, place: 1, waitedSeconds: 9.9 })).toBe(false)
  expect(mayPropose({ ...turn, place: 1, waitedSeconds: 10 })).toBe(true)
  expect(mayPropose({ ...turn, place: 2, waitedSeconds: 10 })).toBe(false)
  expect(mayPropose({ ...turn, place: 2, waitedSeconds: 0, allBeforeDead: true })).toBe(true)
})
