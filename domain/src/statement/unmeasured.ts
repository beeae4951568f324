import { FLAG_ESTIMATED, FLAG_SUBSTITUTED, FLAG_UNAUTHORISED, FLAG_WITHOUT_HISTORY } from '../substitution/flags.ts'

/** Why a balance does not rest on measured readings alone. */
export type NotMeasured =
  | 'substituted from history'
  | 'substituted without history'
  | 'estimated'
  | 'use not authorised'

/** A period whose balance rests, at least in part, on something that no meter measured. */
export interface UnmeasuredPeriod {
  readonly start: number
  readonly reasons: readonly NotMeasured[]
}

/** What a balance's flags say. @example notMeasured(5) // ['substituted from history', 'estimated'] */
export const notMeasured = (flags: number): NotMeasured[] => [
  ...((flags & FLAG_SUBSTITUTED) !== 0 ? (['substituted from history'] as const) : []),
  ...((flags & FLAG_WITHOUT_HISTORY) !== 0 ? (['substituted without history'] as const) : []),
  ...((flags & FLAG_ESTIMATED) !== 0 ? (['estimated'] as const) : []),
  ...((flags & FLAG_UNAUTHORISED) !== 0 ? (['use not authorised'] as const) : []),
]
