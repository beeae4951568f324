import type { Period } from '@opem/domain'
import { localDay, localDayOf, periodStarts } from '@opem/domain'
import type { BalanceRow } from '../charts/balance.ts'

export type Day = { date: string; start: number; end: number }

/** The local day of a zone on which an instant falls. */
export const dayOf = (epoch: number, timeZone: string): Day => localDayOf(epoch, timeZone)

/** A local day by its date; `undefined` when the text is no date. */
export function dayByDate(date: string, timeZone: string): Day | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(`${date}T00:00:00Z`))) return undefined
  return { date, ...localDay(date, timeZone) }
}

type Totals = { start: number; surplusWh: bigint; demandWh: bigint; sharedWh: bigint }

/** Every period of a day as a row, with nothing where nothing is settled: a day has 23, 24 or 25 hours. */
export function dayRows(day: Day, seconds: Period['seconds'], periods: readonly Totals[]): BalanceRow[] {
  const known = new Map(periods.map((period) => [period.start, period]))
  return periodStarts(day.start, day.end, seconds).map((start) => {
    const { surplusWh = 0n, demandWh = 0n, sharedWh = 0n } = known.get(start) ?? {}
    return {
      start,
      sharedUp: sharedWh,
      restUp: surplusWh - sharedWh,
      sharedDown: sharedWh,
      restDown: demandWh - sharedWh,
    }
  })
}

export const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n)
