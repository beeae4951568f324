import type { PriceSeries } from '@opem/domain'
import { formatInstant, parsePriceSeries } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { exchange, query } from './http.ts'
import { through } from './shapes.ts'
import type { Range } from './trading.ts'

export const Prices = through(parsePriceSeries)

/** A day-ahead series over a range: one `PriceSeries` per interval length in it. */
export const readPrices = (series: string, range: Range, signal?: AbortSignal): Promise<readonly PriceSeries[]> =>
  exchange(
    `/v1/prices${query({ series, from: formatInstant(range.from), to: formatInstant(range.to) })}`,
    Prices,
    signal === undefined ? {} : { signal },
  )

export const pricesQuery = (series: readonly string[], range: Range) =>
  queryOptions({
    queryKey: ['prices', ...series, range.from, range.to],
    queryFn: async ({ signal }) => (await Promise.all(series.map((one) => readPrices(one, range, signal)))).flat(),
  })
