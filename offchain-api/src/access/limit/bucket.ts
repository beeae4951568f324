/** How often something may happen: `burst` times at once, then `perSecond` times a second. */
export interface Allowance {
  readonly burst: number
  readonly perSecond: number
}

export type Taken = { readonly ok: true; readonly fullAt: number } | { readonly ok: false; readonly waitMs: number }

/**
 * Takes one token out of a bucket, which is told by a single number: when it is full again.
 * @param fullAt ms; undefined for a bucket that was never taken from
 * @param now ms
 * @example take(undefined, 0, { burst: 2, perSecond: 1 }) // { ok: true, fullAt: 1000 }
 * @example take(2000, 0, { burst: 2, perSecond: 1 }) // { ok: false, waitMs: 1000 }
 */
export function take(fullAt: number | undefined, now: number, { burst, perSecond }: Allowance): Taken {
  const tokenMs = 1000 / perSecond
  const emptyMs = burst * tokenMs
  // A clock that was set back must not bar the door for longer than an empty bucket does.
  const before = Math.min(Math.max(fullAt ?? now, now), now + emptyMs)
  const waitMs = before + tokenMs - (now + emptyMs)
  return waitMs > 1e-6 ? { ok: false, waitMs } : { ok: true, fullAt: before + tokenMs }
}
