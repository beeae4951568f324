import { localDayOf, type PeriodSeconds } from '@opem/domain'

/** Everything the choice of the next batch depends on; instants are epoch seconds. */
export interface PlanInput {
  /** Start of the next period to settle, from the contract. */
  readonly next: number
  /** Settlement goes up to here, from the contract; Infinity while running. */
  readonly until: number
  readonly periodSeconds: PeriodSeconds
  /** Rule versions of the contract in order, `rules[0]` being version 1. */
  readonly rules: readonly { readonly from: number }[]
  readonly members: readonly { readonly from: number; readonly until: number }[]
  /** So many periods (usually 1), or a local day. */
  readonly batchPeriods: number | 'day'
  readonly timeZone: string
  readonly now: number
  readonly graceSeconds: number
}

export interface PlannedBatch {
  readonly start: number
  readonly periods: number
  /** Rule version in force, counted from 1. */
  readonly rules: number
  /** When its last period is over and the grace has passed. */
  readonly dueAt: number
}

export type Plan =
  | { readonly status: 'due'; readonly batch: PlannedBatch }
  | { readonly status: 'waiting'; readonly batch: PlannedBatch }
  /** Nothing to settle: stopped, before the first rules, or a period without members. */
  | { readonly status: 'stopped' | 'unruled' | 'empty' }

// The contract's bound on one batch; a local day has at most 100 quarters.
const MOST_PERIODS = 128

/**
 * The next batch of a community: one period, or the rest of the local day (23 to 25 hours, 92 to 100 quarters).
 * A batch ends where rules change or settlement stops, so that one rule version decides all of it, and where the last
 * member has left: the contract settles no empty period.
 * Every node plans the same batch from the same chain.
 */
export function planBatch(input: PlanInput): Plan {
  const { next, until, periodSeconds } = input
  if (next >= until) return { status: 'stopped' }
  const rules = input.rules.findLastIndex(({ from }) => from <= next) + 1
  if (rules === 0) return { status: 'unruled' }

  const dayEnd =
    input.batchPeriods === 'day'
      ? localDayOf(next, input.timeZone).end
      : next + Math.min(input.batchPeriods, MOST_PERIODS) * periodSeconds
  const nextRules = input.rules[rules]?.from ?? Number.POSITIVE_INFINITY
  const end = Math.min(dayEnd, nextRules, until)
  const isInhabited = (start: number) => input.members.some(({ from, until }) => from <= start && start < until)
  if (!isInhabited(next)) return { status: 'empty' }
  // Where a zone is half an hour off UTC the last period of a day reaches into the next: it belongs to the day it starts in.
  const most = Math.max(1, Math.ceil((end - next) / periodSeconds))
  let periods = 1
  while (periods < most && isInhabited(next + periods * periodSeconds)) periods++
  const dueAt = next + periods * periodSeconds + input.graceSeconds
  const batch = { start: next, periods, rules, dueAt }
  return { status: input.now >= dueAt ? 'due' : 'waiting', batch }
}

/** How many whole periods lie between the next one and the last that is over: what a reader shows as delay. */
export const lagOf = (next: number, until: number, periodSeconds: number, now: number): number =>
  Math.max(0, Math.floor((Math.min(now, until) - next) / periodSeconds))
