import { formatInstant, unpackTotals } from '@opem/domain'
import type { Hex } from 'viem'

interface Claim {
  readonly root: Hex
  readonly totals: readonly bigint[]
}

/**
 * The first thing in which a proposal differs from a node's own computation, in one sentence; undefined when nothing does.
 * It speaks of community totals, which are public on chain, and of roots: never of one member's energy.
 */
export function differenceOf(given: Claim, own: Claim, period: (index: number) => number): string | undefined {
  if (given.totals.length !== own.totals.length) {
    return `the proposal holds ${given.totals.length} periods, this node computes ${own.totals.length}`
  }
  const index = given.totals.findIndex((word, i) => word !== own.totals[i])
  if (index >= 0) {
    const [theirs, ours] = [unpackTotals(given.totals[index]!), unpackTotals(own.totals[index]!)]
    const parts = (['surplus', 'demand', 'shared', 'members'] as const)
      .filter((field) => theirs[field] !== ours[field])
      .map((field) => `${field} ${theirs[field]} where this node computes ${ours[field]}`)
    return `period ${formatInstant(period(index))}: ${parts.join(', ') || 'bits outside the totals are set'}`
  }
  if (given.root !== own.root) {
    return `the totals agree but the root is ${given.root} where this node computes ${own.root}: a balance, a flag or a salt differs`
  }
  return undefined
}
