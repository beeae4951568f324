import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { recoverTypedDataAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { auditAdjustments } from '../audit/audit-adjustment.ts'
import type { ChainBatch, ChainView, RecoverAdjustmentSigner } from '../audit/types.ts'
import type { Hex, Keccak256 } from '../commitment/bytes.ts'
import { commitBatch } from '../commitment/commit-batch.ts'
import { packTotals } from '../commitment/totals.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { rulesHash } from '../rules/rules-in-force.ts'
import { settlePeriod } from '../settlement/settle-period.ts'
import { Wh } from '../units/units.ts'
import type { EvidenceBook } from '../wire/trading-batch.ts'
import { adjustedPeriods, standing } from './adjusted-periods.ts'
import { type Adjustment, formatAdjustment, parseAdjustment } from './adjustment.ts'
import { adjustmentReport } from './adjustment-report.ts'

// A native relative of keccak-256: commitments against the real one are held in commitment.test.ts.
const keccak: Keccak256 = (bytes) => createHash('sha3-256').update(bytes).digest()
const recoverSigner: RecoverAdjustmentSigner = (data, signature) => recoverTypedDataAddress({ ...data, signature })
const nodes = [1, 2, 3].map((n) => privateKeyToAccount(`0x${String(n).repeat(64)}`))
const id = (n: number): Hex => `0x${n.toString(16).padStart(2, '0').repeat(32)}`
const START = 1433131200 // 2015-06-01T04:00:00Z
const HOUR = 3600
const WINDOW = 16 * 86_400
const KNOWN = START + 40 * 86_400 // 2015-07-11
const community: Hex = `0x${'c0'.repeat(20)}`
const settlement: Hex = `0x${'5e'.repeat(20)}`
const rules: RulesDocument = { version: 1, from: '2015-06-01T04:00:00Z', allocation: { key: 'even' } }

/** An hour in which member 1 exports, 2 and 3 import; Wh, exports positive. */
function book(deltas: readonly number[], start = START): EvidenceBook {
  const settled = settlePeriod(
    { start, seconds: HOUR },
    deltas.map((delta, i) => ({
      member: id(i + 1),
      energyImport: Wh(Math.max(0, -delta)),
      energyExport: Wh(Math.max(0, delta)),
    })),
    rules.allocation,
  )
  const balances = settled.members.map(({ gridImport: _, gridExport: __, ...rest }, i) => ({
    ...rest,
    member: rest.member as Hex,
    flags: 0,
    salt: id(100 + i),
  }))
  const plain = { start, surplus: settled.surplus, demand: settled.demand, shared: settled.shared, balances }
  const { membersRoots } = commitBatch(keccak, { chainId: 31337, community, revision: 0, books: [plain] })
  return { ...plain, membersRoot: membersRoots[0]! }
}

const settledBook = book([3000, -4000, -2000])
const { root, totals } = commitBatch(keccak, { chainId: 31337, community, revision: 0, books: [settledBook] })
const batch: ChainBatch = {
  ...{ start: START, periods: 1, revision: 0, rules: 1, root, totals },
  ...{ settledAt: START + 2 * HOUR, timestamp: START + 2 * HOUR, signers: 3n },
}
const chain: ChainView = {
  ...{ chainId: 31337, settlement, community, periodSeconds: HOUR, startsAt: START, createdAt: START, historic: true },
  rules: [
    {
      ...{ version: 1, from: START, key: 0, plain: true, exact: true, committedAt: START },
      rulesHash: rulesHash(keccak, rules),
    },
  ],
  members: [1, 2, 3].map((n) => ({ member: id(n), from: START, until: null })),
  committee: {
    seats: nodes.map(({ address }, seat) => ({ node: address.toLowerCase() as Hex, seat })),
    quorums: [{ since: 0, quorum: 2 }],
  },
}

async function adjustment(deltas: readonly number[], change: Partial<Adjustment> = {}): Promise<Adjustment> {
  const values = {
    ...{ community, chainId: 31337, batch: START, revision: 0, batchRoot: root, rules: 1, start: START },
    ...{ periodSeconds: HOUR as 3600, number: 1, knownAt: KNOWN, book: book(deltas) },
    ...change,
  }
  const { membersRoot } = values.book
  const data = adjustmentReport({
    ...{ chainId: 31337, settlement },
    adjustment: { ...values, totals: packTotals(values.book), membersRoot },
  })
  const signatures = await Promise.all(nodes.slice(0, 2).map((node) => node.signTypedData(data)))
  return { signatures, ...values }
}

const given = { keccak, recoverSigner, chain, batches: [batch], rulesDocs: [rules], correctionWindow: WINDOW }
const audit = async (...all: Adjustment[]) =>
  (await auditAdjustments(given, all))
    .flatMap(({ findings }) => findings)
    .map(({ code, place: { adjustment, member, field } }) =>
      [code, adjustment, member?.slice(0, 4), field].filter((part) => part !== undefined).join(' '),
    )

test('what a quorum adjusted after the window is sound, one after another', async () => {
  const first = await adjustment([3000, -4000, -3000])
  const second = await adjustment([5000, -4000, -3000], { number: 2, knownAt: KNOWN + 86_400 })
  expect(await audit(second, first)).toEqual([])
})

test('an adjustment goes over the wire unchanged', async () => {
  const one = await adjustment([3000, -4000, -3000])
  expect(parseAdjustment(JSON.parse(JSON.stringify(formatAdjustment(one))))).toEqual({ ok: true, value: one })
})

const flip = (hex: string) => `${hex.slice(0, -1)}${(Number.parseInt(hex.slice(-1), 16) ^ 1).toString(16)}`
type Wire = ReturnType<typeof formatAdjustment>
const edits: readonly (readonly [string, (wire: Wire) => unknown, string])[] = [
  ['import', (w) => (w.book.balances[1]!.importWh ^= 8), 'AUDIT_LEAF 1 0x02 importWh'],
  ['bought', (w) => (w.book.balances[2]!.boughtWh ^= 1), 'AUDIT_LEAF 1 0x03 boughtWh'],
  ['salt', (w) => (w.book.balances[0]!.salt = flip(w.book.balances[0]!.salt) as Hex), 'AUDIT_LEAF 1 0x01 salt'],
  ['flags', (w) => (w.book.balances[0]!.flags ^= 1), 'AUDIT_LEAF 1 0x01 flags'],
  ['total', (w) => (w.book.sharedWh ^= 1), 'AUDIT_TOTALS 1 sharedWh'],
  ['members’ root', (w) => (w.book.membersRoot = flip(w.book.membersRoot) as Hex), 'AUDIT_MEMBERS_ROOT 1 membersRoot'],
  ['batch root', (w) => (w.batchRoot = flip(w.batchRoot) as Hex), 'AUDIT_ADJUSTMENT 1 batchRoot'],
  ['batch', (w) => (w.batch = '2015-06-01T04:00:01Z'), 'AUDIT_ADJUSTMENT 1 batch'],
  ['revision', (w) => (w.revision ^= 1), 'AUDIT_ADJUSTMENT 1 revision'],
  ['rules', (w) => (w.rules = 2), 'AUDIT_ADJUSTMENT 1 rules'],
  ['start', (w) => (w.start = '2015-06-01T04:00:01Z'), 'AUDIT_ADJUSTMENT 1 start'],
  ['number', (w) => (w.number = 2), 'AUDIT_ADJUSTMENT 2 number'],
  [
    'a signature',
    (w) => (w.signatures[1] = (flip(w.signatures[1]!.slice(0, 60)) + w.signatures[1]!.slice(60)) as Hex),
    'AUDIT_SIGNATURE 1 signatures[1]',
  ],
  ['time', (w) => (w.knownAt = '2015-07-11T04:00:01Z'), 'AUDIT_SIGNATURE 1 knownAt, signatures'],
  ['community', (w) => (w.community = flip(w.community) as Hex), 'AUDIT_EVIDENCE_FRAME 1 community'],
  ['chain', (w) => (w.chainId = 31336), 'AUDIT_EVIDENCE_FRAME 1 chainId'],
]
test.each(edits)('a changed %s is found at its place', async (_name, edit, place) => {
  const wire = structuredClone(formatAdjustment(await adjustment([3000, -4000, -3000])))
  edit(wire)
  const parsed = parseAdjustment(wire)
  if (!parsed.ok) throw new Error(parsed.reason)
  expect((await audit(parsed.value))[0]).toBe(place)
})

test('no flipped bit anywhere in an adjustment passes', async () => {
  const bytes = Buffer.from(JSON.stringify(formatAdjustment(await adjustment([3000, -4000, -3000]))))
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << bit
      let raw: unknown
      try {
        raw = JSON.parse(flipped.toString('utf8'))
      } catch {
        return
      }
      const parsed = parseAdjustment(raw)
      if (parsed.ok) expect(await audit(parsed.value)).not.toEqual([])
    }),
    { numRuns: 40, endOnFailure: true },
  )
})

