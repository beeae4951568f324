import type { UsageDay } from '../api/accounts.ts'

/** Sums over the days that are shown. */
export const totalsOf = (days: readonly UsageDay[]) =>
  days.reduce(
    (sum, { signIns, requests, refused }) => ({
      signIns: sum.signIns + signIns,
      requests: sum.requests + requests,
      refused: sum.refused + refused,
    }),
    { signIns: 0, requests: 0, refused: 0 },
  )

export type Bar = { day: string; allowed: number; refused: number }

/**
 * Heights of a day's bar, per cent of the busiest day: allowed below, refused on top. Refused requests are part of all
 * requests.
 */
export function barsOf(days: readonly UsageDay[]): Bar[] {
  const most = Math.max(1, ...days.map(({ requests }) => requests))
  const share = (count: number) => Math.round((count / most) * 1000) / 10
  return days.map(({ day, requests, refused }) => ({
    day,
    allowed: share(requests - Math.min(refused, requests)),
    refused: share(Math.min(refused, requests)),
  }))
}
