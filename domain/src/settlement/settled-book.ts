import type { Book, CommittedBalance } from '../commitment/commit-batch.ts'
import type { PeriodSeconds } from '../periods/period.ts'
import { Wh } from '../units/units.ts'
import type { SettledMember, SettledPeriod } from './settle-period.ts'

const above = (a: bigint, b: bigint): bigint => (a > b ? a - b : 0n)

/** A committed balance with its grid part: what of demand and surplus the community could not give or take; never negative. */
export function settledMember(balance: CommittedBalance): SettledMember {
  const { member, energyImport, energyExport, bought, sold, flags } = balance
  return {
    member,
    energyImport,
    energyExport,
    bought,
    sold,
    gridImport: Wh(above(above(energyImport, energyExport), bought)),
    gridExport: Wh(above(above(energyExport, energyImport), sold)),
    flags,
  }
}

/** A book of evidence as a settled period, for money: of all its members, or of one. */
export const settledBook = (
  { start, surplus, demand, shared, balances }: Book,
  seconds: PeriodSeconds,
  only?: string,
): SettledPeriod => ({
  start,
  seconds,
  surplus,
  demand,
  shared,
  members: (only === undefined ? balances : balances.filter(({ member }) => member === only)).map(settledMember),
})
