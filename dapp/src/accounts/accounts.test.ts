import { expect, test } from 'vitest'
import { barsOf, totalsOf } from './usage.ts'
import { decisionsIn } from './words.ts'

const days = [
  { day: '2026-01-01', signIns: 2, requests: 40, refused: 10 },
  { day: '2026-01-02', signIns: 0, requests: 0, refused: 0 },
  { day: '2026-01-03', signIns: 1, requests: 10, refused: 0 },
]

test('usage is drawn against the busiest day, refused on top of allowed', () => {
  expect(barsOf(days)).toEqual([
    { day: '2026-01-01', allowed: 75, refused: 25 },
    { day: '2026-01-02', allowed: 0, refused: 0 },
    { day: '2026-01-03', allowed: 25, refused: 0 },
  ])
})

test('usage adds up', () => {
  expect(totalsOf(days)).toEqual({ signIns: 3, requests: 50, refused: 10 })
})

test('what is revoked stays revoked; what is suspended may come back', () => {
  expect(decisionsIn('active')).toEqual(['suspend', 'revoke'])
  expect(decisionsIn('suspended')).toEqual(['reinstate', 'revoke'])
  expect(decisionsIn('pending')).toEqual(['revoke'])
  expect(decisionsIn('revoked')).toEqual([])
})
