import type { Hex } from '../commitment/bytes.ts'
import { OpemError } from '../errors/opem-error.ts'
import { formatInstant } from '../periods/instant.ts'
import type { SettledPeriod } from '../settlement/settle-period.ts'
import { settledBook } from '../settlement/settled-book.ts'
import type { TradingBatch } from '../wire/trading-batch.ts'
import type { Adjustment } from './adjustment.ts'

/** A period before and after one adjustment: what it had been settled (or adjusted) to, and what it is adjusted to. */
export interface AdjustedPeriod {
  readonly number: number
  readonly revision: number
  readonly knownAt: number
  readonly before: SettledPeriod
  readonly after: SettledPeriod
}

type Settled = Pick<TradingBatch, 'start' | 'revision' | 'periodSeconds' | 'books'> & { readonly root: Hex }

/** Adjustments that stand against a batch as it is settled now; against a revision that was superseded they count no more. */
export const standing = (
  adjustments: readonly Adjustment[],
  batches: readonly Pick<Settled, 'start' | 'revision' | 'root'>[],
) => {
  const current = new Set(batches.map(({ start, revision, root }) => `${start} ${revision} ${root}`))
  return adjustments.filter(({ batch, revision, batchRoot }) => current.has(`${batch} ${revision} ${batchRoot}`))
}

/**
 * Pairs adjustments with what they change: the settled book, or the adjustment before. By period, then number.
 * @param only a member, when only that member's balances are wanted (or given)
 * @throws ERR_ADJUSTMENT_BASE when the settled batch, or the adjustment before, is not among those given
 */
export function adjustedPeriods(
  adjustments: readonly Adjustment[],
  batches: readonly Settled[],
  only?: string,
): AdjustedPeriod[] {
  const ordered = [...adjustments].sort((a, b) => a.start - b.start || a.number - b.number)
  return ordered.map(({ batch, revision, start, periodSeconds, number, knownAt, book }, i) => {
    const earlier = ordered[i - 1]
    const base =
      number === 1
        ? batches.find((one) => one.start === batch && one.revision === revision)?.books.find((b) => b.start === start)
        : earlier?.start === start && earlier.number === number - 1
          ? earlier.book
          : undefined
    if (base === undefined)
      throw new OpemError({
        code: 'ERR_ADJUSTMENT_BASE',
        shortMessage: `adjustment ${number} of the period ${formatInstant(start)} needs ${number === 1 ? `revision ${revision} of the batch ${formatInstant(batch)}` : `adjustment ${number - 1}`}, which is not there`,
        details: { batch, revision, start, number },
      })
    return {
      number,
      revision,
      knownAt,
      before: settledBook(base, periodSeconds, only),
      after: settledBook(book, periodSeconds, only),
    }
  })
}
