import { expect, test } from 'vitest'
import type { Hex } from '../../commitment/bytes.ts'
import { OpemError } from '../../errors/opem-error.ts'
import type { LocatedEvent } from '../ledger/event.ts'
import { auditMarket } from './audit-market.ts'
import { blocksIn, firstBlockAt } from './block-at.ts'
import type { MarketIndex } from './check-index.ts'
import { checkTokens } from './check-tokens.ts'
import { placeOfFinding } from './finding.ts'
import { inLanes } from './lanes.ts'
import type { MarketChain } from './market-chain.ts'
import { type AskIndex, readIndex, readIndexSums } from './read-index.ts'

const ESCROW: Hex = `0x${'e'.repeat(40)}`
const ANA: Hex = `0x${'a1'.repeat(20)}`
const ID: Hex = `0x${'0b'.repeat(32)}`

/** A chain on which nothing ever happened, but for what it is told. */
const chainOf = (events: readonly LocatedEvent[] = []): MarketChain => ({
  ...{ chainId: 1, escrow: ESCROW, agreements: ID, listings: ID, keccak: (bytes) => bytes },
  head: async () => 12_000n,
  timeOf: async (block) => Number(block) * 10,
  eventsIn: async (from, to) => events.filter(({ block }) => block >= from && block <= to),
  actorsIn: async () => [],
  transfersIn: async () => [],
  hasCode: async () => false,
  ask: async () => 0n,
  callOf: async () => ({ contract: undefined, name: '', args: [] }),
  signerOf: async () => undefined,
  isSignedBy: async () => false,
})
const event = (name: string, args: Record<string, unknown>, block = 7n): LocatedEvent => ({
  ...{ name, args, time: 70, contract: 'Escrow', block, log: 0, transaction: ID },
})

