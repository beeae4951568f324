import { formatInstant } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Energy, Instant } from './shapes.ts'
import type { Range } from './trading.ts'

const Price = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt)

const Period = z.strictObject({
  start: Instant,
  seconds: z.number().int(),
  surplusWh: Energy,
  demandWh: Energy,
  sharedWh: Energy,
  revision: z.number().int().nonnegative(),
  /** µEUR/kWh; null while a tariff or price of the period is not known. */
  prices: z
    .strictObject({ communityConsumption: Price, communityProduction: Price, commercial: Price, feedIn: Price })
    .nullable(),
})
export const Periods = z.strictObject({ periods: z.array(Period) })
export type PeriodSummary = z.infer<typeof Period>

/** Totals of each settled period in a range. */
export const periodsQuery = (community: string, range: Range) =>
  queryOptions({
    queryKey: ['periods', community, range.from, range.to],
    queryFn: async ({ signal }) =>
      (
        await exchange(
          `/v1/communities/${community}/periods${query({ from: formatInstant(range.from), to: formatInstant(range.to) })}`,
          Periods,
          { signal },
        )
      ).periods,
  })
