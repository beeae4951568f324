import { timingSafeEqual } from 'node:crypto'
import { ok, refuse } from '@opem/domain'
import { CLOCK_SKEW } from './credential.ts'
import type { Expected, Verified } from './types.ts'

/** Seconds for which a presentation may be valid at most. */
export const LONGEST_PRESENTATION = 300

/** Compares without telling, by the time taken, how much of a guess was right. */
export function isSame(given: string, needed: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(needed)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Whether a proof answers the challenge in time. */
export function checkChallenge(
  given: { readonly challenge: string; readonly expires: number; readonly from?: number | undefined },
  { challenge, now }: Expected,
): Verified<undefined> {
  if (!isSame(given.challenge, challenge))
    return refuse('ERR_VP_CHALLENGE', 'The presentation answers another challenge: ask for a new one and sign that.')
  if (given.expires <= now) return refuse('ERR_VP_EXPIRED', 'The presentation has expired: sign a new one.')
  if (given.expires > now + LONGEST_PRESENTATION)
    return refuse('ERR_VP_EXPIRED', 'The presentation is valid for longer than five minutes: sign a shorter one.')
  if (given.from !== undefined && given.from > now + CLOCK_SKEW)
    return refuse('ERR_VP_EXPIRED', 'The presentation is not valid yet: set the clock of the wallet.')
  return ok(undefined)
}
