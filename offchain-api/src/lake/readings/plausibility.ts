import { ok, type Result, refuse } from '@opem/domain'
import type { Claim } from './claim.ts'

export type Implausible = 'ERR_READING_OFF_PERIOD' | 'ERR_READING_OVER_CAPACITY' | 'ERR_READING_FUTURE'

export interface Plausibility {
  /** W that flow through the meter's connection at most, in either direction. */
  capacityOf(meter: string): number
  /** Seconds since 1970. */
  readonly now: number
  /** A period that ends later than this many seconds from now is a wrong clock or a wrong unit. */
  readonly futureSeconds: number
}

/**
 * Whether a claim can be true of a meter at all. What cannot is rejected with its reason and never cleansed.
 * @example 100 kWh in an hour through a 50 kW connection → ERR_READING_OVER_CAPACITY
 */
export function checkPlausible(
  claim: Claim,
  { capacityOf, now, futureSeconds }: Plausibility,
): Result<Claim, Implausible> {
  if (claim.start % claim.seconds !== 0)
    return refuse(
      'ERR_READING_OFF_PERIOD',
      `a period of ${claim.seconds} s starts at ${claim.start} s since 1970; it must start on a multiple of its length`,
    )
  const capacity = capacityOf(claim.meter)
  const most = Math.floor((capacity * claim.seconds) / 3600)
  const energy = Math.max(claim.importWh, claim.exportWh)
  if (energy > most)
    return refuse(
      'ERR_READING_OVER_CAPACITY',
      `${energy} Wh in ${claim.seconds} s; a connection of ${capacity} W carries at most ${most} Wh: correct the reading, or the meter's capacity`,
    )
  if (claim.start + claim.seconds > now + futureSeconds)
    return refuse(
      'ERR_READING_FUTURE',
      `the period ends ${claim.start + claim.seconds - now} s from now; check the clock and the unit of the time stamp`,
    )
  return ok(claim)
}
