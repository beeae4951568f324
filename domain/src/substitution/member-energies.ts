import { OpemError } from '../errors/opem-error.ts'
import type { Period } from '../periods/period.ts'
import { byMember, type MemberEnergy } from '../settlement/settle-period.ts'
import { Wh } from '../units/units.ts'
import { type AuthorisedInterval, isAuthorised } from './authorised.ts'
import { FLAG_ESTIMATED, FLAG_SUBSTITUTED, FLAG_UNAUTHORISED } from './flags.ts'
import { type PeriodReading, substituteReading } from './substitute-reading.ts'

/** A meter of a member; `participation` is the percentage (1–100) of its energy that takes part in this community. */
export interface MemberMeter {
  readonly meter: string
  readonly participation: number
  /** When the member lets it be used; absent where nobody asks, such as a file on one's own disk. */
  readonly authorised?: readonly AuthorisedInterval[]
}

export interface MeteredMember {
  readonly id: string
  readonly meters: readonly MemberMeter[]
}

/** A reading that stood in for a missing one. */
export interface Substituted {
  readonly member: string
  readonly meter: string
  readonly start: number
  readonly energyImport: Wh
  readonly energyExport: Wh
  readonly flag: 1 | 2
}

/** Authorised meters without a reading in the period: those whose history `memberEnergies` will look at. */
export function missingMeters({ period, members, readings }: Omit<ClosedPeriod, 'history'>): string[] {
  const known = new Set(readings.filter(({ start }) => start === period.start).map(({ meter }) => meter))
  return members
    .flatMap(({ meters }) => meters.filter((meter) => mayBeUsed(meter, period.start)).map(({ meter }) => meter))
    .filter((meter) => !known.has(meter))
}

const mayBeUsed = ({ authorised }: MemberMeter, start: number): boolean =>
  authorised === undefined || isAuthorised(authorised, start)

export interface ClosedPeriod {
  readonly period: Period
  readonly members: readonly MeteredMember[]
  /** Cleansed readings at the period's length; other periods' readings are ignored. */
  readonly readings: readonly PeriodReading[]
  /** Earlier readings by meter, needed for missing meters only. */
  readonly history: ReadonlyMap<string, readonly PeriodReading[]>
}

/**
 * From meters to members in one closed period: the participating part of each meter (rounded down to whole Wh, import and export
 * alike), summed per member; missing readings are substituted and flagged, never silently zero. A meter whose use is not
 * authorised in the period counts zero and is flagged: its reading is not looked at, nor is anything put in its place; and a
 * substitute comes only from a time that was authorised. Ascending by member id.
 * @throws ERR_READING_DUPLICATE when a meter has two readings for the period, ERR_PARTICIPATION outside 1–100
 */
export function memberEnergies({ period, members, readings, history }: ClosedPeriod): {
  readonly energies: MemberEnergy[]
  readonly flags: Map<string, number>
  readonly substituted: Substituted[]
} {
  const measured = new Map<string, PeriodReading>()
  for (const reading of readings) {
    if (reading.start !== period.start) continue
    if (measured.has(reading.meter))
      throw new OpemError({
        code: 'ERR_READING_DUPLICATE',
        shortMessage: `meter ${reading.meter} has two readings for one period: give only the claim in force`,
        details: { meter: reading.meter, start: period.start },
      })
    measured.set(reading.meter, reading)
  }
  const substituted: Substituted[] = []
  const flags = new Map<string, number>()
  const energies = members.map(({ id, meters }) => {
    let energyImport = 0n
    let energyExport = 0n
    let flag = 0
    for (const own of meters) {
      if (!mayBeUsed(own, period.start)) {
        flag |= FLAG_UNAUTHORISED
        continue
      }
      const { meter, participation } = own
      const usable = (history.get(meter) ?? []).filter((past) => mayBeUsed(own, past.start))
      const energy = measured.get(meter) ?? substituteReading({ ...period, history: usable })
      if ('flag' in energy) {
        flag |= energy.flag
        substituted.push({ member: id, meter, start: period.start, ...energy })
      } else flag |= flagOf(energy)
      energyImport += participating(energy.energyImport, participation)
      energyExport += participating(energy.energyExport, participation)
    }
    flags.set(id, flag)
    return { member: id, energyImport: Wh(energyImport), energyExport: Wh(energyExport) }
  })
  return { energies: energies.sort(byMember), flags, substituted }
}

const flagOf = ({ quality }: PeriodReading): number =>
  quality === 'measured' ? 0 : quality === 'estimated' ? FLAG_ESTIMATED : FLAG_SUBSTITUTED

function participating(energy: bigint, participation: number): bigint {
  if (!Number.isInteger(participation) || participation < 1 || participation > 100)
    throw new OpemError({
      code: 'ERR_PARTICIPATION',
      shortMessage: `a participation of ${participation} %: a meter takes part with 1 to 100 %`,
      details: { participation },
    })
  return (energy * BigInt(participation)) / 100n
}
