import { type Decimal, parseDecimal } from '../harmonise/decimal.ts'
import type { Bytes } from '../text/lines.ts'
import { table } from '../text/table.ts'
import type { Clock } from '../text/wall-clock.ts'
import { headerFits, parseRow } from './row.ts'

/** Solar production of some columns by instant. One text per half-hour and column is held: years fit in memory. */
export interface Solar {
  at(column: string, instant: number): Decimal | undefined
  has(column: string): boolean
  /** every column repeats the first one */
  readonly oneProfile: boolean
}

/** `undefined` when the file has not the expected header. The clock is of a fixed offset: sunrise does not change clocks. */
export async function readSolar(bytes: Bytes, clock: Clock): Promise<Solar | undefined> {
  const cells = new Map<number, readonly string[]>()
  let columns: readonly string[] | undefined
  let oneProfile = true
  for await (const part of table(bytes, ',')) {
    if ('header' in part) {
      if (!headerFits(part.header.columns)) return undefined
      columns = part.header.columns.slice(1)
      continue
    }
    for (const raw of part.rows) {
      const row = parseRow(raw, columns!.length + 1)
      const instant = 'code' in row ? undefined : clock(row.wall)[0]
      if ('code' in row || instant === undefined) continue
      cells.set(instant, row.cells)
      oneProfile &&= row.cells.every((cell) => cell === row.cells[0])
    }
  }
  if (!columns) return undefined
  const index = new Map(columns.map((column, at) => [column, at]))
  return {
    has: (column) => index.has(column),
    at: (column, instant) => parseDecimal(cells.get(instant)?.[index.get(column) ?? -1] ?? ''),
    oneProfile: oneProfile && columns.length > 1,
  }
}
