import { least } from '../units/units.ts'
import { rotationRank } from './rotation.ts'

/** What is divided, among whom, and in which order ties go. Indices are places in ascending order of member id. */
export interface Division {
  readonly available: bigint
  readonly wants: readonly bigint[]
  readonly periodNumber: number
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n)

/**
 * `available` in proportion to whole `weights` by largest remainder, equal remainders in rotation order; wants are not looked
 * at. The shares sum to `available` exactly (to 0 when every weight is 0).
 * @example proportionalShares(200n, [200n, 100n], 0) // [133n, 67n]
 */
export function proportionalShares(available: bigint, weights: readonly bigint[], periodNumber: number): bigint[] {
  const total = sum(weights)
  if (total === 0n) return weights.map(() => 0n)
  const shares = weights.map((weight) => (available * weight) / total)
  const remainder = (i: number): bigint => (available * weights[i]!) % total
  const rank = (i: number): number => rotationRank(i, weights.length, periodNumber)
  const line = weights
    .map((_, i) => i)
    .sort((a, b) => (remainder(a) === remainder(b) ? rank(a) - rank(b) : remainder(a) > remainder(b) ? -1 : 1))
  const left = Number(available - sum(shares))
  for (const i of line.slice(0, left)) shares[i]! += 1n
  return shares
}

/** One round: everybody's proportional share, at most what they want; the unused part stays unshared. */
export const oneRoundShares = ({ available, wants, periodNumber }: Division, weights: readonly bigint[]): bigint[] =>
  proportionalShares(available, weights, periodNumber).map((share, i) => least(share, wants[i]!))

/**
 * The unused part shared again until nothing is left or everybody is satisfied: weighted water filling. Members of weight 0 are
 * served last, evenly. Σ shares = min(available, Σ wants), nobody above their want.
 */
export function iteratedShares(division: Division, weights: readonly bigint[]): bigint[] {
  const { wants, periodNumber } = division
  const shares = wants.map(() => 0n)
  // Those who need the least per unit of weight are satisfied first; the rest see a higher level.
  const line = wants
    .map((_, i) => i)
    .filter((i) => wants[i]! > 0n && weights[i]! > 0n)
    .sort((a, b) => {
      const left = wants[a]! * weights[b]!
      const right = wants[b]! * weights[a]!
      return left < right ? -1 : left > right ? 1 : a - b
    })
  let left = division.available
  let weight = sum(line.map((i) => weights[i]!))
  let satisfied = 0
  for (const i of line) {
    if (wants[i]! * weight > weights[i]! * left) break
    shares[i] = wants[i]!
    left -= wants[i]!
    weight -= weights[i]!
    satisfied++
  }
  if (satisfied < line.length) {
    const open = new Set(line.slice(satisfied))
    const rest = proportionalShares(
      left,
      weights.map((w, i) => (open.has(i) ? w : 0n)),
      periodNumber,
    )
    return shares.map((share, i) => share + rest[i]!)
  }
  const unweighted = wants.map((want, i) => (weights[i]! > 0n ? 0n : want))
  if (left === 0n || sum(unweighted) === 0n) return shares
  const last = iteratedShares(
    { available: left, wants: unweighted, periodNumber },
    unweighted.map(() => 1n),
  )
  return shares.map((share, i) => share + last[i]!)
}
