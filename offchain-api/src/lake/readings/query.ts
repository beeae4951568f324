import type { Lake } from '../lake.ts'
import { CLAIM_COLUMNS, type ClaimRow } from './claim.ts'

export interface ReadingRange {
  readonly meters: readonly string[]
  /** Periods that start in `[from, to)`, seconds since 1970. */
  readonly from: number
  readonly to: number
}

/** Every claim in time order, then in order of arrival. */
export const harmonisedReadings = (lake: Lake, range: ReadingRange): AsyncIterable<ClaimRow[]> =>
  lake.stream<ClaimRow>(
    `SELECT ${CLAIM_COLUMNS} FROM opem.harmonised AS claims WHERE ${IN_RANGE} ORDER BY start, meter, seconds, sequence`,
    parameters(range),
  )

/** The reading in force of each meter and period as it was metered, in time order. */
export const cleansedReadings = (lake: Lake, range: ReadingRange): AsyncIterable<ClaimRow[]> =>
  lake.stream<ClaimRow>(
    `SELECT ${CLAIM_COLUMNS} FROM opem.cleansed AS claims FINAL WHERE ${IN_RANGE} ORDER BY start, meter, seconds`,
    parameters(range),
  )

/**
 * The reading in force of each meter for periods of `seconds`, in time order. Shorter readings are summed when all parts
 * of the period are there (four quarters, two half hours); a sum is as good as its worst part. Where a whole reading and
 * a sum compete, the newest claim wins. Summed when read, so a corrected quarter corrects its hour.
 */
export const readingsAtLength = (lake: Lake, range: ReadingRange, seconds: number): AsyncIterable<ClaimRow[]> =>
  lake.stream<ClaimRow>(atLength('claims.meter IN {meters:Array(String)}'), {
    meters: range.meters,
    from: Math.ceil(range.from / seconds) * seconds,
    to: Math.ceil(range.to / seconds) * seconds,
    length: seconds,
  })

const IN_RANGE = `claims.meter IN {meters:Array(String)}
  AND claims.start >= toDateTime({from:UInt32}) AND claims.start < toDateTime({to:UInt32})`

const atLength = (which: string) => `
SELECT meter, period AS start, {length:UInt16} AS seconds, importWh, exportWh, quality, source, knownAt, sequence FROM (
  SELECT meter, intDiv(toUInt32(claims.start), {length:UInt16}) * {length:UInt16} AS period, claims.seconds AS part,
    sum(import_wh) AS importWh, sum(export_wh) AS exportWh, toString(max(claims.quality)) AS quality,
    arrayStringConcat(arraySort(groupUniqArray(claims.source)), '+') AS source,
    max(known_at) AS knownAt, max(claims.sequence) AS sequence, max(version) AS newest
  FROM opem.cleansed AS claims FINAL
  WHERE ${which} AND claims.start >= toDateTime({from:UInt32}) AND claims.start < toDateTime({to:UInt32})
    AND claims.seconds <= {length:UInt16} AND {length:UInt16} % claims.seconds = 0
  GROUP BY meter, period, part
  HAVING count() * part = {length:UInt16}
  ORDER BY period, meter, newest DESC
  LIMIT 1 BY period, meter
) ORDER BY start, meter`

function parameters({ meters, from, to }: ReadingRange) {
  return { meters, from: clampInstant(from), to: clampInstant(to) }
}

// DateTime ends in 2106.
const clampInstant = (epoch: number) => Math.max(0, Math.min(epoch, 4_294_967_295))

/**
 * Periods of `seconds` with a reading of these meters that became known after the batch `after`, up to `until`.
 * @returns starts, ascending
 */
export async function changedPeriods(
  lake: Lake,
  { meters, after, until, seconds }: { meters: readonly string[]; after: number; until: number; seconds: number },
): Promise<number[]> {
  const rows = await lake.rows<{ period: number }>(
    `SELECT DISTINCT intDiv(toUInt32(start), {length:UInt16}) * {length:UInt16} AS period FROM opem.changes
     WHERE sequence > {after:UInt64} AND sequence <= {until:UInt64} AND meter IN {meters:Array(String)} ORDER BY period`,
    { meters, after, until, length: seconds },
  )
  return rows.map(({ period }) => Number(period))
}

export interface MeterSummary {
  readonly meter: string
  readonly first: number
  readonly last: number
  readonly readings: number
}

/** Every meter with a cleansed reading; rows that a newer claim replaced may be counted until the lake merges them. */
export const knownMeters = (lake: Lake) =>
  lake.rows<MeterSummary>(
    `SELECT meter, min(toUInt32(start)) AS first, max(toUInt32(start)) AS last, uniqExact(start, seconds) AS readings
     FROM opem.cleansed GROUP BY meter ORDER BY meter`,
  )

/** All rows of a stream in one array, for answers of known size. */
export async function collect<T>(chunks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = []
  for await (const chunk of chunks) for (const row of chunk) rows.push(row)
  return rows
}
