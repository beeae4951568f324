import { ok, type Result, refuse } from '../errors/result.ts'
import { formatInstant } from '../periods/instant.ts'

/** A part of a meter's energy given to one community, in force in `[from, until)`; `until` null while the member stays. */
export interface MeterShare {
  readonly community: string
  readonly member: string
  /** 1–100 % */
  readonly participation: number
  readonly from: number
  readonly until: number | null
}

/** A meter may serve up to five communities at a time. */
export const MOST_COMMUNITIES = 5

/**
 * Whether a meter has a wanted part of its energy left to give: at no time from then on may its parts exceed 100 %, nor
 * its communities five. A kilowatt-hour is sold once.
 * @param known what the meter gives already, to this community or others, without the wanted share itself
 */
export function meterHasShareLeft(
  meter: string,
  wanted: MeterShare,
  known: readonly MeterShare[],
): Result<true, 'ERR_METER_PARTICIPATION' | 'ERR_METER_COMMUNITIES'> {
  const end = wanted.until ?? Number.POSITIVE_INFINITY
  // What is given changes upwards only where a share begins.
  const moments = [wanted.from, ...known.map(({ from }) => from).filter((from) => from > wanted.from && from < end)]
  for (const at of moments) {
    const given = known.filter(({ from, until }) => from <= at && (until === null || at < until))
    const percent = given.reduce((sum, { participation }) => sum + participation, 0)
    if (percent + wanted.participation > 100)
      return refuse(
        'ERR_METER_PARTICIPATION',
        `meter ${meter} gives ${percent} % already at ${formatInstant(at)}, so ${wanted.participation} % more is too much; consent to at most ${Math.max(0, 100 - percent)} %`,
      )
    const communities = new Set([...given.map(({ community }) => community), wanted.community])
    if (communities.size > MOST_COMMUNITIES)
      return refuse(
        'ERR_METER_COMMUNITIES',
        `meter ${meter} serves ${MOST_COMMUNITIES} communities already at ${formatInstant(at)}, the most there may be; leave one of them first`,
      )
  }
  return ok(true)
}
