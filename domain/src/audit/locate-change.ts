import { compareBytes, type Hex, type Keccak256 } from '../commitment/bytes.ts'
import { balanceLeaf, type CommittedBalance, type LeafFrame } from '../commitment/commit-batch.ts'
import { climb, merkleProof } from '../commitment/merkle.ts'
import type { unpackTotals } from '../commitment/totals.ts'
import { Wh } from '../units/units.ts'

/** One value of one balance that differs from what was committed. */
export interface Change {
  readonly member: string
  readonly field: string
  readonly expected: string
  readonly found: string
  /** The balances with the change undone. */
  readonly balances: readonly CommittedBalance[]
}

interface Altered {
  readonly keccak: Keccak256
  readonly frame: LeafFrame
  readonly start: number
  readonly balances: readonly CommittedBalance[]
  /** The tree of the balances as given. */
  readonly levels: readonly Uint8Array[][]
  /** The root that was committed. */
  readonly root: Uint8Array
  readonly totals: ReturnType<typeof unpackTotals>
  readonly members: readonly string[]
}

type Field = keyof CommittedBalance
const WIRE_NAME: Readonly<Record<Field, string>> = {
  member: 'member',
  energyImport: 'importWh',
  energyExport: 'exportWh',
  bought: 'boughtWh',
  sold: 'soldWh',
  flags: 'flags',
  salt: 'salt',
}

// A salt has 960 near ones: ten seconds at this size. Larger trees are still found false, only the salt is not searched for.
const MOST_MEMBERS = 100

/**
 * Finds the one changed value by trying what it must have been: energies follow from the period's totals, ids from the members
 * in force, flags are few, a salt differs in one digit. Only the true value hashes to the committed root, so a hit is certain.
 */
export function locateChange(altered: Altered): Change | undefined {
  const { balances, levels } = altered
  const sums = sumsOf(balances)
  const proofs = balances.map((_, i) => merkleProof(levels, i))
  const searches: ((balance: CommittedBalance) => Iterable<Partial<CommittedBalance>>)[] = [
    (balance) => energies(balance, altered.totals, sums),
    ({ flags }) => flagsBut(flags),
    ({ member }) => ids(member, altered),
    ({ salt }) => (balances.length <= MOST_MEMBERS ? salts(salt) : []),
  ]
  for (const search of searches)
    for (const [i, balance] of balances.entries())
      for (const repair of search(balance)) {
        const repaired = { ...balance, ...repair }
        const leaf = balanceLeaf(altered.keccak, altered.frame, altered.start, repaired)
        if (compareBytes(climb(altered.keccak, leaf, proofs[i]!), altered.root) !== 0) continue
        const field = Object.keys(repair)[0] as Field
        return {
          member: balance.member,
          field: WIRE_NAME[field],
          expected: String(repaired[field]),
          found: String(balance[field]),
          balances: balances.with(i, repaired),
        }
      }
  return undefined
}

const positive = (value: bigint): bigint => (value > 0n ? value : 0n)

interface Sums {
  readonly surplus: bigint
  readonly demand: bigint
  readonly bought: bigint
  readonly sold: bigint
}

const sumsOf = (balances: readonly CommittedBalance[]): Sums => ({
  surplus: balances.reduce((sum, b) => sum + positive(b.energyExport - b.energyImport), 0n),
  demand: balances.reduce((sum, b) => sum + positive(b.energyImport - b.energyExport), 0n),
  bought: balances.reduce((sum, b) => sum + b.bought, 0n),
  sold: balances.reduce((sum, b) => sum + b.sold, 0n),
})

function* energies(
  balance: CommittedBalance,
  totals: Altered['totals'],
  sums: Sums,
): Generator<Partial<CommittedBalance>> {
  const { energyImport, energyExport, bought, sold } = balance
  const surplus = positive(energyExport - energyImport) + totals.surplus - sums.surplus
  const demand = positive(energyImport - energyExport) + totals.demand - sums.demand
  const net = demand - surplus
  const candidates: readonly (readonly ['energyImport' | 'energyExport' | 'bought' | 'sold', bigint])[] = [
    ['energyImport', energyExport + net],
    ['energyExport', energyImport - net],
    ['bought', bought + totals.shared - sums.bought],
    ['sold', sold + totals.shared - sums.sold],
  ]
  for (const [field, value] of candidates)
    if (value >= 0n && value < 1n << 64n && value !== balance[field]) yield { [field]: Wh(value) }
}

function* flagsBut(given: number): Generator<Partial<CommittedBalance>> {
  for (let flags = 0; flags < 256; flags++) if (flags !== given) yield { flags }
}

function* ids(given: string, { members, balances }: Altered): Generator<Partial<CommittedBalance>> {
  if (members.includes(given)) return
  const present = new Set<string>(balances.map(({ member }) => member))
  for (const member of members) if (!present.has(member)) yield { member: member as Hex }
}

function* salts(given: Hex): Generator<Partial<CommittedBalance>> {
  for (let at = 2; at < given.length; at++)
    for (const digit of '0123456789abcdef')
      if (digit !== given[at]) yield { salt: `${given.slice(0, at)}${digit}${given.slice(at + 1)}` as Hex }
}
