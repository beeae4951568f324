import { type Decimal, signOf } from '../harmonise/decimal.ts'
import { collectFindings, type Findings } from '../harmonise/findings.ts'
import type { Bytes } from '../text/lines.ts'
import { table } from '../text/table.ts'
import { type Calendar, calendarOf } from './calendar.ts'
import { type CityLearnRow, columnsOf, parseRow } from './row.ts'

export interface Inspection {
  readonly findings: Findings
  readonly missing: readonly string[] | undefined
  readonly hasSolar: boolean
  readonly calendar: Calendar | undefined
}

/** Judges a CityLearn file as a whole; with a start date and offset, also whether its calendar columns agree. */
export async function inspect(
  bytes: Bytes,
  startDate: string | undefined,
  utcOffset: string | undefined,
): Promise<Inspection> {
  const findings = collectFindings()
  let missing: readonly string[] | undefined = ['every column']
  let at: number[] = []
  let header: readonly string[] = []
  let filled: boolean[] = []
  let calendar: Calendar | undefined
  let index = 0
  let hasSolar = false
  let daylightSaving = false
  for await (const part of table(bytes, ',')) {
    if ('header' in part) {
      header = part.header.columns
      const found = columnsOf(header)
      missing = 'missing' in found ? found.missing : undefined
      if ('missing' in found) break
      at = found.at
      filled = header.map(() => false)
      findings.add(
        'no-dates',
        'note',
        'the file holds month, hour and day type but no date: the mapping gives startDate',
      )
      continue
    }
    for (const raw of part.rows) {
      const row = parseRow(raw, at, header.length)
      for (let column = 0; column < header.length; column++) filled[column] ||= (raw.fields[column] ?? '') !== ''
      if ('code' in row) {
        index++
        continue
      }
      if (index === 0 && startDate && utcOffset) calendar = calendarOf(startDate, utcOffset, row.hour)
      if (calendar) checkCalendar(findings, calendar.expected(index), row, raw.number)
      if (row.hour === 24) findings.add('hour-24', 'note', 'hours are numbered 1–24, by their end', raw.number)
      noteSign(findings, row.load, 'negative-load', 'load is negative, impossible', raw.number)
      noteSign(findings, row.solarPerKw, 'negative-generation', 'PV generation is negative, impossible', raw.number)
      hasSolar ||= signOf(row.solarPerKw) > 0
      daylightSaving ||= row.daylightSaving
      index++
    }
  }
  if (index > 0 && !daylightSaving) {
    findings.add(
      'dst-never-flagged',
      'note',
      'daylight_savings_status is 0 in every row: read as standard time all year',
    )
  }
  const empty = header.filter((_, column) => index > 0 && !filled[column])
  if (empty.length > 0)
    findings.add('empty-columns', 'note', `empty in every row: ${empty.join(', ')}`, 1, empty.length)
  return { findings, missing, hasSolar, calendar }
}

function noteSign(findings: Findings, value: Decimal, code: string, message: string, line: number): void {
  if (signOf(value) < 0) findings.add(code, 'doubtful', message, line)
}

function checkCalendar(
  findings: Findings,
  expected: { month: number; hour: number; weekday: number },
  row: CityLearnRow,
  line: number,
) {
  const agrees = row.month === expected.month && row.hour === expected.hour
  if (!agrees) {
    const message = `month and hour do not follow from startDate: expected ${expected.month}/${expected.hour}, found ${row.month}/${row.hour}`
    findings.add('calendar-mismatch', 'doubtful', message, line)
  } else if (row.dayType !== 8 && row.dayType !== expected.weekday) {
    const message = `day type ${row.dayType} where startDate gives weekday ${expected.weekday}`
    findings.add('weekday-mismatch', 'note', message, line)
  }
}
