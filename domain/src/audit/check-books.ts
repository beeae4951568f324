import { ALLOCATION_KEYS, type Allocation } from '../allocation/allocation.ts'
import type { CommittedBalance } from '../commitment/commit-batch.ts'
import { unpackTotals } from '../commitment/totals.ts'
import { isPeriodStart } from '../periods/period.ts'
import { type SettledMember, type SettledPeriod, settlePeriod } from '../settlement/settle-period.ts'
import { least, Wh } from '../units/units.ts'
import type { CommittedBook } from './check-commitment.ts'
import { membersInForce } from './members-in-force.ts'
import type { Notes } from './notes.ts'
import type { ChainBatch, ChainView } from './types.ts'

/**
 * The arithmetic of every period: members are those in force, nobody trades more than they have, sums are the chain's totals, T is
 * what the key must share, and the split is what the key gives. Returns the periods as settled, for money.
 */
export function checkBooks({
  chain,
  batch,
  books,
  allocation,
  notes,
}: {
  readonly chain: ChainView
  readonly batch: ChainBatch
  readonly books: readonly CommittedBook[]
  /** Of the rules document, when it is known. */
  readonly allocation: Allocation | undefined
  readonly notes: Notes
}): SettledPeriod[] {
  const committed = chain.rules.find(({ version }) => version === batch.rules)
  const key = allocation ?? (committed?.plain ? plainAllocation(committed.key) : undefined)
  return books.map((book, i) => {
    checkMembers(chain, book, notes)
    for (const balance of book.balances) checkBounds(book.start, balance, notes)
    const period = asSettled(book, chain)
    const totals = unpackTotals(batch.totals[i] ?? 0n)
    checkSums(period, totals, committed?.exact ?? true, notes)
    if (!isPeriodStart(book.start, chain.periodSeconds))
      notes.period(
        book.start,
        'AUDIT_EVIDENCE_FRAME',
        'start',
        `a multiple of ${chain.periodSeconds} s`,
        String(book.start),
      )
    else if (key) checkSplit(period, key, notes)
    return period
  })
}

const plainAllocation = (key: number): Allocation | undefined => {
  const name = ALLOCATION_KEYS[key]
  return name === 'even' || name === 'pro-rata' ? { key: name } : undefined
}

const positive = (value: bigint): bigint => (value > 0n ? value : 0n)
const surplusOf = ({ energyImport, energyExport }: CommittedBalance): bigint => positive(energyExport - energyImport)
const demandOf = ({ energyImport, energyExport }: CommittedBalance): bigint => positive(energyImport - energyExport)

function asSettled({ start, balances }: CommittedBook, { periodSeconds }: ChainView): SettledPeriod {
  const sum = (of: (balance: CommittedBalance) => bigint): Wh => Wh(balances.reduce((total, b) => total + of(b), 0n))
  return {
    start,
    seconds: periodSeconds,
    surplus: sum(surplusOf),
    demand: sum(demandOf),
    shared: sum(({ bought }) => bought),
    members: balances.map((balance) => ({
      ...balance,
      gridImport: Wh(positive(demandOf(balance) - balance.bought)),
      gridExport: Wh(positive(surplusOf(balance) - balance.sold)),
    })),
  }
}

function checkMembers(chain: ChainView, { start, balances }: CommittedBook, notes: Notes): void {
  const expected = new Set(membersInForce(chain, start))
  const found = new Set<string>()
  balances.forEach(({ member }, i) => {
    const before = balances[i - 1]?.member
    if (before !== undefined && before >= member)
      notes.period(start, 'AUDIT_MEMBER_ORDER', 'member', `an id above ${before}`, member, member)
    found.add(member)
  })
  for (const member of expected)
    if (!found.has(member)) notes.period(start, 'AUDIT_MEMBERS', 'member', 'a balance', 'nothing', member)
  for (const member of found)
    if (!expected.has(member))
      notes.period(start, 'AUDIT_MEMBERS', 'member', 'a member in force', 'a balance of somebody else', member)
}

function checkBounds(start: number, balance: CommittedBalance, notes: Notes): void {
  const demand = demandOf(balance)
  const surplus = surplusOf(balance)
  if (balance.bought > demand)
    notes.period(start, 'AUDIT_BOUNDS', 'boughtWh', `at most ${demand}`, String(balance.bought), balance.member)
  if (balance.sold > surplus)
    notes.period(start, 'AUDIT_BOUNDS', 'soldWh', `at most ${surplus}`, String(balance.sold), balance.member)
}

function checkSums(period: SettledPeriod, totals: ReturnType<typeof unpackTotals>, exact: boolean, notes: Notes): void {
  const sold = period.members.reduce((sum, member) => sum + member.sold, 0n)
  const sums = [
    ['sum of surplus', totals.surplus, period.surplus],
    ['sum of demand', totals.demand, period.demand],
    ['sum of boughtWh', totals.shared, period.shared],
    ['sum of soldWh', totals.shared, sold],
  ] as const
  for (const [field, expected, found] of sums)
    if (expected !== found) notes.period(period.start, 'AUDIT_TOTALS', field, String(expected), String(found))
  const most = least(totals.surplus, totals.demand)
  if (exact ? totals.shared !== most : totals.shared > most)
    notes.period(
      period.start,
      'AUDIT_SHARED',
      'sharedWh',
      exact ? String(most) : `at most ${most}`,
      String(totals.shared),
    )
}

function checkSplit(period: SettledPeriod, allocation: Allocation, notes: Notes): void {
  const given = new Map<string, SettledMember>(period.members.map((member) => [member.member, member]))
  // Twice the same member is a finding already, and has no split.
  if (given.size !== period.members.length) return
  for (const member of settlePeriod(period, period.members, allocation).members) {
    const { bought, sold } = given.get(member.member)!
    if (bought !== member.bought)
      notes.period(period.start, 'AUDIT_SPLIT', 'boughtWh', String(member.bought), String(bought), member.member)
    if (sold !== member.sold)
      notes.period(period.start, 'AUDIT_SPLIT', 'soldWh', String(member.sold), String(sold), member.member)
  }
}
