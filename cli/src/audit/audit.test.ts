import {
  adjustmentReport,
  type ChainBatch,
  commitBatch,
  formatAdjustment,
  formatTradingBatch,
  type Hex,
  packTotals,
  settlePeriod,
  type TradingBatch,
  Wh,
} from '@opem/domain'
import { keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import type { CommunityOnChain } from '../chain/read-community.ts'
import { type Piece, pieceOf } from '../evidence/source.ts'
import { audit } from './audit.ts'
import { auditLines } from './report.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')
const word = (digit: string): Hex => `0x${digit.repeat(64)}`
const COMMUNITY: Hex = `0x${'c'.repeat(40)}`
const nodes = [1, 2, 3].map((n) => privateKeyToAccount(`0x${String(n).repeat(64)}`))
const START = 1433131200
const HOUR = 3600

/** Two hours of two members in two batches, committed as an oracle does. */
function batchAt(start: number): { chain: ChainBatch; evidence: TradingBatch } {
  const members = [word('1'), word('2')] as const
  const period = settlePeriod(
    { start, seconds: HOUR },
    [
      { member: members[0], energyImport: Wh(0), energyExport: Wh(3000) },
      { member: members[1], energyImport: Wh(5000), energyExport: Wh(0) },
    ],
    { key: 'even' },
  )
  const balances = period.members.map(({ member, energyImport, energyExport, bought, sold }, index) => ({
    member: member as Hex,
    energyImport,
    energyExport,
    bought,
    sold,
    flags: 0,
    salt: word(String(index + 7)),
  }))
  const { surplus, demand, shared } = period
  const book = { start, surplus, demand, shared, balances }
  const { root, totals, membersRoots } = commitBatch(keccak, {
    chainId: 31337,
    community: COMMUNITY,
    revision: 0,
    books: [book],
  })
  const settledAt = start + 2 * HOUR
  return {
    chain: { start, periods: 1, revision: 0, rules: 1, settledAt, signers: 3n, root, totals, timestamp: settledAt },
    evidence: {
      community: COMMUNITY,
      chainId: 31337,
      start,
      periodSeconds: HOUR,
      periods: 1,
      revision: 0,
      rules: 1,
      root,
      books: [{ ...book, membersRoot: membersRoots[0]! }],
    },
  }
}

const settled = [batchAt(START), batchAt(START + HOUR)]
const chain: CommunityOnChain = {
  view: {
    chainId: 31337,
    settlement: `0x${'5'.repeat(40)}`,
    community: COMMUNITY,
    periodSeconds: HOUR,
    startsAt: START,
    createdAt: START - HOUR,
    historic: false,
    rules: [
      { version: 1, from: START, key: 0, plain: true, exact: true, rulesHash: word('9'), committedAt: START - HOUR },
    ],
    members: [word('1'), word('2')].map((member) => ({ member, from: START, until: null })),
    committee: {
      seats: nodes.map(({ address }, seat) => ({ node: address.toLowerCase() as Hex, seat })),
      quorums: [{ since: START - HOUR, quorum: 2 }],
    },
  },
  batches: settled.map((batch) => batch.chain),
  correctionWindow: 16 * 86_400,
  time: START + 3 * HOUR,
}

async function* pieces(raw: readonly unknown[]): AsyncGenerator<Piece> {
  for (const [index, value] of raw.entries()) yield pieceOf(value, `line ${index + 1}`)
}

// The second hour's window is open for one hour more.
const NOW = START + 2 * HOUR + 16 * 86_400 + 1
const evidence = settled.map((batch) => formatTradingBatch(batch.evidence))
const judge = (raw: readonly unknown[], range = { from: START, to: START + 2 * HOUR }) =>
  audit({ chain, evidence: pieces(raw), rulesDocs: [], prices: [], ...range, now: NOW })

test('evidence as it was settled is sound, in any order', async () => {
  const result = await judge([...evidence].reverse())
  expect(result.ok).toBe(true)
  expect(auditLines('Sunny Street', result)).toEqual([
    '2015-06-01T04:00:00Z  sound  2 members, 3000 Wh shared, final',
    '2015-06-01T05:00:00Z  sound  2 members, 3000 Wh shared, provisional until 2015-06-17T07:00:00Z',
    '2 periods of Sunny Street are sound',
  ])
})

test('only the periods of the range are judged', async () => {
  const { periods } = await judge(evidence, { from: START + HOUR, to: START + 2 * HOUR })
  expect(periods.map(({ start }) => start)).toEqual([START + HOUR])
})

test('a batch without evidence is not sound', async () => {
  const result = await judge([evidence[0]])
  expect(result.ok).toBe(false)
  expect(auditLines('Sunny Street', result).at(-1)).toMatch(
    /^NOT SOUND: 1 of 2 .* AUDIT_EVIDENCE_MISSING at .*2015-06-01T05:00:00Z/,
  )
})

test('evidence of no batch, and what is no evidence at all, is named by its line', async () => {
  const elsewhere = { ...evidence[0]!, start: '2015-06-02T04:00:00Z' }
  const result = await judge([...evidence, elsewhere, { community: COMMUNITY }])
  expect(result.ok).toBe(false)
  expect(result.strays.map(({ from }) => from)).toEqual(['line 3', 'line 4'])
})

