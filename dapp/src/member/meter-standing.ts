import type { MeterAuthorisation } from '../api/meter-authorisations.ts'
import { dateClock } from '../format/time.ts'

export type MeterStanding = { used: boolean; sentence: string; withdrawable: boolean; authorisable: boolean }

/** What an authorisation means at `now` (epoch seconds), in a sentence. The latest one about the meter counts. */
export function standingOf(
  all: readonly MeterAuthorisation[],
  meter: string,
  now: number,
  timeZone: string,
): MeterStanding {
  const latest = all.filter((one) => one.meter === meter).toSorted((a, b) => b.from - a.from)[0]
  if (latest === undefined)
    return {
      used: false,
      sentence: 'No Data-source credential was presented: its readings are not used.',
      withdrawable: false,
      authorisable: true,
    }
  const { from, until } = latest
  if (until === null)
    return {
      used: from <= now,
      sentence:
        from <= now
          ? `Its readings have been used since ${dateClock(from, timeZone)}.`
          : `Its readings are used from ${dateClock(from, timeZone)} on.`,
      withdrawable: true,
      authorisable: false,
    }
  return {
    used: until > now,
    sentence:
      until > now
        ? `Withdrawn: its readings are used until ${dateClock(until, timeZone)}.`
        : `Withdrawn: its readings have not been used since ${dateClock(until, timeZone)}.`,
    withdrawable: false,
    authorisable: true,
  }
}
