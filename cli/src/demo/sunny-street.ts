import { formatInstant, localDayOf } from '@opem/domain'
import type { CommunityToBe } from '../community/community-file.ts'

const HOUR = 3600
/** Meters report quarters of an hour, the native step of European settlement. */
export const INTERVAL_SECONDS = 900
export const NAME = 'Sunny Street'
export const TIME_ZONE = 'Europe/Madrid'

/** Three roofs with solar power, three homes that only consume, and a wind turbine that the community runs. */
const MEMBERS = [
  { name: 'A', kind: 'pv-household', annualKwh: 3600, pvKw: 6 },
  { name: 'B', kind: 'pv-household', annualKwh: 4200, pvKw: 4 },
  { name: 'C', kind: 'pv-household', annualKwh: 3100, pvKw: 3 },
  { name: 'D', kind: 'household', annualKwh: 3900 },
  { name: 'E', kind: 'ev-household', annualKwh: 3300, evKw: 7.4 },
  { name: 'F', kind: 'household', annualKwh: 5200 },
  { name: 'H', kind: 'wind', windKw: 6 },
] as const

/** How the ids of its meters begin. */
export const METERS = 'sunny-street-'
const meterOf = (name: string) => `${METERS}${name.toLowerCase()}`
const fixed = (microEurPerKwh: number) => ({ kind: 'fixed', microEurPerKwh })

/** Where the demo's record begins: at local midnight, two to three days ago, so that whole days can be looked at. */
export const beginningOf = (now: number): number => localDayOf(now - 48 * HOUR, TIME_ZONE).start

/** The demo community: what a newcomer sees first. @param from its first period, epoch seconds */
export const sunnyStreet = (from: number): CommunityToBe => ({
  name: NAME,
  timeZone: TIME_ZONE,
  periodSeconds: HOUR,
  batchPeriods: 1,
  startsAt: from,
  rules: [
    {
      version: 1,
      from: formatInstant(from),
      allocation: { key: 'even', rounds: 'iterate' },
      tariffs: {
        communityConsumption: fixed(120_000),
        communityProduction: fixed(100_000),
        commercial: {
          kind: 'time-of-use',
          timeZone: TIME_ZONE,
          bands: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '22:00', microEurPerKwh: 250_000 }],
          otherwise: 150_000,
        },
        feedIn: fixed(50_000),
      },
      pricing: 'tariffs',
    },
  ],
  members: MEMBERS.map(({ name }) => ({ name, meters: [{ meter: meterOf(name), participation: 100 }] })),
})

/** The same street for the field simulator: every start of it gives the same energy. */
export const simulatedStreet = (from: number) => ({
  seed: 'sunny-street',
  timeZone: TIME_ZONE,
  intervalSeconds: INTERVAL_SECONDS,
  from: formatInstant(from),
  meters: MEMBERS.map(({ name, ...rest }) => ({ meter: meterOf(name), ...rest })),
})
