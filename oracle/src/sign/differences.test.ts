import { packTotals, Wh } from '@opem/domain'
import type { Hex } from 'viem'
import { expect, test } from 'vitest'
import { differenceOf } from './differences.ts'

const root = (byte: string): Hex => `0x${byte.repeat(32)}`
const word = (surplus: number, demand: number) =>
  packTotals({
    start: 0,
    surplus: Wh(surplus),
    demand: Wh(demand),
    shared: Wh(Math.min(surplus, demand)),
    balances: [],
  })
const period = (i: number) => i * 3600

test('equal claims differ in nothing', () => {
  const claim = { root: root('11'), totals: [word(7, 9)] }
  expect(differenceOf(claim, { ...claim }, period)).toBeUndefined()
})

test('it names the first period and the fields that differ', () => {
  const given = { root: root('11'), totals: [word(7, 9), word(8, 9)] }
  const own = { root: root('22'), totals: [word(7, 9), word(7, 9)] }
  expect(differenceOf(given, own, period)).toBe(
    'period 1970-01-01T01:00:00Z: surplus 8 where this node computes 7, shared 8 where this node computes 7',
  )
})

test('a hidden lie in one balance shows in the root', () => {
  const totals = [word(7, 9)]
  expect(differenceOf({ root: root('11'), totals }, { root: root('22'), totals }, period)).toContain(
    'the totals agree but the root',
  )
})
