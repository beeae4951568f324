import { Refusal } from '../../unified-api/problem.ts'
import type { Allowance } from './bucket.ts'
import { createBuckets } from './buckets.ts'

export interface LimitSettings {
  /** Of one client address, at each public door. */
  readonly perAddress: Allowance
  /** Of whom one client address says to be, at each public door. */
  readonly perHolder: Allowance
  /** New registrations of the whole marketplace: each costs the registrar gas. */
  readonly registrationsPerHour: number
}

/** How often the doors that stand open to everybody may be knocked at. Each throws Refusal 429 ERR_TOO_MANY. */
export interface Limits {
  /** Before anything of the request is read. @param now ms */
  address(door: string, address: string, now: number): void
  /**
   * Before anything is verified. Counted per address: nobody bars the way of a holder elsewhere by claiming to be them.
   * @param now ms
   */
  holder(door: string, address: string, holder: string, now: number): void
  /** After everything is verified: what is refused for other reasons costs no gas and does not count. @param now ms */
  registration(now: number): void
}

const ADDRESSES = 10_000
const HOLDERS = 20_000

/** Memory stays within some 6 MB, however many addresses and holders come. Each process counts for itself. */
export function createLimits({ perAddress, perHolder, registrationsPerHour }: LimitSettings): Limits {
  const addresses = createBuckets(perAddress, ADDRESSES)
  const holders = createBuckets(perHolder, HOLDERS)
  const registrations = createBuckets({ burst: registrationsPerHour, perSecond: registrationsPerHour / 3600 }, 1)
  return {
    address: (door, address, now) =>
      orRefuse(addresses.take(`${door} ${address}`, now), 'this client asks', rateOf(perAddress)),
    holder: (door, address, holder, now) =>
      orRefuse(holders.take(`${door} ${address} ${holder}`, now), 'this holder asks', rateOf(perHolder)),
    registration: (now) =>
      orRefuse(
        registrations.take('', now),
        'new accounts are opened at this marketplace',
        `${registrationsPerHour} an hour`,
      ),
  }
}

const rateOf = ({ burst, perSecond }: Allowance) => `${burst} at once and ${perSecond} a second`

function orRefuse(waitMs: number, what: string, most: string): void {
  if (waitMs === 0) return
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  throw new Refusal(429, 'ERR_TOO_MANY', `${what} more often than ${most}; try again in ${seconds} s`, seconds)
}
