import {
  formatInstant,
  isPeriodSeconds,
  isPeriodStart,
  OpemError,
  type PeriodSeconds,
  parseInstant,
  Wh,
} from '@opem/domain'

export const COLUMNS = ['period_start', 'period_seconds', 'member', 'import_wh', 'export_wh'] as const
type Column = (typeof COLUMNS)[number]

/** One row of the readings file. */
export interface Row {
  readonly line: number
  readonly start: number
  readonly seconds: PeriodSeconds
  readonly member: string
  readonly energyImport: Wh
  readonly energyExport: Wh
}

/** A row that breaks a rule: the line, the value and the rule in one sentence. */
export const badRow = (line: number, column: string, value: string, rule: string): OpemError =>
  new OpemError({
    code: 'ERR_ROW',
    shortMessage: `line ${line}, ${column} "${value}": ${rule}`,
    details: { line, column, value, rule },
  })

/** Cells of one CSV line; quoted cells may hold commas and doubled quotes (RFC 4180), but no line break. */
export function cellsOf(text: string, line: number): string[] {
  if (!text.includes('"')) return text.split(',')
  const cells: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y
  for (;;) {
    const match = cell.exec(text)
    if (!match)
      throw badRow(line, 'row', text, 'a quoted cell ends with a quote before the comma or the end of the line')
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '') return cells
  }
}

/** From the header line, how to read a row. Columns may stand in any order. @throws ERR_ROW */
export function rowReader(header: string): (text: string, line: number) => Row {
  const names = cellsOf(header.replace(/^\uFEFF/, ''), 1).map((name) => name.trim())
  const places = new Map<string, number>()
  names.forEach((name, place) => {
    if (!COLUMNS.includes(name as Column))
      throw badRow(1, 'column', name, `unknown; the columns are ${COLUMNS.join(',')}`)
    if (places.has(name)) throw badRow(1, 'column', name, 'given twice; each column once')
    places.set(name, place)
  })
  for (const name of COLUMNS)
    if (!places.has(name))
      throw badRow(1, 'header', header, `the column ${name} is missing; the columns are ${COLUMNS.join(',')}`)
  const [start, seconds, member, drawn, fed] = COLUMNS.map((name) => places.get(name)!) as [
    number,
    number,
    number,
    number,
    number,
  ]
  // Rows of one period mostly repeat its start to the letter: it is parsed once.
  let known = { text: '', seconds: 0, start: 0 }
  return (text, line) => {
    const cells = cellsOf(text, line)
    if (cells.length !== names.length)
      throw badRow(line, 'row', text, `${cells.length} cells; the header has ${names.length}`)
    const length = secondsOf(cells[seconds]!, line)
    if (known.text !== cells[start] || known.seconds !== length)
      known = { text: cells[start]!, seconds: length, start: startOf(cells[start]!, length, line) }
    return {
      line,
      start: known.start,
      seconds: length,
      member: memberOf(cells[member]!, line),
      energyImport: energyOf('import_wh', cells[drawn]!, line),
      energyExport: energyOf('export_wh', cells[fed]!, line),
    }
  }
}

function secondsOf(value: string, line: number): PeriodSeconds {
  const seconds = Number(value)
  if (!/^\d+$/.test(value) || !isPeriodSeconds(seconds))
    throw badRow(line, 'period_seconds', value, 'a period lasts 900 or 3600 seconds')
  return seconds
}

function startOf(value: string, seconds: PeriodSeconds, line: number): number {
  const parsed = parseInstant(value)
  if (!parsed.ok) throw badRow(line, 'period_start', value, parsed.reason.replace(`"${value}" `, 'it '))
  if (!isPeriodStart(parsed.value, seconds))
    throw badRow(
      line,
      'period_start',
      value,
      `it is ${formatInstant(parsed.value)}, and periods of ${seconds} s start on a multiple of that in UTC: is the offset right?`,
    )
  return parsed.value
}

function memberOf(value: string, line: number): string {
  if (!/^\P{Cc}{1,200}$/u.test(value) || value !== value.trim())
    throw badRow(line, 'member', value, 'a member has a name of 1 to 200 characters without spaces at its ends')
  return value
}

function energyOf(column: Column, value: string, line: number): Wh {
  if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Wh(Number(value))
  if (/^-\d/.test(value))
    throw badRow(line, column, value, 'energy is never negative; it belongs into the other direction’s column')
  if (/^\d*[.]\d+$/.test(value)) throw badRow(line, column, value, 'energy is a whole number of Wh, no fraction')
  if (/^\d+$/.test(value)) throw badRow(line, column, value, `the most a row holds is ${Number.MAX_SAFE_INTEGER} Wh`)
  throw badRow(line, column, value, 'energy is a whole number of Wh, digits only')
}
