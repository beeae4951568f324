import { type Decimal, parseDecimal } from '../harmonise/decimal.ts'
import type { Row } from '../text/table.ts'

/** One hour of a CityLearn building: hour ending 1–24, kWh of load, Wh of production per kW of installed PV. */
export interface CityLearnRow {
  readonly month: number
  /** 1–24, the hour that ends then */
  readonly hour: number
  /** 1 Monday … 7 Sunday, 8 holiday */
  readonly dayType: number
  readonly load: Decimal
  readonly solarPerKw: Decimal
  readonly daylightSaving: boolean
}

export const NEEDED = [
  'month',
  'hour',
  'day_type',
  'daylight_savings_status',
  'non_shiftable_load',
  'solar_generation',
] as const

/** Where each needed column stands, or the ones that are missing. */
export function columnsOf(header: readonly string[]): { at: number[] } | { missing: string[] } {
  const at = NEEDED.map((name) => header.indexOf(name))
  const missing = NEEDED.filter((_, index) => at[index] === -1)
  return missing.length > 0 ? { missing } : { at }
}

export type RowRefusal = {
  readonly code: 'ERR_ROW_COLUMNS' | 'ERR_ROW_DATE' | 'ERR_ROW_NUMBER'
  readonly reason: string
}

export function parseRow(row: Row, at: readonly number[], columns: number): CityLearnRow | RowRefusal {
  if (row.fields.length !== columns) {
    return { code: 'ERR_ROW_COLUMNS', reason: `${row.fields.length} fields, the header has ${columns}` }
  }
  const text = (index: number) => row.fields[at[index]!]!
  const [month, hour, dayType] = [whole(text(0), 1, 12), whole(text(1), 1, 24), whole(text(2), 1, 8)]
  if (!month || !hour || !dayType) {
    return {
      code: 'ERR_ROW_DATE',
      reason: `month "${text(0)}", hour "${text(1)}", day type "${text(2)}": needed 1–12, 1–24, 1–8`,
    }
  }
  const [load, solarPerKw] = [parseDecimal(text(4)), parseDecimal(text(5))]
  if (!load || !solarPerKw) {
    const index = load ? 5 : 4
    return { code: 'ERR_ROW_NUMBER', reason: `${NEEDED[index]} "${text(index)}", needed a decimal number` }
  }
  return { month, hour, dayType, load, solarPerKw, daylightSaving: text(3) !== '0' }
}

function whole(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined
  const n = Number(text)
  return n >= least && n <= most ? n : undefined
}
