import { type Hex, shortEur } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { noteAction } from '../../audit-log/note.ts'
import { notify } from '../../notifications/notify.ts'

interface Lacking extends Record<string, unknown> {
  readonly payment: string
  readonly agreement: string
  readonly amount: string
  readonly provider_account: Hex
  readonly consumer_account: Hex
}

/**
 * Payments that lack money: told once when they begin to; after the grace period use is suspended and both sides are told. What
 * was paid meanwhile is told too, when use goes on again.
 */
export const keepArrears = (store: OperationalStore, now: number, graceSeconds: number): Promise<void> =>
  store.transaction(async (rows) => {
    await rows(`SELECT pg_advisory_xact_lock(7263545)`)
    const begun = await rows<Lacking>(
      `INSERT INTO market_arrears (payment, agreement, since)
       SELECT p.payment, p.agreement, $1 FROM market_payments p JOIN market_billing b USING (agreement)
         LEFT JOIN market_balances a ON a.party = p.consumer
       WHERE p.state = 'due' AND b.plan IN ('one-time', 'subscription') AND coalesce(a.available, 0) < p.amount
       ON CONFLICT DO NOTHING
       RETURNING payment, agreement, (SELECT amount::text FROM market_payments p WHERE p.payment = market_arrears.payment) AS amount,
         (SELECT provider_account FROM market_payments p WHERE p.payment = market_arrears.payment) AS provider_account,
         (SELECT consumer_account FROM market_payments p WHERE p.payment = market_arrears.payment) AS consumer_account`,
      [now],
    )
    const until = instant(now + graceSeconds)
    for (const it of begun)
      await notify(rows, {
        ...{ account: it.consumer_account, kind: 'funds-low', about: { agreement: it.agreement, payment: it.payment } },
        words: {
          title: 'Your purse does not cover what is due',
          text: `€${shortEur(BigInt(it.amount))} is due and your purse does not hold it. Deposit it until ${until}; after that the service is suspended.`,
        },
        link: '/billing',
      })

    const overdue = await rows<Lacking & { number: string; since: string }>(
      `INSERT INTO market_arrears AS a (payment, agreement, since)
       SELECT p.payment, p.agreement, i.due_at FROM market_payments p JOIN market_invoices i USING (payment)
       WHERE p.state = 'invoiced' AND i.corrected_by IS NULL AND i.due_at <= $1 ON CONFLICT DO NOTHING
       RETURNING a.payment, a.agreement, a.since::text,
         (SELECT number FROM market_invoices i WHERE i.payment = a.payment AND i.corrected_by IS NULL) AS number,
         (SELECT consumer_account FROM market_payments p WHERE p.payment = a.payment) AS consumer_account`,
      [now],
    )
    for (const it of overdue)
      await notify(rows, {
        ...{
          account: it.consumer_account,
          kind: 'payment-due',
          about: { agreement: it.agreement, payment: it.payment },
        },
        words: {
          title: `Invoice ${it.number} is overdue`,
          text: `Nobody has recorded that it was paid. Pay it until ${instant(Number(it.since) + graceSeconds)} and name its number; after that the service is suspended.`,
        },
        link: '/billing',
      })
    const suspended = await rows<Lacking>(
      `UPDATE market_arrears a SET suspended_at = $1 FROM market_payments p
       WHERE p.payment = a.payment AND a.suspended_at IS NULL AND a.since + $2 <= $1
       RETURNING a.payment, a.agreement, p.amount::text, p.provider_account, p.consumer_account`,
      [now, graceSeconds],
    )
    for (const it of suspended) await say(rows, it, 'suspended')
  })

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '')

const WORDS = {
  suspended: {
    title: 'A service is suspended until it is paid',
    text: (amount: string) =>
      `€${amount} was not paid within the grace period. The service answers again as soon as it is paid.`,
  },
  resumed: {
    title: 'A service goes on',
    text: (amount: string) => `€${amount} was paid; the service answers again.`,
  },
} as const

async function say(rows: OperationalStore['rows'], it: Lacking, what: keyof typeof WORDS): Promise<void> {
  const { title, text } = WORDS[what]
  for (const account of [it.consumer_account, it.provider_account])
    await notify(rows, {
      ...{ account, kind: 'service-changed', about: { agreement: it.agreement, payment: it.payment } },
      ...{ words: { title, text: text(shortEur(BigInt(it.amount))) }, link: '/billing' },
    })
  await noteAction(rows, {
    ...{ by: 'system billing', account: it.consumer_account, action: `billing.${what}` },
    about: { agreement: it.agreement, payment: it.payment },
  })
}

/** A payment is no longer owed: what was suspended for it goes on, and both sides hear of it. */
export async function endArrears(rows: OperationalStore['rows'], payment: string, isNew: boolean): Promise<void> {
  const ended = await rows<Lacking & { was_suspended: boolean }>(
    `DELETE FROM market_arrears a USING market_payments p WHERE a.payment = $1 AND p.payment = a.payment
     RETURNING a.payment, a.agreement, p.amount::text, p.provider_account, p.consumer_account,
       a.suspended_at IS NOT NULL AS was_suspended`,
    [payment],
  )
  for (const it of ended) if (isNew && it.was_suspended) await say(rows, it, 'resumed')
}
