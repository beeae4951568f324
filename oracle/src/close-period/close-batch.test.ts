import {
  commitBatch,
  meteringPointId,
  type PeriodReading,
  saltOf,
  unpackTotals,
  verifyBalanceProof,
  Wh,
} from '@opem/domain'
import fc from 'fast-check'
import type { Hex } from 'viem'
import { expect, test } from 'vitest'
import { type BatchInput, closeBatch } from './close-batch.ts'
import { keccak } from './recompute.ts'

const COMMUNITY: Hex = `0x${'c0'.repeat(20)}`
const START = Date.parse('2015-06-01T04:00:00Z') / 1000
const idOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const keyOf = (n: number): Hex => `0x${'5a'.repeat(31)}${n.toString(16).padStart(2, '0')}`

const reading = (
  meter: string,
  start: number,
  kwh: number,
  quality: PeriodReading['quality'] = 'measured',
): PeriodReading => ({
  meter,
  start,
  energyImport: Wh(kwh < 0 ? -kwh * 1000 : 0),
  energyExport: Wh(kwh > 0 ? kwh * 1000 : 0),
  quality,
})

function input(kwh: readonly number[], change: Partial<BatchInput> = {}): BatchInput {
  const members = kwh.map((_, i) => ({
    member: idOf(i + 1),
    saltKey: keyOf(i),
    from: 0,
    until: Number.POSITIVE_INFINITY,
    meters: [{ meter: `m${i}`, participation: 100 }],
  }))
  return {
    keccak,
    chainId: 31337,
    community: COMMUNITY,
    periodSeconds: 3600,
    batch: { start: START, periods: 1, revision: 0 },
    members,
    allocation: { key: 'even', rounds: 'iterate' },
    readingOf: (meter, start) => reading(meter, start, kwh[Number(meter.slice(1))]!),
    historyOf: () => [],
    ...change,
  }
}

test('the seven homes of the source document settle to its figures', () => {
  const { books, totals } = closeBatch(input([3, 1, 3, -1, -3, -3, -3]))
  expect(unpackTotals(totals[0]!)).toEqual({ surplus: 7000n, demand: 10_000n, shared: 7000n, members: 7 })
  expect(books[0]!.balances.map(({ bought, sold }) => Number(bought + sold))).toEqual([
    3000, 1000, 3000, 1000, 2000, 2000, 2000,
  ])
  expect(books[0]!.balances.every(({ flags }) => flags === 0)).toBe(true)
})

test('one bad meter is substituted from its own history and says so; nobody else is touched', () => {
  const honest = input([3, -1, -2])
  const closed = closeBatch({
    ...honest,
    readingOf: (meter, start) => (meter === 'm2' ? undefined : honest.readingOf(meter, start)),
    historyOf: (meter, start) => [reading(meter, start - 7 * 86_400, -2)],
  })
  expect(closed.books[0]!.balances.map(({ flags }) => flags)).toEqual([0, 0, 1])
  expect(closed.books[0]!.balances[2]!.energyImport).toBe(2000n)
  expect(closed.substituted).toHaveLength(1)
})

test('a meter without history counts zero and says that', () => {
  const honest = input([3, -1])
  const closed = closeBatch({ ...honest, readingOf: (m, s) => (m === 'm1' ? undefined : honest.readingOf(m, s)) })
  expect(closed.books[0]!.balances[1]).toMatchObject({ energyImport: 0n, energyExport: 0n, flags: 2 })
})

test('members are of those periods only that start inside their membership', () => {
  const honest = input([3, -1, -2], { batch: { start: START, periods: 3, revision: 0 } })
  const members = honest.members.map((m, i) => (i === 2 ? { ...m, from: START + 3600, until: START + 7200 } : m))
  const closed = closeBatch({ ...honest, members })
  expect(closed.totals.map((word) => unpackTotals(word).members)).toEqual([2, 3, 2])
})

test('salts follow from the member’s key, the period and the revision, and every balance proves', () => {
  const given = input([2, -1, -5], { batch: { start: START, periods: 2, revision: 3 } })
  const { books, root } = closeBatch(given)
  const frame = { chainId: 31337, community: COMMUNITY, revision: 3 }
  const { proofOf } = commitBatch(keccak, { ...frame, books })
  for (const book of books) {
    for (const [i, balance] of book.balances.entries()) {
      expect(balance.salt).toBe(saltOf(keccak, keyOf(i), book.start, 3))
      expect(verifyBalanceProof(keccak, { ...frame, root }, balance, proofOf(book.start, balance.member))).toBe(true)
    }
  }
})

test('any nodes that hear the same in whatever order commit to the same root', () =>
  fc.assert(
    fc.property(
      fc
        .array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 12 })
        .chain((kwh) => fc.tuple(fc.constant(kwh), fc.shuffledSubarray([...kwh.keys()], { minLength: kwh.length }))),
      ([kwh, order]) => {
        const given = input(kwh)
        const shuffled = order.map((i) => given.members[i]!)
        expect(closeBatch({ ...given, members: shuffled }).root).toBe(closeBatch(given).root)
      },
    ),
    { numRuns: 50 },
  ))

test('the same meter under two salt keys is two metering points', () => {
  expect(meteringPointId(keccak, keyOf(1), 'm')).not.toBe(meteringPointId(keccak, keyOf(2), 'm'))
})

test('a withdrawn meter is neither read nor substituted from the next period on, and the others stay right', () => {
  const asked: string[] = []
  const honest = input([3, -1, -2], { batch: { start: START, periods: 3, revision: 0 } })
  const members = honest.members.map((m, i) =>
    i === 2 ? { ...m, meters: [{ ...m.meters[0]!, authorised: [{ from: 0, until: START + 3600 }] }] } : m,
  )
  const closed = closeBatch({
    ...honest,
    members,
    readingOf: (meter, start) => {
      asked.push(`${meter} ${start}`)
      return honest.readingOf(meter, start)
    },
    historyOf: (meter, start) => {
      asked.push(`${meter} ${start}`)
      return [reading(meter, start - 86_400, -9)]
    },
  })
  expect(closed.books.map(({ balances }) => balances.map(({ flags }) => flags))).toEqual([
    [0, 0, 0],
    [0, 0, 8],
    [0, 0, 8],
  ])
  expect(closed.books.map(({ balances }) => balances.map(({ bought, sold }) => Number(bought - sold)))).toEqual([
    [-3000, 1000, 2000],
    [-1000, 1000, 0],
    [-1000, 1000, 0],
  ])
  expect(closed.books[1]!.balances[2]).toMatchObject({ energyImport: 0n, energyExport: 0n })
  expect(asked).not.toContain(`m2 ${START + 3600}`)
  expect(asked).not.toContain(`m2 ${START + 7200}`)
  expect(closed.substituted).toEqual([])
})
