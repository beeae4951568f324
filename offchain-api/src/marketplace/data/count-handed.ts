import { PASSED_ON_FOR, possiblePeriods } from '@opem/domain'
import type { Lake } from '../../lake/lake.ts'
import type { Rows } from '../contracting/offers.ts'
import { type IncludedMeter, includedMeters } from './included.ts'
import type { HandedData } from './pass-on.ts'
import { lakeQuery } from './query.ts'

const DAY = 86_400
const HOUR = 3600

/** The meters that a data set gives to a service now: the provider holds them, and whoever they measure consents to that. */
export const handedMeters = (
  rows: Rows,
  { listing, readings, policy }: HandedData,
  now: number,
): Promise<IncludedMeter[]> =>
  includedMeters(rows, {
    ...{ listing: listing.listing, provider: { account: listing.account, address: listing.provider } },
    ...{ purpose: PASSED_ON_FOR, purposes: policy.purposes, readings, now },
  })

/**
 * Periods of a length that a data set has a reading of, in the last days that it covers: of sums one a period, otherwise one for
 * each meter.
 */
export async function countHanded(
  { rows, lake }: { readonly rows: Rows; readonly lake: Lake },
  handed: HandedData,
  { seconds, days, now }: { readonly seconds: number; readonly days: number; readonly now: number },
): Promise<{ periods: number; possible: number; last: number | null }> {
  const { readings } = handed
  const nothing = { periods: 0, possible: 0, last: null }
  const [first, end] = [Date.parse(readings.from) / 1000, readings.to === null ? now : Date.parse(readings.to) / 1000]
  const to = Math.floor(Math.min(now, end) / seconds) * seconds
  const from = Math.max(first, to - days * DAY)
  const meters = await handedMeters(rows, handed, now)
  const series = readings.form === 'aggregate' ? 1 : meters.length
  const possible = possiblePeriods(from, to, seconds) * series
  // Sums are by the hour: nothing shorter can be made of them.
  if (possible === 0 || (readings.form === 'aggregate' && seconds < HOUR)) return { ...nothing, possible }
  const granularity = seconds < HOUR ? 'raw' : 'hour'
  const { sql, parameters } = lakeQuery({ from, to, granularity, columns: ['start', 'seconds'] }, readings, meters)
  const [found] = await lake.rows<{ periods: number; last: number }>(
    `SELECT count() AS periods, max(toUInt32(parseDateTimeBestEffort(start, 'UTC'))) AS last FROM (${sql})
     WHERE seconds = {needed:UInt32}`,
    { ...parameters, needed: seconds },
  )
  const periods = Number(found?.periods ?? 0)
  return { periods, possible, last: periods === 0 ? null : Number(found!.last) }
}
