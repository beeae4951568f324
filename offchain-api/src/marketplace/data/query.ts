import type { ReadingsOffered } from '@opem/domain'
import { z } from 'zod'
import type { Lake, Parameters } from '../../lake/lake.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { instant } from '../../unified-api/shapes.ts'
import type { IncludedMeter } from './included.ts'

export const DATA_GRANULARITIES = ['raw', 'hour', 'day'] as const

/** A column: its type for readers, and its SQL. What people send is compared with the names and never becomes SQL. */
const COLUMNS = {
  series: ['text', 'name', 'the meter under the name that it has in this data set alone'],
  start: [
    'instant',
    "concat(replaceOne(toString(toDateTime(period, 'UTC')), ' ', 'T'), 'Z')",
    'start of the period, UTC',
  ],
  seconds: ['whole', 'length', 'length of the period: a local day has 82800, 86400 or 90000'],
  importWh: ['whole', 'importWh', 'Wh drawn from the grid'],
  exportWh: ['whole', 'exportWh', 'Wh fed into the grid'],
  quality: ['text', 'quality', 'measured, estimated or substituted: the worst of its parts'],
  hours: ['whole', 'hours', 'whole hours of the day that have a reading'],
  meters: ['whole', 'meters', 'meters behind the sum'],
  subjects: ['whole', 'subjects', 'holders of meters behind the sum'],
} as const

export type DataColumn = keyof typeof COLUMNS
const names = Object.keys(COLUMNS) as [DataColumn, ...DataColumn[]]

/** What a user asks of a data set. */
export const dataQuery = z
  .strictObject({
    from: instant,
    to: instant,
    granularity: z.enum(DATA_GRANULARITIES),
    columns: z.array(z.enum(names)).min(1).max(names.length).optional(),
  })
  .refine(({ columns }) => columns === undefined || new Set(columns).size === columns.length, 'each column once')
  .refine(({ from, to }) => from < to, '"to" must be after "from"')
export type DataQuery = z.output<typeof dataQuery>

export interface ColumnShown {
  readonly name: DataColumn
  readonly type: 'text' | 'instant' | 'whole'
  readonly meaning: string
}

/** The columns that readings of a form have at a granularity. */
export function columnsOf(form: ReadingsOffered['form'], granularity: DataQuery['granularity']): ColumnShown[] {
  const energy: DataColumn[] = ['start', 'seconds', 'importWh', 'exportWh']
  const own: DataColumn[] =
    form === 'aggregate'
      ? [...energy, 'meters', 'subjects']
      : granularity === 'day'
        ? ['series', ...energy]
        : ['series', ...energy, 'quality']
  const all: DataColumn[] = granularity === 'day' ? [...own, 'hours'] : own
  return all.map((name) => ({ name, type: COLUMNS[name][0], meaning: COLUMNS[name][2] }))
}

/** A query as the lake takes it: all that people said stands in parameters. */
export interface LakeQuery {
  readonly columns: readonly DataColumn[]
  readonly sql: string
  readonly parameters: Parameters
}

/**
 * Translates a query.
 * @throws Refusal ERR_DATA_COLUMN, ERR_DATA_GRANULARITY, ERR_DATA_PERIOD
 */
