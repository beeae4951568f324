import type { PaymentTerms } from './price-plan.ts'

/** One payment of an agreement: its number there, when it is due (seconds since 1970) and how much (µEUR). */
export interface Due {
  readonly number: number
  readonly at: number
  readonly amount: bigint
}

/** More intervals than this are not listed at once: an interval of a second would fill the memory. */
export const MOST_DUES = 1000

/** Payments that come by themselves: pay-per-use is paid by vouchers, free not at all. */
const isScheduled = ({ plan, price }: PaymentTerms) =>
  price > 0n && (plan === 'one-time' || plan === 'subscription' || plan === 'bank')

const isRepeated = ({ plan, interval }: PaymentTerms) => interval > 0 && plan !== 'one-time'

/** Payment `number` of an agreement; undefined when the agreement ends before it is due, or has no such payment. */
export function dueOf(terms: PaymentTerms, number: number): Due | undefined {
  if (!isScheduled(terms) || (number > 0 && !isRepeated(terms))) return undefined
  const at = terms.start + number * terms.interval
  const due = isRepeated(terms) ? at : terms.start
  if (terms.end > 0 && due >= terms.end) return undefined
  return { number, at: due, amount: terms.price }
}

/**
 * Payments due at an instant, from number `from` on, the earliest first, at most `MOST_DUES`. An interval is due at its
 * start; the one that would start at the agreement's end is none.
 * @example duesAt({ plan: 'subscription', price: 5n, interval: 10, feeBps: 0, start: 100, end: 125 }, 200)
 *   // number 0 at 100, number 1 at 110, number 2 at 120
 */
export function duesAt(terms: PaymentTerms, now: number, from = 0): Due[] {
  const found: Due[] = []
  for (let number = from; found.length < MOST_DUES; number++) {
    const due = dueOf(terms, number)
    if (due === undefined || due.at > now) break
    found.push(due)
  }
  return found
}

/** The payment that comes next after an instant; undefined when none does. */
export function nextDue(terms: PaymentTerms, now: number): Due | undefined {
  if (!isScheduled(terms)) return undefined
  if (now < terms.start) return dueOf(terms, 0)
  return isRepeated(terms) ? dueOf(terms, Math.floor((now - terms.start) / terms.interval) + 1) : undefined
}
