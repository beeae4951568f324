import type { Hex, TradingBatch } from '@opem/domain'
import { commitBatch, Wh } from '@opem/domain'
import { expect, test } from 'vitest'
import type { ChainBatch } from '../chain/batches.ts'
import { batchHash } from '../chain/batches.ts'
import { keccak } from '../chain/keccak.ts'
import type { Chain, Field } from './verify.ts'
import { holds, tampered, verifySteps } from './verify.ts'
import { verifyOwnSteps } from './verify-own.ts'

const start = 1_433_131_200
const community: Hex = `0x${'c0'.repeat(20)}`
const id = (letter: string): Hex => `0x${letter.charCodeAt(0).toString(16).padStart(64, '0')}`
/** The seed's seven members: A +3, B +1, H +3, C −1, D −3, E −3, F −3 kWh. */
const figures: readonly [string, number, number, number, number][] = [
  ['A', 0, 3000, 0, 3000],
  ['B', 0, 1000, 0, 1000],
  ['C', 1000, 0, 1000, 0],
  ['D', 3000, 0, 2000, 0],
  ['E', 3000, 0, 2000, 0],
  ['F', 3000, 0, 2000, 0],
  ['H', 0, 3000, 0, 3000],
]
const book = {
  start,
  surplus: Wh(7000),
  demand: Wh(10_000),
  shared: Wh(7000),
  balances: figures.map(([name, energyImport, energyExport, bought, sold]) => ({
    member: id(name),
    energyImport: Wh(energyImport),
    energyExport: Wh(energyExport),
    bought: Wh(bought),
    sold: Wh(sold),
    flags: 0,
    salt: id(name.toLowerCase()),
  })),
}
const frame = { chainId: 31337, community, revision: 0 }
const commitment = commitBatch(keccak, { ...frame, books: [book] })
const evidence: TradingBatch = {
  ...frame,
  start,
  periodSeconds: 3600,
  periods: 1,
  rules: 1,
  root: commitment.root,
  books: [{ ...book, membersRoot: commitment.membersRoots[0]! }],
}
const batch: ChainBatch = {
  community,
  start,
  periods: 1,
  revision: 0,
  rules: 1,
  settledAt: start + 3700,
  signers: 3n,
  root: commitment.root,
  totals: commitment.totals,
  block: 7n,
  transaction: `0x${'11'.repeat(32)}`,
}
const chain: Chain = { batch, storedHash: batchHash(batch), verified: true }
const rules = { version: 1, from: '2015-06-01T04:00:00Z', allocation: { key: 'even' } } as const
const failing = (steps: ReturnType<typeof verifySteps>) => steps.filter((step) => !step.right).map((step) => step.title)

test('the seed’s balance of D is verified in every step', () => {
  const steps = verifySteps(evidence, start, id('D'), rules, chain)
  expect(failing(steps)).toEqual([])
  expect(holds(steps)).toBe(true)
  expect(steps.map((step) => step.title)).toEqual([
    'Your balance',
    'Divided by the rules in force',
    'Fingerprint of your balance',
    'It leads to the batch root on chain',
    'The period’s sums are those on chain',
    'The contract holds this batch as the current one',
    'The contract itself says yes',
  ])
})

test('one watt-hour more bought is shown where it is wrong', () => {
  const steps = verifySteps(tampered(evidence, start, id('D'), 'bought'), start, id('D'), rules, {
    ...chain,
    verified: false,
  })
  expect(failing(steps)).toEqual([
    'Divided by the rules in force',
    'It leads to the batch root on chain',
    'The contract itself says yes',
  ])
  expect(steps[1]!.says).toContain('bought 2.001\u00a0kWh; the rules give 2.000\u00a0kWh')
})

test.each<Field>(['energyImport', 'energyExport', 'bought', 'sold'])(
  'a changed %s never leads to the root',
  (field) => {
    const steps = verifySteps(tampered(evidence, start, id('A'), field), start, id('A'), rules, chain)
    expect(failing(steps)).toContain('It leads to the batch root on chain')
  },
)

test('a superseded batch is not passed for the current one', () => {
  const steps = verifySteps(evidence, start, id('D'), rules, { ...chain, storedHash: `0x${'22'.repeat(32)}` })
  expect(failing(steps)).toEqual(['The contract holds this batch as the current one'])
})

test('what the chain never recorded is not verified', () => {
  const steps = verifySteps(evidence, start, id('D'), rules, {
    batch: undefined,
    storedHash: `0x${'00'.repeat(32)}`,
    verified: undefined,
  })
  expect(holds(steps)).toBe(false)
})

test('a member who is not in the evidence gets that answer', () => {
  expect(verifySteps(evidence, start, id('Z'), rules, chain).map((step) => step.right)).toEqual([false])
})

// What a member sees: the own balance, and the hashes beside it.
const own = (letter: string): TradingBatch => ({
  ...evidence,
  books: evidence.books.map((one) => ({
    ...one,
    balances: one.balances.filter(({ member }) => member === id(letter)),
  })),
})
const proof = commitment.proofOf(start, id('D'))

test('a member who sees nobody else verifies the own balance by the hashes beside it', () => {
  const steps = verifyOwnSteps(own('D'), start, id('D'), proof, chain)
  expect(failing(steps)).toEqual([])
  expect(steps.map((step) => step.title)).toEqual([
    'Your balance',
    'Fingerprint of your balance',
    'It leads to the batch root on chain',
    'The period’s sums are those on chain',
    'The contract holds this batch as the current one',
    'The contract itself says yes',
  ])
  expect(steps[3]!.values[0]).toEqual(['Surplus', '7.000\u00a0kWh'])
})

test.each<Field>(['energyImport', 'energyExport', 'bought', 'sold'])(
  'a changed %s of one’s own never leads to the root either',
  (field) => {
    const steps = verifyOwnSteps(tampered(own('D'), start, id('D'), field), start, id('D'), proof, chain)
    expect(failing(steps)).toEqual(['It leads to the batch root on chain'])
  },
)

test('a wrong hash beside it, or wrong sums, convince nobody', () => {
  const bent = { ...proof, toMembersRoot: [id('x'), ...proof.toMembersRoot.slice(1)] }
  expect(failing(verifyOwnSteps(own('D'), start, id('D'), bent, chain))).toEqual([
    'It leads to the batch root on chain',
  ])
  const more = { ...proof, totals: proof.totals + (1n << 184n) }
  expect(failing(verifyOwnSteps(own('D'), start, id('D'), more, chain))).toEqual([
    'It leads to the batch root on chain',
    'The period’s sums are those on chain',
  ])
})

test('without a proof there is nothing to follow', () => {
  expect(verifyOwnSteps(own('D'), start, id('D'), undefined, chain).map((step) => step.right)).toEqual([false])
})
