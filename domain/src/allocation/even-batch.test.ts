import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settlePeriod } from '../settlement/settle-period.ts'
import { Wh } from '../units/units.ts'
import { evenBatch, settleEvenBatch } from './even-batch.ts'
import { waterLevel } from './even-shares.ts'
import { iteratedShares } from './weighted-shares.ts'

const value = fc.oneof(
  fc.nat(5),
  fc.nat(5000),
  fc.maxSafeNat().map((n) => Math.floor(n / 64)),
)

test('columns settle as settlePeriod does, and as weighted filling with equal weights', () => {
  const sizes = fc.record({
    members: fc.integer({ min: 1, max: 30 }),
    periods: fc.integer({ min: 1, max: 3 }),
    first: fc.nat(10_000_000),
  })
  fc.assert(
    fc.property(sizes, fc.infiniteStream(value), ({ members, periods, first }, values) => {
      const batch = evenBatch(members, periods, first)
      for (let i = 0; i < members * periods; i++) {
        batch.energyImport[i] = values.next().value as number
        batch.energyExport[i] = values.next().value as number
      }
      settleEvenBatch(batch)
      for (let p = 0; p < periods; p++) {
        const readings = Array.from({ length: members }, (_, i) => ({
          member: String(i).padStart(3, '0'),
          energyImport: Wh(batch.energyImport[p * members + i]!),
          energyExport: Wh(batch.energyExport[p * members + i]!),
        }))
        const settled = settlePeriod({ start: (first + p) * 900, seconds: 900 }, readings, { key: 'even' })
        expect(BigInt(batch.shared[p]!)).toBe(settled.shared)
        expect(BigInt(batch.surplus[p]!)).toBe(settled.surplus)
        expect(BigInt(batch.demand[p]!)).toBe(settled.demand)
        const wants = settled.members.map((m) => m.bought + m.gridImport)
        const weighted = iteratedShares(
          { available: settled.shared, wants, periodNumber: first + p },
          wants.map(() => 1n),
        )
        settled.members.forEach((m, i) => {
          expect(BigInt(batch.bought[p * members + i]!)).toBe(m.bought)
          expect(BigInt(batch.sold[p * members + i]!)).toBe(m.sold)
          expect(weighted[i]).toBe(m.bought)
        })
      }
    }),
    { numRuns: 200 },
  )
})

test('a book that satisfies one member per pass is levelled by sorting', () => {
  // Each want lies just above the level that satisfies the one before.
  const wants = Float64Array.from({ length: 60 }, (_, i) => 1_000_000 + i * 10)
  const total = wants.reduce((a, b) => a + b, 0) - 9
  const { level, rest } = waterLevel(total, wants, 0, 60, new Float64Array(60))
  const filled = wants.reduce((sum, want) => sum + Math.min(want, level), 0)
  expect(filled + rest).toBe(total)
  expect(level).toBe(1_000_581)
})

test('a batch beyond the safe integers is refused, not rounded', () => {
  const batch = evenBatch(2, 1, 0)
  batch.energyImport.set([Number.MAX_SAFE_INTEGER, 1])
  expect(() => settleEvenBatch(batch)).toThrow('ERR_BATCH_BOUND')
  batch.energyImport.set([0.5, 1])
  expect(() => settleEvenBatch(batch)).toThrow('ERR_BATCH_BOUND')
  batch.energyImport.set([-1, 1])
  expect(() => settleEvenBatch(batch)).toThrow('ERR_BATCH_BOUND')
})
