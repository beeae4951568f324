import { instantsOfWallClock, localDay } from '@opem/domain'

/** What a clock on the wall shows: no zone, no offset. */
export interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

/** `9/30/15 23:00`: month, day, two-digit year of this century (SunDance). */
const US = /^(\d{1,2})\/(\d{1,2})\/(\d{2}) (\d{1,2}):(\d{2})$/
/** `26/02/2017 3:30`: day, month, year (UNSW). */
const BRITISH = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/
/** `2021-12-31 23:00` (Elspot). */
const ISO = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::00)?$/

export const parseUsDate = (text: string): WallClock | undefined => {
  const m = US.exec(text)
  return m ? valid(2000 + Number(m[3]), Number(m[1]), Number(m[2]), Number(m[4]), Number(m[5])) : undefined
}

export const parseBritishDate = (text: string): WallClock | undefined => {
  const m = BRITISH.exec(text)
  return m ? valid(Number(m[3]), Number(m[2]), Number(m[1]), Number(m[4]), Number(m[5])) : undefined
}

export const parseIsoDate = (text: string): WallClock | undefined => {
  const m = ISO.exec(text)
  return m ? valid(Number(m[1]), Number(m[2]), Number(m[3]), Number(m[4]), Number(m[5])) : undefined
}

function valid(year: number, month: number, day: number, hour: number, minute: number): WallClock | undefined {
  if (hour > 23 || minute > 59 || month < 1 || month > 12 || day < 1 || year < 1970 || year > 9998) return undefined
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined
  return { year, month, day, hour, minute }
}

/** Wall clock read as if it were UTC, in epoch seconds: good for order and spacing, not an instant. */
export const plainSeconds = ({ year, month, day, hour, minute }: WallClock): number =>
  Date.UTC(year, month - 1, day, hour, minute) / 1000

/** The instants a wall clock can mean: none in the hour that is skipped, two in the hour that is repeated. */
export type Clock = (wall: WallClock) => readonly number[]

/**
 * Clock of an IANA zone. Days of 24 hours (all but two a year) are computed once per day, since asking the zone database
 * per row costs more than reading the row. `undefined` when the zone is unknown.
 */
export function clockOfZone(timeZone: string): Clock | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    return undefined
  }
  const days = daysOf(timeZone)
  return (wall) => {
    const date = Date.UTC(wall.year, wall.month - 1, wall.day)
    let start = days.get(date)
    if (start === undefined) {
      const day = localDay(new Date(date).toISOString().slice(0, 10), timeZone)
      start = day.end - day.start === 86_400 ? day.start : CHANGING
      if (days.size < MOST_DAYS) days.set(date, start)
    }
    return start === CHANGING ? instantsOfWallClock(wall, timeZone) : [start + wall.hour * 3600 + wall.minute * 60]
  }
}

/** Marks a day on which clocks change. */
const CHANGING = Number.NEGATIVE_INFINITY
/** Fifty years; garbage dates do not fill the memory. */
const MOST_DAYS = 20_000
const zones = new Map<string, Map<number, number>>()

function daysOf(timeZone: string): Map<number, number> {
  const days = zones.get(timeZone) ?? new Map()
  zones.set(timeZone, days)
  return days
}

/** Clock that stays at one offset, such as `+10:00` or `-08:00`: standard time all year. `undefined` when malformed. */
export function clockOfOffset(offset: string): Clock | undefined {
  const seconds = offsetSeconds(offset)
  return seconds === undefined ? undefined : (wall) => [plainSeconds(wall) - seconds]
}

export function offsetSeconds(offset: string): number | undefined {
  const m = /^([+-])(\d{2}):(\d{2})$/.exec(offset)
  if (!m || Number(m[2]) > 14 || Number(m[3]) > 59) return undefined
  return (m[1] === '-' ? -1 : 1) * (Number(m[2]) * 3600 + Number(m[3]) * 60)
}
