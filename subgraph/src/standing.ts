import { BigInt } from '@graphprotocol/graph-ts'
import { Community, DayTotals, Period } from '../generated/schema'
import { dayId } from './ids'

const DAY = BigInt.fromI32(86400)

/** Counts a period among the standing ones of its community and its UTC day. The caller saves the community. */
export function addPeriod(community: Community, period: Period): void {
  const day = dayOf(community, period)
  day.periodCount += 1
  day.surplus = day.surplus.plus(period.surplus)
  day.demand = day.demand.plus(period.demand)
  day.shared = day.shared.plus(period.shared)
  day.save()
  community.periodCount += 1
  community.surplus = community.surplus.plus(period.surplus)
  community.demand = community.demand.plus(period.demand)
  community.shared = community.shared.plus(period.shared)
}

/** Takes a superseded or fallen period out again, with the figures it was counted with. The caller saves the community. */
export function removePeriod(community: Community, period: Period): void {
  const day = dayOf(community, period)
  day.periodCount -= 1
  day.surplus = day.surplus.minus(period.surplus)
  day.demand = day.demand.minus(period.demand)
  day.shared = day.shared.minus(period.shared)
  day.save()
  community.periodCount -= 1
  community.surplus = community.surplus.minus(period.surplus)
  community.demand = community.demand.minus(period.demand)
  community.shared = community.shared.minus(period.shared)
}

function dayOf(community: Community, period: Period): DayTotals {
  const number = period.start.div(DAY)
  const id = dayId(community.id, number.toU64())
  let day = DayTotals.load(id)
  if (day === null) {
    day = new DayTotals(id)
    day.community = community.id
    day.start = number.times(DAY)
    day.periodCount = 0
    day.surplus = BigInt.zero()
    day.demand = BigInt.zero()
    day.shared = BigInt.zero()
  }
  return day
}
