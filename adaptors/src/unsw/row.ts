import type { Row } from '../text/table.ts'
import { parseBritishDate, plainSeconds, type WallClock } from '../text/wall-clock.ts'

/** One half-hour of all sites: kWh per site, still text, since only the sites that are imported need reading. */
export interface UnswRow {
  readonly wall: WallClock
  readonly plain: number
  readonly cells: readonly string[]
}

export type RowRefusal = { readonly code: 'ERR_ROW_COLUMNS' | 'ERR_ROW_DATE'; readonly reason: string }

export function parseRow({ fields }: Row, columns: number): UnswRow | RowRefusal {
  if (fields.length !== columns)
    return { code: 'ERR_ROW_COLUMNS', reason: `${fields.length} fields, the header has ${columns}` }
  const wall = parseBritishDate(fields[0]!)
  if (!wall || wall.minute % 30 !== 0)
    return { code: 'ERR_ROW_DATE', reason: `timestamp "${fields[0]}", needed D/MM/YYYY H:MM on the half-hour` }
  return { wall, plain: plainSeconds(wall), cells: fields.slice(1) }
}

/** `timestamp` and at least one site. */
export const headerFits = (columns: readonly string[]): boolean => columns[0] === 'timestamp' && columns.length > 1
