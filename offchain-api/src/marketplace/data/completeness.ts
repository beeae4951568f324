import type { ReadingsOffered } from '@opem/domain'
import type { Lake } from '../../lake/lake.ts'
import type { IncludedMeter } from './included.ts'
import { lakeQuery } from './query.ts'

/** How much of a local day has readings: hours that are there, and hours that could be. */
export interface DayComplete {
  /** Start of the day, seconds since 1970. */
  readonly day: number
  readonly hours: number
  readonly possible: number
}

const DAYS = 92
const DAY = 86_400

/** The last days of a data set that have anything, at most 92: of sums their hours, otherwise those of every meter. */
export async function completeness(
  lake: Lake,
  set: ReadingsOffered,
  meters: readonly IncludedMeter[],
  now: number,
): Promise<DayComplete[]> {
  if (meters.length === 0) return []
  const last = await lastReading(lake, meters, set.to === null ? now : Math.min(now, Date.parse(set.to) / 1000))
  if (last === undefined) return []
  const end = last + DAY
  const from = Math.max(Date.parse(set.from) / 1000, end - DAYS * DAY)
  if (from >= end) return []
  const { sql, parameters } = lakeQuery(
    { from, to: end, granularity: 'day', columns: ['start', 'seconds', 'hours'] },
    set,
    meters,
  )
  const found = await lake.rows<{ day: number; hours: number; length: number }>(
    `SELECT toUInt32(parseDateTimeBestEffort(start)) AS day, sum(hours) AS hours, max(seconds) AS length FROM (${sql}) GROUP BY day ORDER BY day`,
    parameters,
  )
  const series = set.form === 'aggregate' ? 1 : meters.length
  return found.map(({ day, hours, length }) => ({
    ...{ day: Number(day), hours: Number(hours) },
    possible: (Number(length) / 3600) * series,
  }))
}

/** Start of the last reading of some meters before an instant: a data set that goes on may have none of these days. */
async function lastReading(lake: Lake, meters: readonly IncludedMeter[], before: number): Promise<number | undefined> {
  const [found] = await lake.rows<{ last: number }>(
    `SELECT max(toUInt32(claims.start)) AS last FROM opem.cleansed AS claims
     WHERE claims.meter IN {meters:Array(String)} AND claims.start < toDateTime({before:UInt32})`,
    { meters: meters.map(({ meter }) => meter), before },
  )
  const last = Number(found?.last ?? 0)
  return last === 0 ? undefined : last
}
