import { type Decimal, minus, parseDecimal, times, withinMagnitude } from '../harmonise/decimal.ts'
import type { Row } from '../text/table.ts'
import { parseUsDate, plainSeconds, type WallClock } from '../text/wall-clock.ts'

/** One hour of a SunDance site: kWh per hour; `grid` is the net channel whose sign differs between sites. */
export interface SunDanceRow {
  readonly wall: WallClock
  /** the wall clock read as UTC, for order and spacing */
  readonly plain: number
  readonly use: Decimal
  readonly gen: Decimal
  readonly grid: Decimal
}

export const COLUMNS = ['date', 'use', 'gen', 'grid'] as const

export type RowRefusal = {
  readonly code: 'ERR_ROW_COLUMNS' | 'ERR_ROW_DATE' | 'ERR_ROW_NUMBER'
  readonly reason: string
}

export function parseRow({ fields }: Row): SunDanceRow | RowRefusal {
  if (fields.length !== COLUMNS.length) {
    return { code: 'ERR_ROW_COLUMNS', reason: `${fields.length} fields, needed 4 (${COLUMNS.join(', ')})` }
  }
  const wall = parseUsDate(fields[0]!)
  if (!wall) return { code: 'ERR_ROW_DATE', reason: `date "${fields[0]}", needed M/D/YY H:MM` }
  const [use, gen, grid] = [parseDecimal(fields[1]!), parseDecimal(fields[2]!), parseDecimal(fields[3]!)]
  if (!use || !gen || !grid) {
    const wrong = !use ? 1 : !gen ? 2 : 3
    return { code: 'ERR_ROW_NUMBER', reason: `${COLUMNS[wrong]} "${fields[wrong]}", needed a decimal number of kWh` }
  }
  return { wall, plain: plainSeconds(wall), use, gen, grid }
}

/** How `grid` relates to the other channels in one row, within 1 Wh; `standby` when only the night-time gen explains it. */
export type Relation = 'import-positive' | 'export-positive' | 'equals-use' | 'near' | 'none'

const ONE_WH: Decimal = { digits: 1n, scale: 3 }
/** Inverter stand-by: the largest night-time draw that some sites leave out of `grid`. */
const STANDBY: Decimal = { digits: 3n, scale: 2 }
/** Large sites round more coarsely: 0.2 % of the load. */
const COARSE: Decimal = { digits: 2n, scale: 3 }

export function relationOf({ use, gen, grid }: SunDanceRow): Relation {
  const difference = minus(grid, minus(use, gen))
  if (withinMagnitude(difference, ONE_WH)) return 'import-positive'
  if (withinMagnitude(minus(grid, minus(gen, use)), ONE_WH)) return 'export-positive'
  if (withinMagnitude(minus(grid, use), ONE_WH)) return 'equals-use'
  return withinMagnitude(difference, STANDBY) || withinMagnitude(difference, times(use, COARSE)) ? 'near' : 'none'
}
