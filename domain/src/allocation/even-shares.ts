// Passes of the simple search before sorting takes over: real books need three or four, hostile ones N.
const MOST_PASSES = 12

/**
 * The water level of an even split: the largest whole `level` with Σ min(want, level) ≤ total, and the `rest` in Wh that is
 * left for one extra Wh each. Requires 0 < total < Σ wants, all safe integers. `scratch` (≥ N) is overwritten.
 * O(N) for every book met in practice, O(N log N) at worst.
 */
export function waterLevel(
  total: number,
  wants: Float64Array,
  offset: number,
  count: number,
  scratch: Float64Array,
): { level: number; rest: number } {
  let left = total
  let active = 0
  for (let i = 0; i < count; i++) {
    const want = wants[offset + i]!
    if (want > 0) scratch[active++] = want
  }
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const level = Math.floor(left / active)
    let kept = 0
    let filled = 0
    for (let i = 0; i < active; i++) {
      const want = scratch[i]!
      if (want <= level) filled += want
      else scratch[kept++] = want
    }
    if (kept === active) return { level, rest: left - level * active }
    left -= filled
    active = kept
  }
  const sorted = scratch.subarray(0, active).sort()
  for (let i = 0; i < active; i++) {
    const level = Math.floor(left / (active - i))
    if (sorted[i]! > level) return { level, rest: left - level * (active - i) }
    left -= sorted[i]!
  }
  return { level: sorted[active - 1]!, rest: 0 }
}

/**
 * Even split of `total` Wh over `wants`, written to `out` at the same offset: `min(want, level)`, and one more Wh for the first
 * `rest` members above the level in the order of the rotation (`first` = periodNumber mod N comes first).
 */
export function evenShares(
  total: number,
  wants: Float64Array,
  offset: number,
  count: number,
  first: number,
  scratch: Float64Array,
  out: Float64Array,
): void {
  const { level, rest } = waterLevel(total, wants, offset, count, scratch)
  let extra = rest
  // From `first` to the end, then from 0 to `first`: the rotation without a modulo per member.
  for (let i = offset + first; i < offset + count; i++) {
    const want = wants[i]!
    if (want <= level) out[i] = want
    else if (extra > 0) {
      out[i] = level + 1
      extra--
    } else out[i] = level
  }
  for (let i = offset; i < offset + first; i++) {
    const want = wants[i]!
    if (want <= level) out[i] = want
    else if (extra > 0) {
      out[i] = level + 1
      extra--
    } else out[i] = level
  }
}
