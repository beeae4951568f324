import type { SettledMember, SettledPeriod, TradingBatch } from '@opem/domain'
import { settledBook } from '@opem/domain'
import type { BalanceRow } from '../charts/balance.ts'

/** Evidence as settled periods that hold one member only: what a statement of that member needs. */
export const periodsOf = (batches: readonly TradingBatch[], member: string): SettledPeriod[] =>
  batches.flatMap(({ periodSeconds, books }) => books.map((book) => settledBook(book, periodSeconds, member)))

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
