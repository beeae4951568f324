import { OpemError } from '../errors/opem-error.ts'
import { ok, type Result, refuse } from '../errors/result.ts'

const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.0+)?)?(Z|[+-]\d{2}:\d{2})$/

/** Whether the four-digit year, month and day name a day of the calendar. */
export const isCalendarDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/**
 * An instant in whole seconds since 1970 from ISO 8601 with an offset, `Z` or `±HH:MM` (at most ±14:00, the widest in use).
 * A time without offset is refused: it means another instant in every time zone.
 * @example parseInstant('2015-06-01T02:00:00+02:00') // { ok: true, value: 1433116800 }
 */
export function parseInstant(text: string): Result<number, 'ERR_INSTANT'> {
  const match = ISO.exec(text)
  if (!match)
    return refuse(
      'ERR_INSTANT',
      `"${text}" is not a time with an offset in whole seconds: write it like 2015-06-01T04:00:00Z or 2015-06-01T06:00:00+02:00`,
    )
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as number[]
  if (!isCalendarDay(year!, month!, day!)) return refuse('ERR_INSTANT', `"${text}" names a day that does not exist`)
  if (hour! > 23 || minute! > 59 || second! > 59)
    return refuse('ERR_INSTANT', `"${text}" names a time of day that does not exist: 00:00:00 to 23:59:59`)
  const offset = offsetSeconds(match[7]!)
  if (offset === undefined) return refuse('ERR_INSTANT', `"${text}" has an offset that no clock uses: −14:00 to +14:00`)
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day!)
  return ok(date.getTime() / 1000 + hour! * 3600 + minute! * 60 + second! - offset)
}

function offsetSeconds(text: string): number | undefined {
  if (text === 'Z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(4, 6))
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return undefined
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60)
}

/** The one way this product writes a time. @example formatInstant(1433131200) // '2015-06-01T04:00:00Z' */
export function formatInstant(epoch: number): string {
  if (!Number.isSafeInteger(epoch) || Math.abs(epoch) > 8.64e12)
    throw new OpemError({
      code: 'ERR_INSTANT',
      shortMessage: `${epoch} is not an instant in whole seconds since 1970`,
      details: { given: epoch },
    })
  return `${new Date(epoch * 1000).toISOString().slice(0, -5)}Z`
}