test('a block is found by its time, and a span of time as the blocks in it', async () => {
  const timeOf = (block: bigint) => 100 + 10 * Number(block)
  const at = (time: number) => firstBlockAt(0n, 9n, time, timeOf)
  expect([await at(0), await at(100), await at(101), await at(190), await at(191)]).toEqual([0n, 0n, 1n, 9n, undefined])
  const all = { first: 0n, last: 9n }
  const span = (from?: number, to?: number) =>
    blocksIn(all, { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, timeOf)
  expect(await span()).toEqual(all)
  expect(await span(110, 130)).toEqual({ first: 1n, last: 2n })
  expect(await span(undefined, 999)).toEqual(all)
  expect(await span(111, 119)).toBeUndefined()
  expect(await span(undefined, 100)).toBeUndefined()
  expect(await span(200)).toBeUndefined()
})

test('an empty market is sound, and says how far it has read', async () => {
  const steps: string[] = []
  const onProgress = (step: string, done: number, of: number) => steps.push(`${step} ${done}/${of}`)
  const { ok, block, parties } = await auditMarket({ chain: chainOf(), fromBlock: 1n, onProgress })
  expect([ok, block, parties]).toEqual([true, 12_000, []])
  expect(steps).toEqual([
    ...['events 500/12000', 'events 1000/12000', 'events 1500/12000', 'events 2000/12000', 'events 3000/12000'],
    ...['events 4000/12000', 'events 5000/12000', 'events 6000/12000', 'events 8000/12000', 'events 10000/12000'],
    'events 12000/12000',
  ])
})

test('a finding has a place that people can look up', async () => {
  const lying = chainOf([event('Deposited', { party: ANA, amount: 5n, balance: 4n })])
  const { ok, checks, contracts, parties } = await auditMarket({ chain: lying, fromBlock: 0n })
  expect(ok).toBe(false)
  expect(checks[0]!.findings.map(placeOfFinding)).toEqual([
    `Escrow, event Deposited, block 7, transaction ${ID}, party ${ANA}`,
  ])
  expect(checks[2]!.findings.map(({ words }) => words)).toEqual([
    '5 µEUR are put down as deposited, and 0 arrived',
    'it owes 5 µEUR and holds 0',
  ])
  expect(contracts.map(({ findings }) => findings)).toEqual([0, 0, 0, 0, 4])
  expect(parties.map(({ party, findings }) => [party, findings])).toEqual([[ANA, 3]])
})

test('tokens that left without a withdrawal, or a withdrawal without tokens, are found', () => {
  const transfer = { from: ESCROW, to: ANA, amount: 3n, block: 9n, transaction: ID }
  const of = (events: LocatedEvent[], transfers: (typeof transfer)[]) =>
    checkTokens({ escrow: ESCROW, events, transfers, owed: 0n, held: 0n }).findings
  expect(of([], [transfer])).toEqual([
    {
      ...{ check: 'tokens', contract: 'Escrow', words: '0 µEUR are put down as withdrawn, and 3 left', parties: [] },
      ...{ block: 9, transaction: ID },
    },
  ])
  expect(of([event('FeesWithdrawn', { provider: ANA, amount: 4n })], [transfer])[0]).toMatchObject({
    ...{ words: '4 µEUR are put down as withdrawn, and 3 left', parties: [ANA], event: 'FeesWithdrawn' },
  })
  expect(of([event('Withdrawn', { party: ANA, amount: 3n })], [transfer])).toEqual([])
})

test('tokens above what is owed and was sent without a deposit are not explained', () => {
  const gift = { from: ANA, to: ESCROW, amount: 3n, block: 9n, transaction: ID }
  const of = (held: bigint) => checkTokens({ escrow: ESCROW, events: [], transfers: [gift], owed: 0n, held })
  expect(of(3n)).toEqual({ unasked: 3n, findings: [] })
  expect(of(4n).findings.map(({ words }) => words)).toEqual([
    'it owes 0 µEUR, 3 were sent to it without a deposit, and it holds 4',
  ])
})

test('who sent tokens is asked about even when no event names them, so that a deposit that was kept back is found', async () => {
  const chain: MarketChain = {
    ...chainOf(),
    transfersIn: async (from) =>
      from === 0n ? [{ from: ANA, to: ESCROW, amount: 3n, block: 9n, transaction: ID }] : [],
    ask: async (_, view) => (view === 'availableOf' || view === 'balanceOf' ? 3n : 0n),
  }
  const { checks } = await auditMarket({ chain, fromBlock: 0n })
  expect(checks.flatMap(({ findings }) => findings.map(({ words }) => words))).toEqual([
    `the purse of ${ANA}: 0 µEUR by the events, 3 µEUR by the contract`,
  ])
})

/** An index that has nothing but what is given, by entity. */
const indexOf =
  (rows: Record<string, unknown>): AskIndex =>
  async (query) => {
    const entity = /^\{ (\w+)/.exec(query)![1]!
    return { [entity]: rows[entity] ?? [] }
  }
const BALANCE = { id: ANA, available: '12500000', fees: '0' }

test('the index is read in the contracts’ own terms, a thousand entities at a time', async () => {
  const asked: string[] = []
  const many = Array.from({ length: 1000 }, (_, i) => ({ ...BALANCE, id: `0x${i.toString(16).padStart(40, '0')}` }))
  const ask: AskIndex = async (query) => {
    asked.push(query)
    const rows = query.includes('balances') ? (query.includes('id_gt: "0x"') ? many : [BALANCE]) : []
    return { [/^\{ (\w+)/.exec(query)![1]!]: rows }
  }
  const { available, fees } = await readIndex(ask, 7)
  expect([available.size, available.get(ANA), fees.size]).toEqual([1001, 12_500_000n, 0])
  expect(asked.at(-1)).toBe(
    `{ balances(first: 1000, orderBy: id, where: { id_gt: "${many[999]!.id}" }, block: { number: 7 }) { id available fees } }`,
  )
})

test.each([
  [
    'a number in place of a text',
    { balances: [{ ...BALANCE, available: 12 }] },
    /balances 0xa1\w+: its available is 12, which is not a whole number/,
  ],
  ['an id that is no hex', { balances: [{ ...BALANCE, id: 'x' }] }, /its id is "x", which is not lower-case hex/],
  ['a field that is missing', { balances: [{ ...BALANCE, fees: undefined }] }, /its fees is undefined/],
  ['no list', { balances: null }, /balances is no list of entities/],
  [
    'a state that there is not',
    { agreements: [{ id: ID, state: 'GONE', concludedAt: '1', start: '1', endsAt: '0' }] },
    /"GONE", which is not one of/,
  ],
])('an index in another shape is refused: %s', async (_, rows, words) => {
  const ask: AskIndex = async (query) => {
    const entity = /^\{ (\w+)/.exec(query)![1]!
    return { [entity]: entity in rows ? (rows as Record<string, unknown>)[entity] : [] }
  }
  await expect(readIndex(ask, 7)).rejects.toMatchObject({
    code: 'ERR_INDEX_SHAPE',
    shortMessage: expect.stringMatching(words),
  })
})

test('the sums of an index without an escrow are zero, of one with two escrows refused', async () => {
  const sums = { id: ESCROW, due: '1', available: '2', held: '3', reserved: '4', total: '10' }
  const of = (rows: unknown[]) => readIndexSums(indexOf({ platformFees_collection: rows }), 7)
  expect(await of([])).toEqual({ due: 0n, available: 0n, held: 0n, reserved: 0n, total: 0n })
  expect(await of([sums])).toEqual({ due: 1n, available: 2n, held: 3n, reserved: 4n, total: 10n })
  await expect(of([sums, sums])).rejects.toMatchObject({ code: 'ERR_INDEX_SHAPE' })
})

const withIndex = async (index: Partial<MarketIndex>) => {
  const whole: MarketIndex = { reach: async (block) => block, ask: indexOf({}), ...index }
  const { ok, checks } = await auditMarket({ chain: chainOf(), fromBlock: 0n, index: whole })
  return { ok, ...checks.at(-1)! }
}

test('an index that is behind, or does not answer, is not compared, which is said', async () => {
  expect(await withIndex({ reach: async () => 11 })).toMatchObject({ ok: true, skipped: 'it is at block 11' })
  const silent = () => Promise.reject(new OpemError({ code: 'ERR_INDEX', shortMessage: 'nobody answers' }))
  expect(await withIndex({ ask: silent })).toMatchObject({ ok: true, skipped: 'nobody answers', findings: [] })
})

test('an index that answers in another shape, or has other sums or money, is a finding', async () => {
  expect(await withIndex({ ask: indexOf({ balances: [{ ...BALANCE, fees: '' }] }) })).toMatchObject({
    ok: false,
    findings: [{ check: 'index', contract: 'Escrow', words: expect.stringMatching(/its fees is ""/) }],
  })
  const sums = { id: ESCROW, due: '0', available: '12500000', held: '0', reserved: '0', total: '0' }
  const { findings } = await withIndex({ ask: indexOf({ balances: [BALANCE], platformFees_collection: [sums] }) })
  expect(findings.map(({ words }) => words)).toEqual([
    `the purse of ${ANA}: 0 µEUR by the events, 12500000 µEUR by the index`,
    'the sum available: 0 µEUR by the events, 12500000 µEUR by the index',
  ])
})

test('work in lanes keeps its order, and ends when it is not wanted any more', async () => {
  expect(await inLanes([3, 1, 2], async (one) => one * 2)).toEqual([6, 2, 4])
  const stop = new AbortController()
  const late = inLanes([1, 2], async () => stop.abort(new Error('stopped')), { signal: stop.signal })
  await expect(late.then(() => inLanes([1], async () => 1, { signal: stop.signal }))).rejects.toThrow('stopped')
})
