import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import type { AgreementJson } from '../terms.ts'
import { IS_FIRM } from '../use-account.ts'
import { writeCall } from './calls.ts'

/** Seconds before a call that the contract refused is tried again: what it says may have changed meanwhile. */
const AGAIN_AFTER = 30

interface Open extends Record<string, unknown> {
  readonly payment: Hex
  readonly number: string
  readonly consumer: string
  readonly amount: string
  readonly available: string
  readonly terms: AgreementJson
}

/**
 * Of each purse the earliest payments as far as the money goes. One that it does not cover holds up no later one that it does.
 */
function covered(due: readonly Open[]): Open[] {
  const left = new Map<string, bigint>()
  return due.filter(({ consumer, amount, available }) => {
    const rest = (left.get(consumer) ?? BigInt(available)) - BigInt(amount)
    if (rest >= 0n) left.set(consumer, rest)
    return rest >= 0n
  })
}

// Nobody waits for a call that was refused a moment ago.
const NOT_REFUSED_LATELY = `NOT EXISTS (SELECT 1 FROM market_escrow_calls c WHERE c.about = p.payment AND c.state = 'dropped' AND c.written_at > $2 - ${AGAIN_AFTER})`

/**
 * Writes down what the escrow is to be told: payments that are due and covered, those whose acceptance is over, disputes that
 * lapsed, vouchers of reserves that close, and reserves whose time has come.
 */
export async function tellEscrow({ rows }: OperationalStore, now: number): Promise<void> {
  const wallClock = Math.floor(Date.now() / 1000)
  const due = await rows<Open>(
    `SELECT p.payment, p.number::text, p.consumer, p.amount::text, a.available::text, b.terms
     FROM market_payments p JOIN market_billing b USING (agreement) JOIN market_balances a ON a.party = p.consumer
     WHERE p.state = 'due' AND b.plan IN ('one-time', 'subscription') AND p.due_at <= $1 AND p.amount <= a.available
       AND ${NOT_REFUSED_LATELY}
     ORDER BY p.due_at, p.payment LIMIT 500`,
    [now, wallClock],
  )
  for (const { payment, number, terms } of covered(due))
    await writeCall(rows, payment, { kind: 'pay', payment, agreement: terms, number: Number(number) }, wallClock)

  const over = await rows<{ payment: Hex; state: 'held' | 'disputed' }>(
    `SELECT payment, state FROM market_payments p
     WHERE state IN ('held', 'disputed') AND until <= $1 AND ${NOT_REFUSED_LATELY} LIMIT 200`,
    [now, wallClock],
  )
  for (const { payment, state } of over)
    await writeCall(rows, payment, { kind: state === 'held' ? 'release' : 'lapse', payment }, wallClock)

  const closing = await rows<{ agreement: Hex; cumulative: string; signature: Hex }>(
    `SELECT DISTINCT ON (v.agreement) v.agreement, v.cumulative::text, v.signature
     FROM market_vouchers v JOIN market_reserves r USING (agreement)
     WHERE r.reclaimable_at IS NOT NULL AND v.cumulative > r.claimed AND v.cumulative <= r.funded AND $1 < r.reclaimable_at
       AND NOT EXISTS (SELECT 1 FROM market_escrow_calls c WHERE c.about = v.agreement AND c.state = 'dropped'
         AND c.written_at > $2 - ${AGAIN_AFTER})
     ORDER BY v.agreement, ${IS_FIRM} DESC, v.cumulative DESC LIMIT 200`,
    [now, wallClock],
  )
  for (const { agreement, cumulative, signature } of closing)
    await writeCall(rows, agreement, { kind: 'claim', agreement, cumulative, signature }, wallClock)

  const reclaimable = await rows<{ agreement: Hex }>(
    'SELECT agreement FROM market_reserves WHERE reclaimable_at <= $1 LIMIT 200',
    [now],
  )
  for (const { agreement } of reclaimable) await writeCall(rows, agreement, { kind: 'reclaim', agreement }, wallClock)
}
