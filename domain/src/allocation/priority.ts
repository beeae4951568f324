import { least } from '../units/units.ts'
import { evenSplit } from './even.ts'
import type { Division } from './weighted-shares.ts'

/** Members in `order` are served to the full, one after the other; the others share what is left evenly. */
export function priorityShares(
  { available, wants, periodNumber }: Division,
  members: readonly string[],
  order: readonly string[],
): bigint[] {
  const place = new Map(members.map((member, index) => [member, index]))
  const shares = wants.map(() => 0n)
  const open = new Set(members.map((_, index) => index))
  let left = available
  for (const member of order) {
    const index = place.get(member)
    if (index === undefined || !open.delete(index)) continue
    shares[index] = least(left, wants[index]!)
    left -= shares[index]!
  }
  const rest = evenSplit({
    available: left,
    wants: wants.map((want, index) => (open.has(index) ? want : 0n)),
    periodNumber,
  })
  return shares.map((share, index) => share + rest[index]!)
}
