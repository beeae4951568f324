/** Seconds since 1970, half-open. */
export interface Period {
  readonly from: number
  readonly until: number
}

const at = (year: number, month: number) => Date.UTC(year, month - 1) / 1000

/** A month or a year, UTC, else all time. @example periodOf('2026-11') // { from: 1_793_491_200, until: 1_796_083_200 } */
export function periodOf(text: string | undefined): Period {
  const match = /^(\d{4})(?:-(\d{2}))?$/.exec(text ?? '')
  if (match === null) return { from: 0, until: Number.MAX_SAFE_INTEGER }
  const [year, month] = [Number(match[1]), match[2] === undefined ? undefined : Number(match[2])]
  return month === undefined
    ? { from: at(year, 1), until: at(year + 1, 1) }
    : { from: at(year, month), until: at(year, month + 1) }
}

/** The month of an instant and the eleven before it, up to now and what comes: what a statement shows unless it is asked. */
export function lastTwelveMonths(now: number): Period {
  const day = new Date(now * 1000)
  return { from: at(day.getUTCFullYear(), day.getUTCMonth() + 1 - 11), until: Number.MAX_SAFE_INTEGER }
}
