import type { Statement } from '../api/billing.ts'
import { differenceOf, microOf } from './amount.ts'

/** What was in the purse from an instant on, µEUR. */
export interface Balance {
  readonly at: number
  readonly micro: bigint
}

/** What was in the purse after each move; counted back from the end, since only the latest lines are there. */
export function balancesOf({ lines, closing }: Pick<Statement, 'lines' | 'closing'>): readonly Balance[] {
  let micro = differenceOf(closing)
  const moves = lines.filter(({ purseIn, purseOut }) => microOf(purseIn) !== 0n || microOf(purseOut) !== 0n)
  const back = moves.toReversed().map((line) => {
    const after = { at: line.at, micro }
    micro -= microOf(line.purseIn) - microOf(line.purseOut)
    return after
  })
  return back.toReversed()
}
