import {
  type Allocation,
  type BatchCommitment,
  type Book,
  commitBatch,
  type Keccak256,
  memberEnergies,
  type PeriodReading,
  type PeriodSeconds,
  type Substituted,
  saltOf,
  settlePeriod,
} from '@opem/domain'
import type { Hex } from 'viem'
import { isReadable, type MatchedMember, membersAt } from './match-members.ts'

/** Everything a batch follows from: no clock, no network. Two nodes with the same input commit to the same root. */
export interface BatchInput {
  readonly keccak: Keccak256
  readonly chainId: number
  readonly community: Hex
  readonly periodSeconds: PeriodSeconds
  readonly batch: { readonly start: number; readonly periods: number; readonly revision: number }
  readonly members: readonly MatchedMember[]
  readonly allocation: Allocation
  /** The cleansed reading of a meter in the period that starts at `start`. */
  readonly readingOf: (meter: string, start: number) => PeriodReading | undefined
  /** Earlier readings of a meter whose reading at `start` is missing. */
  readonly historyOf: (meter: string, start: number) => readonly PeriodReading[]
}

export interface ClosedBatch extends Pick<BatchCommitment, 'root' | 'totals' | 'membersRoots'> {
  readonly books: readonly Book[]
  readonly substituted: readonly Substituted[]
}

/** Closes every period of a batch and commits to the balances: readings and memberships in, books and a root out. */
export function closeBatch(input: BatchInput): ClosedBatch {
  const { start, periods } = input.batch
  const substituted: Substituted[] = []
  const books = Array.from({ length: periods }, (_, i) => {
    const closed = closePeriod(input, start + i * input.periodSeconds)
    substituted.push(...closed.substituted)
    return closed.book
  })
  return { ...commit(input, books), books, substituted }
}

/** The commitment to books, as the contract and every auditor compute it. */
export function commit({ keccak, chainId, community, batch }: BatchInput, books: readonly Book[]) {
  const { root, totals, membersRoots } = commitBatch(keccak, { chainId, community, revision: batch.revision, books })
  return { root, totals, membersRoots }
}

function closePeriod(input: BatchInput, start: number): { book: Book; substituted: readonly Substituted[] } {
  const { keccak, periodSeconds, batch, allocation, readingOf, historyOf } = input
  const period = { start, seconds: periodSeconds }
  const present = membersAt(input.members, start)
  const readable = present.flatMap((member) => member.meters.filter((meter) => isReadable(meter, start)))
  const meters = [...new Set(readable.map(({ meter }) => meter))]
  const readings = meters.flatMap((meter) => readingOf(meter, start) ?? [])
  const missing = meters.filter((meter) => !readingOf(meter, start))
  const { energies, flags, substituted } = memberEnergies({
    period,
    members: present.map(({ member, meters }) => ({ id: member, meters })),
    readings,
    history: new Map(missing.map((meter) => [meter, historyOf(meter, start)])),
  })
  const settled = settlePeriod(period, energies, allocation)
  const saltKeys = new Map<string, Hex>(present.map(({ member, saltKey }) => [member, saltKey]))
  const balances = settled.members.map(({ member, energyImport, energyExport, bought, sold }) => ({
    member: member as Hex,
    energyImport,
    energyExport,
    bought,
    sold,
    flags: flags.get(member) ?? 0,
    salt: saltOf(keccak, saltKeys.get(member)!, start, batch.revision),
  }))
  const { surplus, demand, shared } = settled
  return { book: { start, surplus, demand, shared, balances }, substituted }
}
