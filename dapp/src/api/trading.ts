import { formatInstant } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Batch } from './shapes.ts'

export const Batches = z.strictObject({ batches: z.array(Batch) })

export type Range = { from: number; to: number }

/** Evidence of a range: the oracle's trading batches that overlap it, current revision. */
export const readTrading = async (community: string, range: Range, member?: string, signal?: AbortSignal) =>
  (
    await exchange(
      `/v1/communities/${community}/trading${query({ from: formatInstant(range.from), to: formatInstant(range.to), member })}`,
      Batches,
      signal === undefined ? {} : { signal },
    )
  ).batches

export const tradingQuery = (community: string, range: Range, member?: string) =>
  queryOptions({
    queryKey: ['trading', community, range.from, range.to, member ?? 'all'],
    queryFn: ({ signal }) => readTrading(community, range, member, signal),
  })

/** End of the newest evidence, looked for around the next period that the chain expects; `null` when there is none. */
export const newestTradingQuery = (community: string, nextPeriod: number | undefined, member: string | undefined) =>
  queryOptions({
    queryKey: ['trading', community, 'newest', nextPeriod ?? 0, member ?? 'all'],
    enabled: nextPeriod !== undefined,
    queryFn: async ({ signal }) => {
      const around = { from: (nextPeriod ?? 0) - 2 * 86_400, to: (nextPeriod ?? 0) + 2 * 86_400 }
      const batches = await readTrading(community, around, member, signal)
      return batches.reduce<number | null>((newest, batch) => {
        const end = batch.start + batch.periods * batch.periodSeconds
        return newest === null || end > newest ? end : newest
      }, null)
    },
  })
