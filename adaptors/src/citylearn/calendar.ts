import { offsetSeconds } from '../text/wall-clock.ts'

/**
 * The calendar of a file without dates: row 0 ends at the given hour of `startDate`, every further row is an hour later,
 * at one fixed offset.
 */
export interface Calendar {
  /** start of row `index`, epoch seconds */
  startOf(index: number): number
  /** what the file should say in that row: month, hour ending, day of week 1–7 */
  expected(index: number): { month: number; hour: number; weekday: number }
}

/** `undefined` when date or offset are malformed. @example calendarOf('2016-07-31', '-08:00', 24) */
export function calendarOf(startDate: string, utcOffset: string, firstHour: number): Calendar | undefined {
  const offset = offsetSeconds(utcOffset)
  const midnight = Date.parse(`${startDate}T00:00:00Z`) / 1000
  if (offset === undefined || Number.isNaN(midnight)) return undefined
  const localStart = (index: number) => midnight + (firstHour - 1 + index) * 3600
  return {
    startOf: (index) => localStart(index) - offset,
    expected(index) {
      const local = new Date(localStart(index) * 1000)
      return {
        month: local.getUTCMonth() + 1,
        hour: local.getUTCHours() + 1,
        weekday: local.getUTCDay() === 0 ? 7 : local.getUTCDay(),
      }
    },
  }
}
