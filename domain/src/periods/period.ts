import { OpemError } from '../errors/opem-error.ts'

/** Length of a delivery period: a quarter of an hour or an hour, fixed per community. */
export type PeriodSeconds = 900 | 3600

/** Half-open `[start, start + seconds)`; `start` is an instant in seconds since 1970, a multiple of the length. */
export interface Period {
  readonly start: number
  readonly seconds: PeriodSeconds
}

export const isPeriodSeconds = (seconds: number): seconds is PeriodSeconds => seconds === 900 || seconds === 3600

export const isPeriodStart = (epoch: number, seconds: number): boolean =>
  Number.isSafeInteger(epoch) && epoch >= 0 && epoch % seconds === 0

/** Counts periods since 1970; ties rotate by it. @throws ERR_PERIOD when the start is not on a boundary */
export function periodNumber({ start, seconds }: Period): number {
  if (!isPeriodSeconds(seconds) || !isPeriodStart(start, seconds))
    throw new OpemError({
      code: 'ERR_PERIOD',
      shortMessage: `a period of ${seconds} s cannot start at ${start}: it lasts 900 or 3600 s and starts on a multiple of that since 1970`,
      details: { start, seconds },
    })
  return start / seconds
}

/** Starts of the periods that lie in `[from, to)`. */
export function periodStarts(from: number, to: number, seconds: PeriodSeconds): number[] {
  const starts: number[] = []
  for (let start = Math.ceil(from / seconds) * seconds; start + seconds <= to; start += seconds) starts.push(start)
  return starts
}
