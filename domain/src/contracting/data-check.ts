/** What was found of one item of data that a service needs. */
export interface DataFound {
  readonly name: string
  readonly meter: string | null
  /** A data set that gives it: its name for people, and why it may not be used now. */
  readonly from: { readonly title: string; readonly refusal: string | null } | null
  /** Whether the meter is the consumer's, and its use is authorised now. */
  readonly own: boolean
  readonly authorised: boolean
  /** Seconds of the period that is needed; null when none is said. */
  readonly seconds: number | null
  /** Periods of that length with a reading, and how many there could be. */
  readonly periods: number
  readonly possible: number
  /** Start of the last such period, seconds since 1970. */
  readonly last: number | null
}

export interface DataVerdict extends DataFound {
  /** Hundredths of a percent, rounded down: only everything is 10,000. */
  readonly completenessBps: number
  readonly state: 'complete' | 'gaps' | 'missing' | 'handed-over'
  /** What to do about it, as a sentence; empty when there is nothing. */
  readonly advice: string
}

/** Enough to begin with: nine tenths of the periods. */
export const ENOUGH_BPS = 9000

const PERIOD_SECONDS: Readonly<Record<string, number>> = {
  PT5M: 300,
  PT15M: 900,
  PT30M: 1800,
  PT1H: 3600,
}

/** Seconds of a granularity that readings can have; undefined for others. @example periodOf('PT1H') // 3600 */
export const periodOf = (granularity: string): number | undefined => PERIOD_SECONDS[granularity]

/** Whole periods in `[from, to)`. @example possiblePeriods(1, 7200, 3600) // 1 */
export const possiblePeriods = (from: number, to: number, seconds: number): number =>
  Math.max(0, Math.floor(to / seconds) - Math.ceil(from / seconds))

/** Judges what was found of one item: whether the service can work with it, and what to do when not. */
export function judgeData(found: DataFound, days: number): DataVerdict {
  const completenessBps = found.possible === 0 ? 0 : Math.floor((found.periods * 10_000) / found.possible)
  const verdict = (state: DataVerdict['state'], advice = ''): DataVerdict => ({
    ...found,
    completenessBps,
    state,
    advice,
  })
  const { name, meter, from } = found
  if (from !== null) return judgeSource(found, from, days, completenessBps)
  if (meter === null) return verdict('handed-over', `${name} comes from no meter: the consumer hands it over.`)
  if (!found.own)
    return verdict(
      'missing',
      `The meter ${meter} is not the consumer's any more: agree anew with one of their own meters.`,
    )
  if (!found.authorised)
    return verdict('missing', `The meter ${meter} may not be used now: its holder authorises it again.`)
  if (found.periods === 0)
    return verdict(
      'missing',
      `There is no reading of ${meter} of the last ${days} days in the length that is needed: its meter operator sends them, or a file is imported.`,
    )
  if (completenessBps < ENOUGH_BPS)
    return verdict(
      'gaps',
      `${found.possible - found.periods} of ${found.possible} periods of ${meter} have no reading: import what is missing, or go on with gaps.`,
    )
  return verdict('complete')
}

/** A data set as the source: whether it may be handed to the service, and whether enough of it is there. */
function judgeSource(
  found: DataFound,
  { title, refusal }: NonNullable<DataFound['from']>,
  days: number,
  completenessBps: number,
): DataVerdict {
  const verdict = (state: DataVerdict['state'], advice = ''): DataVerdict => ({
    ...found,
    completenessBps,
    state,
    advice,
  })
  if (refusal !== null)
    return verdict('missing', `The data set “${title}” may not be given to the service now: ${refusal}.`)
  if (found.periods === 0)
    return verdict(
      'missing',
      `The data set “${title}” has no readings of its last ${days} days in the length that is needed: agree anew with another source, or ask its provider.`,
    )
  if (completenessBps < ENOUGH_BPS)
    return verdict(
      'gaps',
      `${found.possible - found.periods} of ${found.possible} periods of the data set “${title}” have no reading: ask its provider, or go on with gaps.`,
    )
  return verdict('complete')
}

/** Whether the provider may go on to adapt the service: nothing is missing; gaps are theirs to accept. */
export const mayAdapt = (verdicts: readonly Pick<DataVerdict, 'state'>[]): boolean =>
  verdicts.every(({ state }) => state !== 'missing')
