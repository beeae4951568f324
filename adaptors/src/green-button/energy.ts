import { parseDecimal, roundHalfEven, signOf } from '../harmonise/decimal.ts'
import { type MeterReading, PERIOD_SECONDS } from '../harmonise/meter-reading.ts'
import type { FeedPart } from './feed.ts'
import type { Flow } from './inspect.ts'

export type Interval = Extract<FeedPart, { part: 'interval' }>
export type Refusal = { readonly code: string; readonly reason: string }

/** Energy of one interval in Wh, in one direction. */
export interface Energy {
  readonly start: number
  readonly seconds: MeterReading['seconds']
  readonly wh: bigint
  readonly quality: MeterReading['quality']
}

/** ESPI QualityOfReading codes that say somebody or something replaced what the meter saw, or doubts it. */
const ESTIMATED: ReadonlySet<string> = new Set(['7', '8', '9', '10', '12', '13', '15', '16'])

/** value × 10^powerOfTenMultiplier Wh of a whole period, or why not (`ERR_PERIOD`, `ERR_ROW_NUMBER`). */
export function energyOf(
  interval: Pick<Interval, 'start' | 'duration' | 'value' | 'quality'>,
  { powerOfTen }: Pick<Flow, 'powerOfTen'>,
): Energy | Refusal {
  const start = /^\d{1,11}$/.test(interval.start) ? Number(interval.start) : undefined
  const seconds = Number(interval.duration)
  if (start === undefined || !PERIOD_SECONDS.has(seconds) || start % seconds !== 0) {
    const given = `start ${interval.start}, duration ${interval.duration} s`
    return { code: 'ERR_PERIOD', reason: `${given}: needed 300, 900, 1800 or 3600 s beginning on a whole period` }
  }
  const value = parseDecimal(interval.value)
  if (!value || signOf(value) < 0)
    return { code: 'ERR_ROW_NUMBER', reason: `value "${interval.value}", needed an unsigned number` }
  const quality = ESTIMATED.has(interval.quality) ? 'estimated' : 'measured'
  return { start, seconds: seconds as MeterReading['seconds'], wh: roundHalfEven(value, powerOfTen), quality }
}
