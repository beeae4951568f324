import { type Hex, type Keccak256, toBytes, toHex } from '../commitment/bytes.ts'
import { type Book, balanceLeaf, type LeafFrame, periodLeaf } from '../commitment/commit-batch.ts'
import { merkleLevels, merkleRoot } from '../commitment/merkle.ts'
import { packTotals, unpackTotals } from '../commitment/totals.ts'
import { formatInstant } from '../periods/instant.ts'
import type { EvidenceBook, TradingBatch } from '../wire/trading-batch.ts'
import { type Change, locateChange } from './locate-change.ts'
import { membersInForce } from './members-in-force.ts'
import type { Notes } from './notes.ts'
import type { ChainBatch, ChainView } from './types.ts'

/** A book under the start it must have, with what its balances really hash to. */
interface Hashed {
  readonly start: number
  readonly book: EvidenceBook
  readonly levels: Uint8Array[][]
  readonly computed: Hex
}

/** A book as the chain's root holds it, as far as that can be told. */
export type CommittedBook = Pick<Book, 'start' | 'balances'>

// Tracing one changed value costs up to a million hashes; who changed more than this has been caught anyway.
const MOST_TRACED = 3

/**
 * Holds the evidence against the chain's root. Leaves are framed by what the chain says (community, revision, time), so a lie in the
 * evidence's own frame is found alone. A single changed value is traced through the root to its member and field, and undone,
 * so that the checks that follow judge what was committed.
 */
export function checkCommitment(
  keccak: Keccak256,
  chain: ChainView,
  batch: ChainBatch,
  evidence: TradingBatch,
  notes: Notes,
): CommittedBook[] {
  checkFrame(chain, batch, evidence, notes)
  const frame: LeafFrame = { chainId: chain.chainId, community: chain.community, revision: batch.revision }
  const hashed = evidence.books.slice(0, batch.periods).map((book, i): Hashed => {
    const start = batch.start + i * chain.periodSeconds
    if (book.start !== start)
      notes.period(start, 'AUDIT_EVIDENCE_FRAME', 'start', formatInstant(start), formatInstant(book.start))
    const leaves = book.balances.map((balance) => balanceLeaf(keccak, frame, start, balance))
    const levels = merkleLevels(keccak, leaves)
    return { start, book, levels, computed: toHex(merkleRoot(levels)) }
  })
  const held = whatRootHolds(keccak, batch, hashed)
  const root = batch.root.toLowerCase()
  if (held === 'nothing')
    notes.batch('AUDIT_ROOT', 'root', root, rootOf(keccak, hashed, computedRoot, bookTotals(hashed)))
  else if (evidence.root !== root) notes.batch('AUDIT_ROOT', 'root', root, evidence.root)
  let traced = 0
  return hashed.map((period, i) => {
    const { start, book, computed } = period
    checkTotals(period, batch.totals[i] ?? 0n, held, notes)
    if (computed === book.membersRoot) return { start, balances: book.balances }
    if (held === 'computed roots' || held === 'book totals') {
      notes.period(start, 'AUDIT_MEMBERS_ROOT', 'membersRoot', computed, book.membersRoot)
      return { start, balances: book.balances }
    }
    const change: Change | undefined =
      traced++ < MOST_TRACED
        ? locateChange({
            keccak,
            frame,
            start,
            balances: book.balances,
            levels: period.levels,
            root: toBytes(book.membersRoot),
            totals: unpackTotals(batch.totals[i] ?? 0n),
            members: membersInForce(chain, start),
          })
        : undefined
    if (!change) {
      notes.period(start, 'AUDIT_MEMBERS_ROOT', 'balances', book.membersRoot, computed)
      return { start, balances: book.balances }
    }
    notes.period(start, 'AUDIT_LEAF', change.field, change.expected, change.found, change.member)
    return { start, balances: change.balances }
  })
}

const computedRoot = ({ computed }: Hashed): Hex => computed
const givenRoot = ({ book }: Hashed): Hex => book.membersRoot
const bookTotals = (hashed: readonly Hashed[]): bigint[] => hashed.map(({ book }) => packTotals(book))

function rootOf(
  keccak: Keccak256,
  hashed: readonly Hashed[],
  membersRoot: (period: Hashed) => Hex,
  totals: readonly bigint[],
): Hex {
  const leaves = hashed.map((period, i) =>
    periodLeaf(keccak, period.start, totals[i] ?? 0n, toBytes(membersRoot(period))),
  )
  return toHex(merkleRoot(merkleLevels(keccak, leaves)))
}

/** Which of the things given hash to the chain's root: that tells which of them is the lie. */
function whatRootHolds(
  keccak: Keccak256,
  { root, totals }: ChainBatch,
  hashed: readonly Hashed[],
): 'given roots' | 'computed roots' | 'book totals' | 'nothing' {
  const holds = (membersRoot: (period: Hashed) => Hex, words: readonly bigint[]): boolean =>
    rootOf(keccak, hashed, membersRoot, words) === root.toLowerCase()
  if (holds(computedRoot, totals)) return 'computed roots'
  if (holds(givenRoot, totals)) return 'given roots'
  if (holds(computedRoot, bookTotals(hashed))) return 'book totals'
  return 'nothing'
}

function checkTotals({ start, book }: Hashed, word: bigint, held: string, notes: Notes): void {
  const chain = unpackTotals(word)
  const mine = unpackTotals(packTotals(book))
  for (const field of ['surplus', 'demand', 'shared', 'members'] as const) {
    if (chain[field] === mine[field]) continue
    const name = field === 'members' ? 'balances.length' : `${field}Wh`
    if (held === 'book totals')
      notes.period(start, 'AUDIT_TOTALS', `totals.${field}`, String(mine[field]), String(chain[field]))
    else notes.period(start, 'AUDIT_TOTALS', name, String(chain[field]), String(mine[field]))
  }
  if ((word & 0xffffffn) !== 0n)
    notes.period(start, 'AUDIT_TOTALS', 'totals', '24 zero bits at the end', `0x${(word & 0xffffffn).toString(16)}`)
}

function checkFrame(chain: ChainView, batch: ChainBatch, evidence: TradingBatch, notes: Notes): void {
  const frame: readonly (readonly [string, string | number, string | number])[] = [
    ['community', chain.community.toLowerCase(), evidence.community],
    ['chainId', chain.chainId, evidence.chainId],
    ['start', formatInstant(batch.start), formatInstant(evidence.start)],
    ['periodSeconds', chain.periodSeconds, evidence.periodSeconds],
    ['periods', batch.periods, evidence.periods],
    ['revision', batch.revision, evidence.revision],
    ['rules', batch.rules, evidence.rules],
    ['books.length', batch.periods, evidence.books.length],
  ]
  for (const [field, expected, found] of frame)
    if (expected !== found) notes.batch('AUDIT_EVIDENCE_FRAME', field, String(expected), String(found))
  if (batch.totals.length !== batch.periods)
    notes.batch('AUDIT_TOTALS', 'totals.length', String(batch.periods), String(batch.totals.length))
}
