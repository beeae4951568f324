import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { recoverTypedDataAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, test } from 'vitest'
import { abiWords, type Hex, type Keccak256, toHex } from '../commitment/bytes.ts'
import { type Book, commitBatch } from '../commitment/commit-batch.ts'
import { saltOf } from '../commitment/salts.ts'
import { totalsHash } from '../commitment/totals.ts'
import { settlementReport } from '../consent/typed-data.ts'
import { checkPrices, priceSegmentHash, pricesBetween } from '../pricing/price-commitment.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { rulesHash } from '../rules/rules-in-force.ts'
import { settlePeriod } from '../settlement/settle-period.ts'
import { settledBook } from '../settlement/settled-book.ts'
import { statementOf } from '../statement/statement.ts'
import { statementDocument } from '../statement/statement-document.ts'
import { Wh } from '../units/units.ts'
import { formatTradingBatch, parseTradingBatch, type TradingBatch } from '../wire/trading-batch.ts'
import { auditBatch, auditSequence } from './audit-batch.ts'
import { auditStatement } from './audit-statement.ts'
import type { AuditInput, ChainBatch, ChainView, RecoverSigner, Verdict } from './types.ts'

// The audit takes its hash as a value. commitment.test.ts holds the commitments against keccak-256; here a native relative of it
// makes a thousand searches through salts quick.
const keccak: Keccak256 = (bytes) => createHash('sha3-256').update(bytes).digest()
const recoverSigner: RecoverSigner = (data, signature) => recoverTypedDataAddress({ ...data, signature })
const nodes = [1, 2, 3].map((n) => privateKeyToAccount(`0x${String(n).repeat(64)}`))
const lower = (hex: string): Hex => hex.toLowerCase() as Hex
const id = (n: number): Hex => `0x${n.toString(16).padStart(2, '0').repeat(32)}`

const START = 1433131200
const HOUR = 3600
const community: Hex = `0x${'c0'.repeat(20)}`
const settlement: Hex = `0x${'5e'.repeat(20)}`
const fixed = (microEurPerKwh: number) => ({ kind: 'fixed', microEurPerKwh }) as const
const rules: RulesDocument = {
  version: 1,
  from: '2015-06-01T04:00:00Z',
  allocation: { key: 'even' },
  tariffs: {
    communityConsumption: fixed(120_000),
    communityProduction: fixed(100_000),
    commercial: fixed(250_000),
    feedIn: fixed(50_000),
  },
}

/** Three hours of the seven members of the founding example, the third with the wind asleep. */
const hours = [
  [3000, 1000, -1000, -3000, -3000, -3000, 3000],
  [100, 7000, -1000, -3000, 250, -3001, 3000],
  [0, 0, -1, -2, -3, -4, 5],
]

function books(revision: number): Book[] {
  return hours.map((deltas, i) => {
    const start = START + i * HOUR
    const settled = settlePeriod(
      { start, seconds: HOUR },
      deltas.map((delta, m) => ({
        member: id(m + 1),
        energyImport: Wh(delta < 0 ? 500 - delta : 500),
        energyExport: Wh(delta > 0 ? 500 + delta : 500),
      })),
      rules.allocation,
    )
    return {
      start,
      surplus: settled.surplus,
      demand: settled.demand,
      shared: settled.shared,
      balances: settled.members.map(({ member, energyImport, energyExport, bought, sold }, m) => ({
        member: member as Hex,
        energyImport,
        energyExport,
        bought,
        sold,
        flags: m === 2 ? 1 : 0,
        salt: saltOf(keccak, id(100 + m), start, revision),
      })),
    }
  })
}

const chain: ChainView = {
  chainId: 31337,
  settlement,
  community,
  periodSeconds: HOUR,
  startsAt: START,
  createdAt: START + 1_000_000,
  historic: true,
  rules: [
    {
      version: 1,
      from: START,
      key: 0,
      plain: true,
      exact: true,
      rulesHash: rulesHash(keccak, rules),
      committedAt: START + 1_000_000,
    },
  ],
  members: hours[0]!.map((_, m) => ({ member: id(m + 1), from: START, until: null })),
  committee: {
    seats: nodes.map(({ address }, seat) => ({ node: lower(address), seat })),
    quorums: [{ since: 0, quorum: 2 }],
  },
}

