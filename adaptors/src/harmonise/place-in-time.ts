/**
 * Decides which of the instants a wall clock can mean is meant, from the order of rows in the file: in a repeated hour
 * the first pass is earlier when the file ascends and later when it descends. One function per file; it remembers the
 * instant before.
 */
export type Placement =
  | { readonly at: number }
  | { readonly code: 'ERR_DST_GAP' | 'ERR_DST_FOLD' | 'ERR_DUPLICATE_PERIOD'; readonly reason: string }

export interface PlaceOptions {
  readonly order: 'ascending' | 'descending'
  /** wall clocks seen only once although the zone repeats them: the file cannot say which pass it is */
  readonly seenOnce: (plain: number) => boolean
  /** the mapping's answer for those: `first` or `second` pass */
  readonly fold?: 'first' | 'second' | undefined
}

export function placeInTime({ order, seenOnce, fold }: PlaceOptions) {
  let before: number | undefined
  const follows = (at: number) => before === undefined || (order === 'ascending' ? at > before : at < before)
  return (candidates: readonly number[], plain: number): Placement => {
    if (candidates.length === 0) {
      return { code: 'ERR_DST_GAP', reason: 'the clock was put forward: this local hour does not exist in the zone' }
    }
    if (candidates.length === 1) {
      const at = candidates[0]!
      if (at === before) return { code: 'ERR_DUPLICATE_PERIOD', reason: 'a second row for the same period' }
      before = at
      return { at }
    }
    if (seenOnce(plain) && !fold) {
      return {
        code: 'ERR_DST_FOLD',
        reason:
          'the zone repeats this local hour but the file holds it once: say "fold": "first" or "second" in the mapping',
      }
    }
    const ordered = [...candidates].sort((a, b) => (order === 'ascending' ? a - b : b - a))
    const at = seenOnce(plain)
      ? [...candidates].sort((a, b) => a - b)[fold === 'second' ? 1 : 0]!
      : ordered.find((candidate) => follows(candidate))
    if (at === undefined || at === before) {
      return { code: 'ERR_DUPLICATE_PERIOD', reason: 'more rows for this local hour than the zone repeats it' }
    }
    before = at
    return { at }
  }
}
