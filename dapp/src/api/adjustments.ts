import type { Adjustment } from '@opem/domain'
import { formatInstant, parseAdjustment } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { through } from './shapes.ts'
import type { Range } from './trading.ts'
import { readTrading } from './trading.ts'

export const Adjustments = z.strictObject({ adjustments: z.array(through(parseAdjustment)) })

/** Adjustments of periods in a range, or of those that became known in one; of all members or of one. */
export const readAdjustments = async (
  community: string,
  by: 'period' | 'known',
  { from, to }: Range,
  member?: string,
  signal?: AbortSignal,
): Promise<readonly Adjustment[]> => {
  const [first, last] = [formatInstant(from), formatInstant(to)]
  const range = by === 'period' ? { from: first, to: last } : { knownFrom: first, knownTo: last }
  const path = `/v1/communities/${community}/adjustments${query({ ...range, member })}`
  return (await exchange(path, Adjustments, signal === undefined ? {} : { signal })).adjustments
}

/** Adjustments of a range's periods. */
export const adjustmentsQuery = (community: string, range: Range, member?: string) =>
  queryOptions({
    queryKey: ['trading', community, 'adjustments', range.from, range.to, member ?? 'all'],
    queryFn: ({ signal }) => readAdjustments(community, 'period', range, member, signal),
  })

/** What became known in a range, with the settled batches and the earlier adjustments that it changes. */
export const knownAdjustmentsQuery = (community: string, range: Range, member?: string) =>
  queryOptions({
    queryKey: ['trading', community, 'known', range.from, range.to, member ?? 'all'],
    queryFn: async ({ signal }) => {
      const known = await readAdjustments(community, 'known', range, member, signal)
      if (known.length === 0) return { adjustments: [], bases: [], span: undefined }
      const starts = new Set(known.map(({ start }) => start))
      const span = {
        from: Math.min(...known.map(({ batch }) => batch)),
        to: Math.max(...known.map(({ start, periodSeconds }) => start + periodSeconds)),
      }
      const [all, bases] = await Promise.all([
        readAdjustments(community, 'period', span, member, signal),
        readTrading(community, span, member, signal),
      ])
      return { adjustments: all.filter(({ start }) => starts.has(start)), bases, span }
    },
  })
