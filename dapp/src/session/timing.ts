/** An access token holds ten minutes; it is renewed well before, seconds. */
const RENEW_EVERY = 480
const RENEW_BEFORE = 90

/**
 * Seconds until the next renewal: eight minutes, or earlier when the session itself ends. At least one second, so that a
 * wrong clock cannot make a storm.
 * @example renewIn(50_000, 1000) // 480
 * @example renewIn(1300, 1000) // 210
 */
export const renewIn = (expiresAt: number, now: number): number =>
  Math.max(1, Math.min(RENEW_EVERY, expiresAt - RENEW_BEFORE - now))

/** Whether another tab of this browser renewed so lately that this one need not. */
export const renewedLately = (renewedAt: number | undefined, now: number): boolean =>
  renewedAt !== undefined && now - renewedAt >= 0 && now - renewedAt < 60
