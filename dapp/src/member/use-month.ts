import type { PriceSeries, SettledPeriod, TradingBatch } from '@opem/domain'
import { type AdjustedPeriod, adjustedPeriods, localMonth, settledBook } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { knownAdjustmentsQuery } from '../api/adjustments.ts'
import type { Community } from '../api/communities.ts'
import { pricesQuery } from '../api/prices.ts'
import { tradingQuery } from '../api/trading.ts'
import type { Standings } from '../chain/settled-in.ts'
import { useStandings } from '../chain/use-standings.ts'
import { seriesOf } from '../format/rules.ts'
import { messageOf } from '../parts/Notice.tsx'

/** What money of a month is made of, and how final it is. */
export interface Month {
  readonly from: number
  readonly to: number
  readonly trading: readonly TradingBatch[]
  readonly periods: readonly SettledPeriod[]
  readonly adjusted: readonly AdjustedPeriod[]
  readonly prices: readonly PriceSeries[]
  readonly standings: Standings
  readonly correctionWindow: number
}

/**
 * A local month of a community: evidence, adjustments that became known in it, prices, and the chain's word on each batch.
 * @param member balances of one member only; of all when not given
 */
export function useMonth(community: Community, month: string, member?: string) {
  const span = localMonth(month, community.timeZone)
  const range = { from: span.start, to: span.end }
  const trading = useQuery(tradingQuery(community.id, range, member))
  const known = useQuery(knownAdjustmentsQuery(community.id, range, member))
  const series = seriesOf(community.rules)
  const prices = useQuery(pricesQuery(series, range))
  const earlier = useQuery({ ...pricesQuery(series, known.data?.span ?? range), enabled: known.data !== undefined })
  const standings = useStandings(community, range, trading.data)
  const reads = [trading, known, prices, earlier]
  const outcome = useMemo((): { month: Month } | { problem: string } | undefined => {
    const read = trading.data && known.data && prices.data && earlier.data && standings
    if (!read) return undefined
    try {
      const { adjustments, bases } = known.data
      const value = {
        ...{ from: range.from, to: range.to, trading: trading.data, standings: read },
        periods: trading.data.flatMap((batch) =>
          batch.books.map((book) => settledBook(book, batch.periodSeconds, member)),
        ),
        adjusted: adjustedPeriods(adjustments, bases, member),
        prices: [...prices.data, ...earlier.data],
        correctionWindow: read.correctionWindow,
      }
      return { month: value }
    } catch (error) {
      return { problem: messageOf(error) }
    }
  }, [trading.data, known.data, prices.data, earlier.data, standings, range.from, range.to, member])
  return {
    outcome,
    error: reads.find(({ error }) => error !== null)?.error,
    retry: () => Promise.all(reads.map((one) => one.refetch())),
  }
}