const revision = 1
let batch: ChainBatch
let evidence: TradingBatch

beforeAll(async () => {
  const committed = books(revision)
  const { root, totals, membersRoots } = commitBatch(keccak, { chainId: 31337, community, revision, books: committed })
  const settledAt = START + 1_100_000
  const signers = 0b101n
  const report = { community, start: START, periods: 3, revision, rules: 1, root, deadline: 2_000_000_000 }
  const hash = totalsHash(keccak, totals)
  const data = settlementReport({ chainId: 31337, settlement, report, totalsHash: hash, nonce: 4 })
  const signatures = await Promise.all([nodes[0]!, nodes[2]!].map((node) => node.signTypedData(data)))
  batch = {
    ...report,
    settledAt,
    timestamp: settledAt + 500,
    signers,
    totals,
    batchHash: toHex(keccak(abiWords([community, START, 3, revision, 1, settledAt, signers, root, hash]))),
    report: { nonce: 4, deadline: 2_000_000_000, signatures },
  }
  evidence = {
    community,
    chainId: 31337,
    start: START,
    periodSeconds: HOUR,
    periods: 3,
    revision,
    rules: 1,
    root,
    books: committed.map((book, i) => ({ ...book, membersRoot: membersRoots[i]! })),
  }
})

const audit = (change: Partial<AuditInput> = {}): Promise<Verdict[]> =>
  auditBatch({ keccak, recoverSigner, chain, batch, evidence, rulesDocs: [rules], prices: [], ...change })

const places = (verdicts: readonly Verdict[]): string[] =>
  verdicts.flatMap(({ findings }, i) =>
    findings.map(({ code, place }) =>
      [i, code, place.member?.slice(0, 4), place.field].filter((part) => part !== undefined).join(' '),
    ),
  )

/** Evidence with one value changed on the wire, as somebody with an editor would. */
function edited(edit: (wire: ReturnType<typeof formatTradingBatch>) => void): TradingBatch {
  const wire = structuredClone(formatTradingBatch(evidence))
  edit(wire)
  const parsed = parseTradingBatch(wire)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.value
}

test('what was settled is green, with everybody’s money', async () => {
  const verdicts = await audit()
  expect(places(verdicts)).toEqual([])
  expect(verdicts.map(({ ok, start, members, sharedWh }) => [ok, start, members, sharedWh])).toEqual([
    [true, START, 7, 7000n],
    [true, START + HOUR, 7, 7001n],
    [true, START + 2 * HOUR, 7, 5n],
  ])
  expect(verdicts[0]!.money!.get(id(4))).toMatchObject({
    communityDebit: 240_000n,
    commercialDebit: 250_000n,
    balance: 490_000n,
  })
})

