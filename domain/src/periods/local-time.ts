import { OpemError } from '../errors/opem-error.ts'
import { isCalendarDay } from './instant.ts'

/** A reading of the clock on the wall; it may name no instant (spring) or two (autumn). */
export interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, Map<number, number>>()
// Offsets change only on whole quarter hours; a year of them is 35,040, and more would be somebody walking through history.
const SLOT = 900
const MOST_SLOTS = 100_000

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, format)
    return format
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_TIME_ZONE',
      shortMessage: `"${timeZone}" is not a time zone: give an IANA name like Europe/Madrid`,
      details: { timeZone },
      cause,
    })
  }
}

/** Whether `timeZone` is an IANA name this machine knows. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone)
    return true
  } catch {
    return false
  }
}

function offsetAt(epoch: number, timeZone: string): number {
  const format = formatOf(timeZone)
  let slots = offsets.get(timeZone)
  if (!slots || slots.size > MOST_SLOTS) {
    slots = new Map()
    offsets.set(timeZone, slots)
  }
  const slot = Math.floor(epoch / SLOT)
  const known = slots.get(slot)
  if (known !== undefined) return known
  const at = slot * SLOT
  const parts: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(at * 1000)) parts[type] = Number(value)
  const { year, month, day, hour, minute, second } = parts as Record<string, number>
  const offset = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000 - at
  slots.set(slot, offset)
  return offset
}

/** What the wall clock shows at an instant; `weekday` as in ISO 8601, Monday 1 to Sunday 7. */
export function wallClockOf(epoch: number, timeZone: string): WallClock & { readonly weekday: number } {
  const local = new Date((epoch + offsetAt(epoch, timeZone)) * 1000)
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    weekday: local.getUTCDay() || 7,
  }
}

/** The instants at which the wall clock shows this: none in a spring gap, two in an autumn fold, else one; ascending. */
export function instantsOfWallClock({ year, month, day, hour, minute }: WallClock, timeZone: string): number[] {
  const asUtc = Date.UTC(year, month - 1, day, hour, minute) / 1000
  const candidates = new Set(
    [asUtc - 86_400, asUtc - 21_600, asUtc, asUtc + 21_600, asUtc + 86_400].map(
      (near) => asUtc - offsetAt(near, timeZone),
    ),
  )
  return [...candidates].filter((epoch) => epoch + offsetAt(epoch, timeZone) === asUtc).sort((a, b) => a - b)
}

const localDate = (epoch: number, timeZone: string): string =>
  new Date((epoch + offsetAt(epoch, timeZone)) * 1000).toISOString().slice(0, 10)

// The first instant of a local day, found by bisection: midnight itself may fall into a gap.
function dayStart(date: string, timeZone: string): number {
  const asUtc = Date.parse(`${date}T00:00:00Z`) / 1000
  let before = asUtc - 86_400
  let after = asUtc + 86_400
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (localDate(middle, timeZone) < date) before = middle
    else after = middle
  }
  return after
}

const nextDate = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

/**
 * The local day named `YYYY-MM-DD` as `[start, end)`: 23, 24 or 25 hours.
 * @throws ERR_DATE, ERR_TIME_ZONE
 * @example localDay('2015-03-29', 'Europe/Madrid') // 23 hours
 */
export function localDay(date: string, timeZone: string): { readonly start: number; readonly end: number } {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  if (!match || !isCalendarDay(Number(match[1]), Number(match[2]), Number(match[3])))
    throw new OpemError({
      code: 'ERR_DATE',
      shortMessage: `"${date}" is not a day of the calendar: write it like 2015-06-01`,
      details: { given: date },
    })
  return { start: dayStart(date, timeZone), end: dayStart(nextDate(date), timeZone) }
}

/** The local day an instant falls into. */
export function localDayOf(
  epoch: number,
  timeZone: string,
): { readonly date: string; readonly start: number; readonly end: number } {
  const date = localDate(epoch, timeZone)
  return { date, ...localDay(date, timeZone) }
}

/** The local month named `YYYY-MM` as `[start, end)`. @throws ERR_DATE, ERR_TIME_ZONE */
export function localMonth(month: string, timeZone: string): { readonly start: number; readonly end: number } {
  const [year, number] = month.split('-').map(Number)
  const next = number === 12 ? `${year! + 1}-01` : `${year}-${String((number ?? 0) + 1).padStart(2, '0')}`
  return { start: localDay(`${month}-01`, timeZone).start, end: localDay(`${next}-01`, timeZone).start }
}
