import { type Allocation, isPlain } from '../allocation/allocation.ts'
import { divide } from '../allocation/divide.ts'
import { OpemError } from '../errors/opem-error.ts'
import { formatInstant } from '../periods/instant.ts'
import { type Period, type PeriodSeconds, periodNumber } from '../periods/period.ts'
import { Wh } from '../units/units.ts'
import { settleEven } from './settle-even.ts'

/** A member's energy through the grid connection in one period, summed over metering points. */
export interface MemberEnergy {
  readonly member: string
  readonly energyImport: Wh
  readonly energyExport: Wh
}

/** A member's settled period. Its demand is bought + gridImport, its surplus sold + gridExport. */
export interface SettledMember extends MemberEnergy {
  readonly bought: Wh
  readonly sold: Wh
  /** The demand that the community could not cover: the retailer's, at the commercial tariff. */
  readonly gridImport: Wh
  /** The surplus that the community could not use: fed in, at the feed-in tariff. */
  readonly gridExport: Wh
  /** As committed: bit 0 substituted from history, bit 1 substituted without, bit 2 estimated; absent where nothing was committed. */
  readonly flags?: number
}

/** One settled period. `members` ascend by id; `shared` is T = Σ bought = Σ sold. */
export interface SettledPeriod {
  readonly start: number
  readonly seconds: PeriodSeconds
  readonly surplus: Wh
  readonly demand: Wh
  readonly shared: Wh
  readonly members: readonly SettledMember[]
}

/** Ids compare by UTF-16 code units: for lower-case hex the same as by number, and the same on every machine. */
export const byMember = (a: { readonly member: string }, b: { readonly member: string }): number =>
  a.member < b.member ? -1 : a.member > b.member ? 1 : 0

const total = (values: readonly bigint[]): Wh => Wh(values.reduce((sum, value) => sum + value, 0n))

/**
 * Settles one period: who buys how much of the community's surplus, exactly, in Wh. The order of `readings` does not matter.
 * @throws ERR_MEMBER_DUPLICATE when a member appears twice, ERR_PERIOD when the period is not on a boundary
 * @example A exports 3 Wh, B imports 5: A sells 3, B buys 3 and takes 2 from the grid
 */
export function settlePeriod(period: Period, readings: readonly MemberEnergy[], allocation: Allocation): SettledPeriod {
  periodNumber(period)
  const sorted = ascending(period, readings)
  if (allocation.key === 'even' && isPlain(allocation)) {
    const settled = settleEven(period, sorted)
    if (settled) return settled
  }
  const demands = sorted.map(({ energyImport, energyExport }) => atLeastZero(energyImport - energyExport))
  const surpluses = sorted.map(({ energyImport, energyExport }) => atLeastZero(energyExport - energyImport))
  const { bought, sold } = divide(period, { members: sorted.map((r) => r.member), demands, surpluses }, allocation)
  return {
    start: period.start,
    seconds: period.seconds,
    surplus: total(surpluses),
    demand: total(demands),
    shared: total(bought),
    members: sorted.map(({ member, energyImport, energyExport }, i) => ({
      member,
      energyImport,
      energyExport,
      bought: Wh(bought[i]!),
      sold: Wh(sold[i]!),
      gridImport: Wh(demands[i]! - bought[i]!),
      gridExport: Wh(surpluses[i]! - sold[i]!),
    })),
  }
}

/** Sorted by member, nobody twice; readings that are so already, as most are, stay as they are. */
function ascending(period: Period, readings: readonly MemberEnergy[]): readonly MemberEnergy[] {
  for (let i = 1; i < readings.length; i++)
    if (readings[i - 1]!.member >= readings[i]!.member) return distinct(period, [...readings].sort(byMember))
  return readings
}

const atLeastZero = (value: bigint): bigint => (value > 0n ? value : 0n)

function distinct({ start }: Period, sorted: readonly MemberEnergy[]): readonly MemberEnergy[] {
  const twice = sorted.find(({ member }, i) => i > 0 && sorted[i - 1]!.member === member)
  if (twice)
    throw new OpemError({
      code: 'ERR_MEMBER_DUPLICATE',
      shortMessage: `member ${twice.member} appears twice in the period ${formatInstant(start)}: sum metering points first`,
      details: { member: twice.member, start },
    })
  return sorted
}