describe('one changed value in the evidence is found in its exact place', () => {
  const flipped = (hex: Hex, at: number): Hex =>
    `${hex.slice(0, at)}${(Number.parseInt(hex[at]!, 16) ^ 1).toString(16)}${hex.slice(at + 1)}` as Hex
  type Wire = ReturnType<typeof formatTradingBatch>
  const cases: readonly (readonly [string, (wire: Wire) => void, string])[] = [
    [
      'import',
      (w) => {
        w.books[1]!.balances[3]!.importWh ^= 8
      },
      '1 AUDIT_LEAF 0x04 importWh',
    ],
    [
      'export',
      (w) => {
        w.books[0]!.balances[0]!.exportWh ^= 1
      },
      '0 AUDIT_LEAF 0x01 exportWh',
    ],
    [
      'export by a digit',
      (w) => {
        w.books[0]!.balances[0]!.exportWh += 5000
      },
      '0 AUDIT_LEAF 0x01 exportWh',
    ],
    [
      'bought',
      (w) => {
        w.books[2]!.balances[5]!.boughtWh ^= 1
      },
      '2 AUDIT_LEAF 0x06 boughtWh',
    ],
    [
      'sold',
      (w) => {
        w.books[1]!.balances[1]!.soldWh ^= 64
      },
      '1 AUDIT_LEAF 0x02 soldWh',
    ],
    [
      'flags',
      (w) => {
        w.books[1]!.balances[2]!.flags ^= 1
      },
      '1 AUDIT_LEAF 0x03 flags',
    ],
    [
      'salt',
      (w) => {
        w.books[1]!.balances[6]!.salt = flipped(w.books[1]!.balances[6]!.salt, 40)
      },
      '1 AUDIT_LEAF 0x07 salt',
    ],
    [
      'members root',
      (w) => {
        w.books[1]!.membersRoot = flipped(w.books[1]!.membersRoot, 9)
      },
      '1 AUDIT_MEMBERS_ROOT membersRoot',
    ],
    [
      'surplus',
      (w) => {
        w.books[1]!.surplusWh ^= 1
      },
      '1 AUDIT_TOTALS surplusWh',
    ],
    [
      'demand',
      (w) => {
        w.books[1]!.demandWh ^= 1
      },
      '1 AUDIT_TOTALS demandWh',
    ],
    [
      'shared',
      (w) => {
        w.books[2]!.sharedWh ^= 1
      },
      '2 AUDIT_TOTALS sharedWh',
    ],
  ]
  test.each(cases)('%s', async (_name, edit, place) => {
    expect(places(await audit({ evidence: edited(edit) }))).toEqual([place])
  })

  test('a member id', async () => {
    const wire = edited((w) => {
      w.books[0]!.balances[6]!.member = flipped(w.books[0]!.balances[6]!.member, 65)
    })
    const [verdict, second, third] = await audit({ evidence: wire })
    expect(verdict!.findings).toEqual([
      {
        code: 'AUDIT_LEAF',
        place: {
          batch: '2015-06-01T04:00:00Z',
          revision: 1,
          period: '2015-06-01T04:00:00Z',
          member: `${id(7).slice(0, 65)}6`,
          field: 'member',
        },
        expected: id(7),
        found: `${id(7).slice(0, 65)}6`,
      },
    ])
    expect([second!.ok, third!.ok]).toEqual([true, true])
  })

  const frames: readonly (readonly [string, (wire: Wire) => void, string])[] = [
    [
      'root',
      (w) => {
        w.root = flipped(w.root, 20)
      },
      'AUDIT_ROOT root',
    ],
    [
      'community',
      (w) => {
        w.community = flipped(w.community, 20)
      },
      'AUDIT_EVIDENCE_FRAME community',
    ],
    [
      'chain id',
      (w) => {
        w.chainId ^= 1
      },
      'AUDIT_EVIDENCE_FRAME chainId',
    ],
    [
      'revision',
      (w) => {
        w.revision ^= 1
      },
      'AUDIT_EVIDENCE_FRAME revision',
    ],
    [
      'rules',
      (w) => {
        w.rules ^= 2
      },
      'AUDIT_EVIDENCE_FRAME rules',
    ],
    [
      'periods',
      (w) => {
        w.periods ^= 4
      },
      'AUDIT_EVIDENCE_FRAME periods',
    ],
    [
      'start',
      (w) => {
        w.start = '2015-06-01T05:00:00Z'
      },
      'AUDIT_EVIDENCE_FRAME start',
    ],
  ]
  test.each(frames)('the batch’s %s', async (_name, edit, place) => {
    expect(places(await audit({ evidence: edited(edit) }))).toEqual([0, 1, 2].map((i) => `${i} ${place}`))
  })

  test('a book’s start', async () => {
    const evidence = edited((w) => {
      w.books[1]!.start = '2015-06-01T04:00:00Z'
    })
    expect(places(await audit({ evidence }))).toEqual(['1 AUDIT_EVIDENCE_FRAME start'])
  })
})