test('an adjustment inside the window, by one node alone, or with a split of its own is found', async () => {
  expect(await audit(await adjustment([1, -4000, -3000], { knownAt: START + 86_400 }))).toEqual([
    'AUDIT_ADJUSTMENT 1 knownAt',
  ])
  const lone = await adjustment([1, -4000, -3000])
  expect(await audit({ ...lone, signatures: lone.signatures.slice(0, 1) })).toEqual(['AUDIT_QUORUM 1 signatures'])
  const greedy = book([3000, -4000, -3000])
  const balances = greedy.balances.map((b, i) => (i === 0 ? b : { ...b, bought: Wh(i === 1 ? 3000 : 0) }))
  const { membersRoots } = commitBatch(keccak, {
    ...{ chainId: 31337, community, revision: 0 },
    books: [{ ...greedy, balances }],
  })
  const uneven = { ...greedy, balances, membersRoot: membersRoots[0]! }
  expect(await audit(await adjustment([], { book: uneven }))).toEqual([
    'AUDIT_SPLIT 1 0x02 boughtWh',
    'AUDIT_SPLIT 1 0x03 boughtWh',
  ])
})

test('each adjustment is paired with what it replaces, and none counts against a superseded revision', async () => {
  const first = await adjustment([3000, -4000, -3000])
  const second = await adjustment([5000, -4000, -3000], { number: 2, knownAt: KNOWN + 86_400 })
  const evidence = { start: START, revision: 0, root, periodSeconds: HOUR as 3600, books: [settledBook] }
  const pairs = adjustedPeriods([second, first], [evidence], id(3))
  expect(
    pairs.map(({ number, before, after }) =>
      [number, before, after].map((one) =>
        typeof one === 'number' ? one : one.members.map((m) => [m.bought, m.gridImport]),
      ),
    ),
  ).toEqual([
    [1, [[1500n, 500n]], [[1500n, 1500n]]],
    [2, [[1500n, 1500n]], [[2500n, 500n]]],
  ])
  expect(() => adjustedPeriods([second], [evidence])).toThrow('needs adjustment 1')
  expect(standing([first], [evidence])).toEqual([first])
  expect(standing([first], [{ ...evidence, revision: 1 }])).toEqual([])
})
