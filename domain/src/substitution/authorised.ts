/** When a member lets a community use a meter: every period that starts in `[from, until)`, epoch seconds. */
export interface AuthorisedInterval {
  readonly from: number
  /** Infinity while the authorisation stands. */
  readonly until: number
}

/** Whether a reading that starts at `start` may be looked at. No interval, no reading. */
export const isAuthorised = (intervals: readonly AuthorisedInterval[], start: number): boolean =>
  intervals.some(({ from, until }) => from <= start && start < until)