describe('one changed value on the chain’s side is found', () => {
  const chainCases: readonly (readonly [string, () => Partial<AuditInput>, string])[] = [
    [
      'totals word',
      () => ({ batch: { ...batch, totals: batch.totals.with(1, batch.totals[1]! ^ (1n << 41n)) } }),
      '1 AUDIT_TOTALS totals.shared',
    ],
    [
      'totals padding',
      () => ({ batch: { ...batch, totals: batch.totals.with(1, batch.totals[1]! ^ 1n) } }),
      '1 AUDIT_TOTALS totals',
    ],
    [
      'root',
      () => ({ batch: { ...batch, root: `${batch.root.slice(0, -1)}${batch.root.endsWith('0') ? '1' : '0'}` as Hex } }),
      '0 AUDIT_ROOT root',
    ],
    ['stored hash', () => ({ batch: { ...batch, batchHash: id(9) } }), '0 AUDIT_BATCH_HASH batchHash'],
    ['signers', () => ({ batch: { ...batch, signers: 0b111n } }), '0 AUDIT_BATCH_HASH batchHash'],
    ['settled at', () => ({ batch: { ...batch, settledAt: batch.settledAt + 1 } }), '0 AUDIT_BATCH_HASH batchHash'],
    [
      'a signature',
      () => ({
        batch: {
          ...batch,
          report: { ...batch.report!, signatures: [batch.report!.signatures[0]!, `0x${'12'.repeat(65)}`] },
        },
      }),
      '0 AUDIT_SIGNATURE signatures[1]',
    ],
    [
      'nonce',
      () => ({ batch: { ...batch, report: { ...batch.report!, nonce: 5 } } }),
      '0 AUDIT_SIGNATURE signatures[0]',
    ],
    [
      'deadline',
      () => ({ batch: { ...batch, report: { ...batch.report!, deadline: 2_000_000_001 } } }),
      '0 AUDIT_SIGNATURE signatures[0]',
    ],
    [
      'a seat',
      () => ({ chain: { ...chain, committee: { ...chain.committee, seats: chain.committee.seats.slice(0, 2) } } }),
      '0 AUDIT_QUORUM signers',
    ],
    [
      'quorum',
      () => ({ chain: { ...chain, committee: { ...chain.committee, quorums: [{ since: 0, quorum: 3 }] } } }),
      '0 AUDIT_QUORUM signers',
    ],
    ['fallen', () => ({ batch: { ...batch, fallen: true } }), '0 AUDIT_BATCH_HASH batchHash'],
    [
      'rule version',
      () => ({ chain: { ...chain, rules: [...chain.rules, { ...chain.rules[0]!, version: 2, from: START + HOUR }] } }),
      '1 AUDIT_RULES rules',
    ],
    ['rules too late', () => ({ chain: { ...chain, historic: false } }), '0 AUDIT_RULES_LATE rules.committedAt'],
    [
      'rules hash',
      () => ({ chain: { ...chain, rules: [{ ...chain.rules[0]!, rulesHash: id(8) }] } }),
      '0 AUDIT_RULES_DOCUMENT rulesHash',
    ],
    ['rules document', () => ({ rulesDocs: [{ ...rules, version: 2 }] }), '0 AUDIT_RULES_DOCUMENT rulesHash'],
    [
      'allocation key',
      () => ({ chain: { ...chain, rules: [{ ...chain.rules[0]!, key: 1 }] } }),
      '0 AUDIT_RULES rules.key',
    ],
    [
      'a member who had left',
      () => ({ chain: { ...chain, members: chain.members.with(6, { ...chain.members[6]!, until: START + HOUR }) } }),
      '1 AUDIT_MEMBERS 0x07 member',
    ],
    [
      'a member who is missing',
      () => ({
        chain: { ...chain, members: [...chain.members, { member: id(9), from: START + 2 * HOUR, until: null }] },
      }),
      '2 AUDIT_MEMBERS 0x09 member',
    ],
    ['no evidence', () => ({ evidence: undefined }), '0 AUDIT_EVIDENCE_MISSING evidence'],
  ]
  test.each(chainCases)('%s', async (_name, change, place) => {
    expect(places(await audit(change()))).toContain(place)
  })
})