/** Every place in a batch that holds a value. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]]
  return Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...path, name]))
}

/** The same kind of value with its last bit changed. */
function changed(value: unknown): unknown {
  if (typeof value === 'number') return value ^ 1
  const text = String(value)
  if (!text.startsWith('0x')) return text.replace(/00Z$/, '01Z')
  return `${text.slice(0, -1)}${(Number.parseInt(text.slice(-1), 16) ^ 1).toString(16)}`
}

test.each(placesOf(evidence[1]).map((path) => [path.join('.'), path] as const))(
  'one bit changed in %s is found',
  async (_name, path) => {
    const lie = structuredClone(evidence[1]) as unknown as Record<string, unknown>
    let at = lie
    for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>
    const field = path.at(-1)!
    at[field] = changed(at[field])
    const result = await judge([evidence[0], lie])
    expect(result.ok).toBe(false)
    // The other batch is as sound as before.
    expect(result.periods[0]?.ok).toBe(true)
    const found = result.periods.flatMap(({ findings }) => findings.map(({ place }) => place.field ?? ''))
    const named = [...found, ...result.strays.map(({ reason }) => reason)].join(' ')
    expect(named).toMatch(new RegExp(`${field}|${path.length === 1 ? 'evidence' : 'balances|salt'}`))
  },
)

/** The second hour adjusted as its balances were, but known to be substituted: signed by two of three nodes after the window. */
async function adjusted() {
  const { chain: batch, evidence: settledEvidence } = settled[1]!
  const [was] = settledEvidence.books
  const book = { ...was!, balances: was!.balances.map((balance) => ({ ...balance, flags: 1 })) }
  const { membersRoots } = commitBatch(keccak, { chainId: 31337, community: COMMUNITY, revision: 0, books: [book] })
  const membersRoot = membersRoots[0]!
  const frame = {
    ...{ community: COMMUNITY, chainId: 31337, batch: batch.start, revision: 0, batchRoot: batch.root, rules: 1 },
    ...{ start: batch.start, periodSeconds: HOUR as 3600, number: 1, knownAt: START + 20 * 86_400 },
  }
  const data = adjustmentReport({
    ...{ chainId: 31337, settlement: chain.view.settlement },
    adjustment: { ...frame, totals: packTotals(book), membersRoot },
  })
  const signatures = await Promise.all(nodes.slice(0, 2).map((node) => node.signTypedData(data)))
  return formatAdjustment({ ...frame, book: { ...book, membersRoot }, signatures })
}

test('an adjustment beside the evidence is audited with it', async () => {
  const result = await judge([...evidence, await adjusted()])
  expect(auditLines('Sunny Street', result).slice(-2)).toEqual([
    '2015-06-01T05:00:00Z  adjustment 1, known 2015-06-21T04:00:00Z: sound',
    '2 periods of Sunny Street are sound, and 1 adjustments',
  ])
})

test('one bit changed in an adjustment is found at its place', async () => {
  const lie = await adjusted()
  lie.book.balances[1]!.importWh ^= 1
  const result = await judge([...evidence, lie])
  expect(result.ok).toBe(false)
  expect(auditLines('Sunny Street', result).at(-1)).toMatch(
    /^NOT SOUND: 0 of 2 periods and 1 of 1 adjustments .* AUDIT_LEAF at period 2015-06-01T05:00:00Z, revision 0, adjustment 1, member 0x2{64}, field importWh: expected 5000, found 5001$/,
  )
})

test('an adjustment of a revision that was superseded counts no more', async () => {
  const old = await adjusted()
  const revised = { ...chain, batches: chain.batches.map((batch) => ({ ...batch, revision: 1, root: word('d') })) }
  const range = { from: START, to: START + 2 * HOUR }
  const result = await audit({ chain: revised, evidence: pieces([old]), rulesDocs: [], prices: [], ...range, now: NOW })
  expect(result.adjustments).toEqual([])
})

test('flags are no fault: they are counted at their period, and said once in words', async () => {
  const sound = await judge(evidence)
  const [first, second] = sound.periods
  const periods = [
    { ...first!, flags: { unauthorised: 1 } },
    { ...second!, flags: { substituted: 1, unauthorised: 1 } },
  ]
  const lines = auditLines('Sunny', { ...sound, periods })
  expect(lines[0]).toMatch(/^2015-06-01T04:00:00Z {2}sound {2}2 members, 3000 Wh shared, 1 unauthorised, /)
  expect(lines[1]).toMatch(
    /^2015-06-01T05:00:00Z {2}sound {2}2 members, 3000 Wh shared, 1 substituted, 1 unauthorised, /,
  )
  expect(lines.slice(2)).toEqual([
    'substituted: 1 balance: a reading was missing; an earlier one of the same hour stands in for it',
    'unauthorised: 2 balances: the use of a meter was not authorised in this period; it was not read and counts zero',
    '2 periods of Sunny are sound',
  ])
})
