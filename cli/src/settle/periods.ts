import { formatInstant, type MemberEnergy, OpemError, type Period } from '@opem/domain'
import type { Lines } from './lines.ts'
import { badRow, COLUMNS, type Row, rowReader } from './rows.ts'

/** One period of the file with every member's reading. */
export interface ReadPeriod {
  readonly period: Period
  readonly readings: readonly MemberEnergy[]
}

/**
 * Groups rows into periods as they stream by: one period in memory at a time. Periods stand in time order without gap, and are all
 * of one length; members in any order inside a period, each at most once, and not every member in every period.
 * @throws ERR_ROW naming line, value and rule; ERR_FILE when there is no row
 */
export async function* periodsOf(chunks: AsyncIterable<Lines>): AsyncGenerator<ReadPeriod> {
  let read: ReturnType<typeof rowReader> | undefined
  let rows: Row[] = []
  let members = new Map<string, number>()
  let blank = 0
  for await (const { first, lines } of chunks)
    for (const [i, text] of lines.entries()) {
      const line = first + i
      if (!read) {
        read = rowReader(text)
        continue
      }
      if (text === '') {
        blank ||= line
        continue
      }
      if (blank) throw badRow(blank, 'row', '', 'an empty line stands only at the end of the file')
      const row = read(text, line)
      const before = rows[0]
      if (before && row.start !== before.start) {
        checkNext(before, row)
        yield asPeriod(rows)
        rows = []
        members = new Map()
      } else if (before && row.seconds !== before.seconds) throw otherLength(before, row)
      const known = members.get(row.member)
      if (known !== undefined)
        throw badRow(
          line,
          'member',
          row.member,
          `already on line ${known} for the period ${formatInstant(row.start)}; one row per member and period`,
        )
      members.set(row.member, line)
      rows.push(row)
    }
  if (rows.length === 0)
    throw new OpemError({
      code: 'ERR_FILE',
      shortMessage: `the file holds no readings: a header ${COLUMNS.join(',')} and one row per member and period are needed`,
    })
  yield asPeriod(rows)
}

const asPeriod = (rows: readonly Row[]): ReadPeriod => ({
  period: { start: rows[0]!.start, seconds: rows[0]!.seconds },
  readings: rows,
})

const otherLength = (before: Row, row: Row): OpemError =>
  badRow(
    row.line,
    'period_seconds',
    String(row.seconds),
    `line ${before.line} has ${before.seconds}; a community’s periods are all of one length`,
  )

function checkNext(before: Row, row: Row): void {
  if (row.seconds !== before.seconds) throw otherLength(before, row)
  const due = before.start + before.seconds
  if (row.start === due) return
  const value = formatInstant(row.start)
  if (row.start < due)
    throw badRow(
      row.line,
      'period_start',
      value,
      `behind the period ${formatInstant(before.start)} of line ${before.line}; rows stand in time order`,
    )
  throw badRow(
    row.line,
    'period_start',
    value,
    `${(row.start - due) / row.seconds} periods are missing from ${formatInstant(due)} on; periods follow each other without gap`,
  )
}
