import type { CommittedBalance, PeriodSeconds, SettledMember, SettledPeriod, TradingBatch } from '@opem/domain'
import { Wh } from '@opem/domain'
import type { BalanceRow } from '../charts/balance.ts'

const above = (a: bigint, b: bigint) => Wh(a > b ? a - b : 0n)

/** A committed balance with its grid part: what of surplus and demand the community could not take or give. */
export function settledMember(balance: CommittedBalance): SettledMember {
  const { member, energyImport, energyExport, bought, sold } = balance
  return {
    member,
    energyImport,
    energyExport,
    bought,
    sold,
    gridImport: Wh(above(energyImport, energyExport) - bought),
    gridExport: Wh(above(energyExport, energyImport) - sold),
  }
}

/** Evidence as settled periods that hold one member only: what a statement of that member needs. */
export const periodsOf = (batches: readonly TradingBatch[], member: string): SettledPeriod[] =>
  batches.flatMap((batch) =>
    batch.books.map(({ start, surplus, demand, shared, balances }) => ({
      start,
      seconds: batch.periodSeconds satisfies PeriodSeconds,
      surplus,
      demand,
      shared,
      members: balances.filter((balance) => balance.member === member).map(settledMember),
    })),
  )

/** A member's period as a row of the chart. */
export const memberRow = (
  start: number,
  { sold, gridExport, bought, gridImport }: Pick<SettledMember, 'sold' | 'gridExport' | 'bought' | 'gridImport'>,
): BalanceRow => ({
  start,
  sharedUp: sold,
  restUp: gridExport,
  sharedDown: bought,
  restDown: gridImport,
})
