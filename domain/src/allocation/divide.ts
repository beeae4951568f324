import { wallClockOf } from '../periods/local-time.ts'
import { type Period, periodNumber } from '../periods/period.ts'
import { least } from '../units/units.ts'
import type { Allocation, CalendarAllocation } from './allocation.ts'
import { evenOneRound, evenSplit } from './even.ts'
import { priorityShares } from './priority.ts'
import { type Division, iteratedShares, oneRoundShares } from './weighted-shares.ts'

/** Members of the period, ascending by id, with what each could buy and sell. */
export interface Sides {
  readonly members: readonly string[]
  readonly demands: readonly bigint[]
  readonly surpluses: readonly bigint[]
}

/**
 * Who buys and who sells how much. The buyers' side is divided first, by the key with its options; what they buy is T; then the
 * sellers share T by the same key (`static` and `calendar` coefficients are the buyers' alone: there in proportion to surplus).
 */
export function divide(
  period: Period,
  { members, demands, surpluses }: Sides,
  allocation: Allocation,
): { bought: bigint[]; sold: bigint[] } {
  const number = periodNumber(period)
  const supply = total(surpluses)
  const bought = buyers({ available: supply, wants: capped(members, demands, allocation), periodNumber: number })
  const shared = total(bought)
  const sold =
    shared === supply ? [...surpluses] : sellers({ available: shared, wants: surpluses, periodNumber: number })
  return { bought, sold }

  function buyers(division: Division): bigint[] {
    const once = allocation.rounds === 'one'
    switch (allocation.key) {
      case 'even':
        return once ? evenOneRound(division) : evenSplit(division)
      case 'pro-rata':
        return iteratedShares(division, division.wants)
      case 'static':
      case 'calendar': {
        const weights = members.map((member) => weightOf(allocation, member, period))
        return once ? oneRoundShares(division, weights) : iteratedShares(division, weights)
      }
      case 'priority':
        return priorityShares(division, members, allocation.order)
    }
  }

  function sellers(division: Division): bigint[] {
    switch (allocation.key) {
      case 'even':
        return evenSplit(division)
      case 'pro-rata':
      case 'static':
      case 'calendar':
        return iteratedShares(division, division.wants)
      case 'priority':
        return priorityShares(division, members, allocation.order)
    }
  }
}

const total = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value, 0n)

function capped(members: readonly string[], demands: readonly bigint[], { capWh }: Allocation): readonly bigint[] {
  if (!capWh) return demands
  return demands.map((demand, i) => {
    const member = members[i]!
    if (!Object.hasOwn(capWh, member)) return demand
    return least(demand, BigInt(capWh[member]!))
  })
}

type Weighted = Extract<Allocation, { key: 'static' | 'calendar' }>

function weightOf(allocation: Weighted, member: string, period: Period): bigint {
  if (!Object.hasOwn(allocation.coefficients, member)) return 0n
  if (allocation.key === 'static') return BigInt(allocation.coefficients[member]!)
  return BigInt(allocation.coefficients[member]![hourOfWeek(period.start, allocation)] ?? 0)
}

/** Hour of the local week, 0 = Monday 00:00–01:00. The hour that autumn repeats has the same number twice. */
function hourOfWeek(start: number, { timeZone = 'UTC' }: CalendarAllocation): number {
  const { weekday, hour } = wallClockOf(start, timeZone)
  return (weekday - 1) * 24 + hour
}