describe('a false book that a quorum signed is found by its arithmetic', () => {
  /** Commits, as a dishonest quorum would, to changed balances with matching roots. */
  async function signedLie(change: (books: Book[]) => Book[]): Promise<Verdict[]> {
    const lied = change(books(revision))
    const { root, totals, membersRoots } = commitBatch(keccak, { chainId: 31337, community, revision, books: lied })
    const { batchHash: _, report: __, ...plain } = batch
    return audit({
      batch: { ...plain, root, totals },
      evidence: { ...evidence, root, books: lied.map((book, i) => ({ ...book, membersRoot: membersRoots[i]! })) },
    })
  }
  const alter =
    (period: number, edit: (balance: Book['balances'][number], index: number) => Partial<Book['balances'][number]>) =>
    (all: Book[]) =>
      all.map((book, i) =>
        i === period ? { ...book, balances: book.balances.map((b, m) => ({ ...b, ...edit(b, m) })) } : book,
      )

  test('an uneven split', async () => {
    const verdicts = await signedLie(
      alter(0, (b, m) => (m === 3 ? { bought: Wh(b.bought + 1n) } : m === 4 ? { bought: Wh(b.bought - 1n) } : {})),
    )
    expect(places(verdicts)).toEqual(['0 AUDIT_SPLIT 0x04 boughtWh', '0 AUDIT_SPLIT 0x05 boughtWh'])
    expect(verdicts[0]!.findings[0]).toMatchObject({ expected: '2000', found: '2001' })
  })

  test('energy out of nothing', async () => {
    const verdicts = await signedLie(alter(0, (_, m) => (m === 2 ? { bought: Wh(1001) } : {})))
    expect(places(verdicts)).toEqual([
      '0 AUDIT_BOUNDS 0x03 boughtWh',
      '0 AUDIT_TOTALS sum of boughtWh',
      '0 AUDIT_SPLIT 0x03 boughtWh',
    ])
  })

  test('a part left unshared under a key that shares all', async () => {
    const verdicts = await signedLie((all) => [{ ...all[0]!, shared: Wh(6999) }, ...all.slice(1)])
    expect(places(verdicts)).toEqual([
      '0 AUDIT_TOTALS sum of boughtWh',
      '0 AUDIT_TOTALS sum of soldWh',
      '0 AUDIT_SHARED sharedWh',
    ])
  })
})

test('many changed values are found false without being traced', async () => {
  const evidence = edited((w) => {
    for (const balance of w.books[1]!.balances) balance.flags ^= 1
  })
  expect(places(await audit({ evidence }))).toEqual(['1 AUDIT_MEMBERS_ROOT balances'])
})

const dayAhead: RulesDocument = {
  ...rules,
  tariffs: { ...rules.tariffs, feedIn: { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: 0 } },
}
const dayAheadChain = { ...chain, rules: [{ ...chain.rules[0]!, rulesHash: rulesHash(keccak, dayAhead) }] }
const dk2 = (...prices: bigint[]) => [
  { series: 'dk2', seconds: HOUR, prices: new Map(prices.map((price, hour) => [START + hour * HOUR, price])) },
]
/** The chain committed to these prices of the three hours; the auditor was given `found`. */
const committedTo = (committed: ReturnType<typeof dk2>, found: ReturnType<typeof dk2>) => {
  const segment = { series: 'dk2', from: START, until: START + 3 * HOUR }
  const hash = priceSegmentHash(keccak, pricesBetween('dk2', segment, committed))
  return [checkPrices(keccak, { ...segment, hash }, found)]
}

test('a missing price is a finding, not zero', async () => {
  const prices = dk2(1n, -1n)
  const committedPrices = committedTo(prices, prices)
  expect(places(await audit({ chain: dayAheadChain, rulesDocs: [dayAhead], prices, committedPrices }))).toEqual([
    '2 AUDIT_MONEY prices',
  ])
})

test('prices that the chain committed to are sound; one exchanged price is found in every period of its segment', async () => {
  const prices = dk2(1n, -1n, 5n)
  const input = { chain: dayAheadChain, rulesDocs: [dayAhead], prices }
  expect(places(await audit({ ...input, committedPrices: committedTo(prices, prices) }))).toEqual([])
  expect(places(await audit({ ...input, committedPrices: committedTo(dk2(1n, -1n, 6n), prices) }))).toEqual([
    '0 AUDIT_PRICES prices.dk2',
    '1 AUDIT_PRICES prices.dk2',
    '2 AUDIT_PRICES prices.dk2',
  ])
})

test('prices that nobody committed to are found', async () => {
  const prices = dk2(1n, -1n, 5n)
  expect(places(await audit({ chain: dayAheadChain, rulesDocs: [dayAhead], prices }))).toEqual([
    '0 AUDIT_PRICES prices.dk2',
    '1 AUDIT_PRICES prices.dk2',
    '2 AUDIT_PRICES prices.dk2',
  ])
})

