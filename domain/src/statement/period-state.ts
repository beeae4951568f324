import { formatInstant } from '../periods/instant.ts'

/** Where a settled period is in its life: provisional → final, and whether it was corrected (revision above 0) on the way. */
export interface PeriodState {
  readonly state: 'provisional' | 'final'
  /** End of the correction window, seconds since 1970: until then a better reading makes a new revision. */
  readonly until: number
  readonly revision: number
  readonly corrected: boolean
}

/** What the chain says of the batch that a period is settled in. */
export interface SettledIn {
  /** Block time of revision 0, or of the correction that mended a fallen batch (ISettlement.sol). */
  readonly settledAt: number
  readonly revision: number
}

/**
 * The state of a period at `now`, seconds since 1970. The window's last second still takes a correction (Settlement.sol).
 * @example settled at 1000 with a window of 500: provisional at 1500, final at 1501
 */
export function periodState({ settledAt, revision }: SettledIn, correctionWindow: number, now: number): PeriodState {
  const until = settledAt + correctionWindow
  return { state: now <= until ? 'provisional' : 'final', until, revision, corrected: revision > 0 }
}

/** @example 'provisional until 2015-06-17T04:00:00Z, corrected (revision 1)' */
export const describeState = (
  { state, until, revision, corrected }: PeriodState,
  time: (instant: number) => string = formatInstant,
): string =>
  [
    state === 'final' ? 'final' : `provisional until ${time(until)}`,
    corrected ? `corrected (revision ${revision})` : '',
  ]
    .filter((part) => part !== '')
    .join(', ')

/** States of many periods in a few words. */
export interface Standing {
  /** Seconds since 1970 at which this is said. */
  readonly asOf: number
  readonly provisional: number
  /** When the last of the provisional ones becomes final; absent when none is provisional. */
  readonly provisionalUntil?: number
  readonly final: number
  readonly corrected: readonly { readonly start: number; readonly revision: number }[]
}

/** @param settledIn the batch of each period, by the period's start */
export function standingOf(
  settledIn: ReadonlyMap<number, SettledIn>,
  starts: readonly number[],
  correctionWindow: number,
  asOf: number,
): Standing {
  const corrected: { start: number; revision: number }[] = []
  let provisional = 0
  let provisionalUntil = 0
  for (const start of starts) {
    const batch = settledIn.get(start)
    if (batch === undefined) continue
    const state = periodState(batch, correctionWindow, asOf)
    if (state.corrected) corrected.push({ start, revision: state.revision })
    if (state.state === 'final') continue
    provisional += 1
    provisionalUntil = Math.max(provisionalUntil, state.until)
  }
  return {
    asOf,
    provisional,
    ...(provisional > 0 && { provisionalUntil }),
    final: starts.length - provisional,
    corrected,
  }
}

/** @example '700 periods final, 20 provisional until 2015-07-16T22:00:00Z, 1 corrected' */
export function describeStanding(
  { provisional, provisionalUntil, final, corrected }: Standing,
  time: (instant: number) => string = formatInstant,
): string {
  const count = (n: number) => `${n} period${n === 1 ? '' : 's'}`
  return [
    ...(final > 0 || provisional === 0 ? [`${count(final)} final`] : []),
    ...(provisional > 0 ? [`${count(provisional)} provisional until ${time(provisionalUntil!)}`] : []),
    ...(corrected.length > 0 ? [`${count(corrected.length)} corrected`] : []),
  ].join(', ')
}
