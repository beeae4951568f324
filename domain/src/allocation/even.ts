import { evenShares } from './even-shares.ts'
import { type Division, iteratedShares, oneRoundShares } from './weighted-shares.ts'

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Max-min fair: a level L with share = min(want, L) + e, e one Wh for the remainder in rotation order.
 * Sums within 2^53 take the fast columns, larger ones the same split in bigints.
 */
export function evenSplit(division: Division): bigint[] {
  const { available, wants, periodNumber } = division
  const wanted = wants.reduce((sum, want) => sum + want, 0n)
  if (available >= wanted) return [...wants]
  if (available === 0n) return wants.map(() => 0n)
  if (wanted > SAFE)
    return iteratedShares(
      division,
      wants.map(() => 1n),
    )
  const count = wants.length
  const shares = new Float64Array(count)
  evenShares(
    Number(available),
    Float64Array.from(wants, Number),
    0,
    count,
    periodNumber % count,
    new Float64Array(count),
    shares,
  )
  return Array.from(shares, BigInt)
}

/** One round of even shares among those who want something: the seed of every "divide by heads" scheme, leaves a part unshared. */
export const evenOneRound = (division: Division): bigint[] =>
  oneRoundShares(
    division,
    division.wants.map((want) => (want > 0n ? 1n : 0n)),
  )