test('gaps and overlaps between batches are found, in any order of events', () => {
  const at = (hour: number, periods: number) => ({ start: START + hour * HOUR, periods })
  expect(auditSequence(chain, [at(3, 2), at(0, 3)])).toEqual([])
  expect(auditSequence(chain, [at(0, 3), at(4, 1), at(4, 2)])).toEqual([
    {
      code: 'AUDIT_GAP',
      place: { batch: '2015-06-01T08:00:00Z', field: 'start' },
      expected: '2015-06-01T07:00:00Z',
      found: '2015-06-01T08:00:00Z',
    },
    {
      code: 'AUDIT_OVERLAP',
      place: { batch: '2015-06-01T08:00:00Z', field: 'start' },
      expected: '2015-06-01T09:00:00Z',
      found: '2015-06-01T08:00:00Z',
    },
  ])
})

describe('a statement file', () => {
  const periods = books(0).map((book) => settledBook(book, HOUR))
  const given = { periods, rules: [rules], prices: [], timeZone: 'Europe/Madrid', month: '2015-06' }
  const expected = statementDocument({
    community: { id: community, name: 'Sunny Street' },
    member: { id: id(3), name: 'Home C' },
    statement: statementOf({ ...given, member: id(3) }),
    standing: { asOf: START + 5 * HOUR, provisional: 3, provisionalUntil: START + 9 * HOUR, final: 0, corrected: [] },
    proof: { chainId: 31337, settlement, batches: [{ start: '2015-06-01T04:00:00Z', revision: 0, root: id(9) }] },
  })
  const fields = (edit: (document: typeof expected) => unknown) => {
    const document = structuredClone(expected)
    edit(document)
    return auditStatement({ given: document, expected }).map(({ place }) => place.field)
  }

  test('that was not changed is sound', () => {
    expect(auditStatement({ given: JSON.parse(JSON.stringify(expected)), expected })).toEqual([])
  })

  test('is held against chain and evidence value by value', () => {
    expect(fields((d) => (d.moneyEur.balance = '0.000001'))).toEqual(['moneyEur.balance'])
    expect(fields((d) => (d.days[0]!.boughtWh += 1))).toEqual(['days[2015-06-01].boughtWh'])
    expect(fields((d) => (d.unmeasured[1]!.reasons = []))).toEqual([
      'unmeasured[2015-06-01T05:00:00Z].reasons[0]',
      'unmeasured[2015-06-01T05:00:00Z].reasons.length',
    ])
    expect(fields((d) => (d.state.provisional = 0))).toEqual(['state.provisional'])
    expect(fields((d) => d.days.push(d.days[0]!))).toEqual(['days.length'])
    expect(fields((d) => Object.assign(d, { gift: 1 }))).toEqual(['gift'])
    expect(auditStatement({ given: 'nonsense', expected }).length).toBeGreaterThan(40)
  })

  test('of a revision that was corrected since names the batch first', () => {
    const [first] = auditStatement({
      given: {
        ...expected,
        dueEur: '9.000000',
        proof: { ...expected.proof, batches: [{ ...expected.proof.batches[0]!, root: id(8) }] },
      },
      expected,
    })
    expect(first).toEqual({
      code: 'AUDIT_STATEMENT',
      place: { batch: '2015-05-31T22:00:00Z', member: id(3), field: 'proof.batches[2015-06-01T04:00:00Z].root' },
      expected: id(9),
      found: id(8),
    })
  })

  test('with any character of a value changed is not sound', () => {
    const text = JSON.stringify(expected)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('0', '1', '7', 'a', 'f'), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        let document: unknown
        try {
          document = JSON.parse(changed)
        } catch {
          return
        }
        const same = JSON.stringify(document) === text
        expect(auditStatement({ given: document, expected }).length === 0).toBe(same)
      }),
    )
  })
})

test('no flipped bit anywhere in an evidence file passes', async () => {
  const bytes = Buffer.from(JSON.stringify(formatTradingBatch(evidence)))
  const anyBit = fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) })
  await fc.assert(
    fc.asyncProperty(anyBit, async ({ at, bit }) => {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << bit
      let raw: unknown
      try {
        raw = JSON.parse(flipped.toString('utf8'))
      } catch {
        return
      }
      const parsed = parseTradingBatch(raw)
      if (!parsed.ok) return
      const verdicts = await audit({ evidence: parsed.value })
      expect(verdicts.some(({ ok }) => !ok)).toBe(true)
    }),
    { numRuns: 60, endOnFailure: true },
  )
})