export function lakeQuery(query: DataQuery, set: ReadingsOffered, meters: readonly IncludedMeter[]): LakeQuery {
  const { form, timeZone, leastSubjects } = set
  if (form === 'aggregate' && query.granularity === 'raw')
    throw new Refusal(422, 'ERR_DATA_GRANULARITY', 'this data set has sums alone: ask for "hour" or "day"')
  const known = columnsOf(form, query.granularity).map(({ name }) => name)
  const columns = query.columns ?? known
  const other = columns.find((name) => !known.includes(name))
  if (other !== undefined)
    throw new Refusal(
      422,
      'ERR_DATA_COLUMN',
      `there is no column "${other}" in this data set by the ${query.granularity}; it has ${known.join(', ')}`,
    )
  const first = Math.max(query.from, Date.parse(set.from) / 1000)
  const end = Math.min(query.to, set.to === null ? query.to : Date.parse(set.to) / 1000)
  if (first >= end)
    throw new Refusal(
      422,
      'ERR_DATA_PERIOD',
      `the data set has periods from ${set.from} to ${set.to ?? 'now'}; ask for a part of that`,
    )
  const subjects = [...new Set(meters.map(({ subject }) => subject))]
  return {
    columns,
    sql: `SELECT ${columns.map((name) => `${COLUMNS[name][1]} AS \`${name}\``).join(', ')} FROM (${readings(query, form)})`,
    parameters: {
      meters: meters.map(({ meter }) => meter),
      names: meters.map(({ name }) => name),
      subjects: meters.map(({ subject }) => `${subjects.indexOf(subject)}`),
      ...{ from: first, to: end, zone: timeZone, least: leastSubjects },
    },
  }
}

// The columns that a part does not need are not read by the lake.
function readings({ granularity }: DataQuery, form: ReadingsOffered['form']): string {
  if (form === 'aggregate') return granularity === 'day' ? DAYS_OF_SUMS : `${SUMS} ORDER BY period`
  if (granularity === 'raw') return RAW
  return granularity === 'hour' ? `${HOURS} ORDER BY period, name` : DAYS
}

const WHERE = `claims.meter IN {meters:Array(String)}
  AND claims.start >= toDateTime({from:UInt32}) AND claims.start < toDateTime({to:UInt32})`
const NAME = "transform(toString(meter), {meters:Array(String)}, {names:Array(String)}, '')"

const RAW = `SELECT ${NAME} AS name, toUInt32(claims.start) AS period, claims.seconds AS length, import_wh AS importWh,
  export_wh AS exportWh, toString(claims.quality) AS quality
  FROM opem.cleansed AS claims FINAL WHERE ${WHERE} ORDER BY period, name, length`

// An hour counts when all of its parts are there; where a whole reading and a sum compete, the newest claim is in force.
const HOURS = `SELECT ${NAME} AS name, transform(toString(meter), {meters:Array(String)}, {subjects:Array(String)}, '') AS subject,
  period, 3600 AS length, importWh, exportWh, toString(worst) AS quality FROM (
    SELECT meter, intDiv(toUInt32(claims.start), 3600) * 3600 AS period, claims.seconds AS part, sum(import_wh) AS importWh,
      sum(export_wh) AS exportWh, max(claims.quality) AS worst, max(version) AS newest
    FROM opem.cleansed AS claims FINAL WHERE ${WHERE} AND claims.seconds <= 3600 AND 3600 % claims.seconds = 0
    GROUP BY meter, period, part HAVING count() * part = 3600
    ORDER BY period, meter, newest DESC LIMIT 1 BY period, meter)`

// A local day begins when the wall clock says 0:00 and ends when it says so again: 23, 24 or 25 hours later.
const DAY = "toStartOfDay(toDateTime(period, 'UTC'), {zone:String})"
const DAY_COLUMNS = `toUInt32(day) AS period, toUInt32(addDays(day, 1)) - toUInt32(day) AS length`

const DAYS = `SELECT name, ${DAY_COLUMNS}, importWh, exportWh, hours FROM (
    SELECT name, ${DAY} AS day, sum(importWh) AS importWh, sum(exportWh) AS exportWh, count() AS hours
    FROM (${HOURS}) GROUP BY name, day)
  ORDER BY period, name`

// Fewer subjects than the least: nothing is said of that hour, not even in the sum of its day.
const SUMS = `SELECT period, 3600 AS length, sum(importWh) AS importWh, sum(exportWh) AS exportWh, count() AS meters,
  uniqExact(subject) AS subjects FROM (${HOURS})
  GROUP BY period HAVING subjects >= {least:UInt32}`

const DAYS_OF_SUMS = `SELECT ${DAY_COLUMNS}, importWh, exportWh, meters, subjects, hours FROM (
    SELECT ${DAY} AS day, sum(importWh) AS importWh, sum(exportWh) AS exportWh, max(meters) AS meters,
      min(subjects) AS subjects, count() AS hours FROM (${SUMS}) GROUP BY day)
  ORDER BY period`

/** How many rows a query has now; none without meters, whose lists the lake needs. */
export async function countRows(lake: Lake, query: LakeQuery): Promise<number> {
  if ((query.parameters.meters as readonly string[]).length === 0) return 0
  const [found] = await lake.rows<{ rows: number }>(`SELECT count() AS rows FROM (${query.sql})`, query.parameters)
  return Number(found?.rows ?? 0)
}

/** Hours that have readings of too few subjects to be shown. */
export async function suppressedHours(lake: Lake, query: LakeQuery): Promise<number> {
  if ((query.parameters.meters as readonly string[]).length === 0) return 0
  const [found] = await lake.rows<{ hours: number }>(
    `SELECT countIf(subjects < {least:UInt32}) AS hours FROM (SELECT period, uniqExact(subject) AS subjects FROM (${HOURS}) GROUP BY period)`,
    query.parameters,
  )
  return Number(found?.hours ?? 0)
}

/** The first rows of a query, at most `most`, in chunks as the lake gives them. */
export async function* streamRows(
  lake: Lake,
  query: LakeQuery,
  most: number,
): AsyncIterable<Record<string, unknown>[]> {
  if (most === 0) return
  yield* lake.stream<Record<string, unknown>>(`${query.sql} LIMIT {most:UInt64}`, { ...query.parameters, most })
}
