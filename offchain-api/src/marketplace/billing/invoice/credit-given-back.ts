import { microToCent } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { type Credit, type InvoiceToCredit, writeCreditNote } from './credit-notes.ts'

type Rows = OperationalStore['rows']

interface Given extends InvoiceToCredit {
  readonly payment_number: string
  readonly amount: string
  readonly refunded_before: string
  readonly given_back: string
}
interface Back extends Record<string, unknown> {
  readonly what: 'PaymentRefunded' | 'PaymentDecided' | 'PaymentLapsed'
  readonly amount: string
  readonly transaction: string
}

/**
 * Writes credit notes over what the escrow gave back of invoices that a purse had paid. How much of it notes cover already is
 * counted in µEUR on the invoice, not by events: the past may be read again, or differently, and no note comes twice.
 * @param now seconds since 1970
 */
export async function creditGivenBack(store: OperationalStore, now: number): Promise<void> {
  const waiting = await store.rows<{ id: string }>(
    `SELECT i.id FROM market_payments p JOIN market_invoices i USING (payment)
     WHERE p.refunded > 0 AND i.paid_by = 'purse' AND i.corrected_by IS NULL AND p.refunded > i.refunded_before + i.given_back
     ORDER BY p.changed_at, i.id LIMIT 100`,
  )
  for (const { id } of waiting) await store.transaction((rows) => creditOne(rows, id, now))
}

async function creditOne(rows: Rows, id: string, now: number): Promise<void> {
  const [it] = await rows<Given>(
    `SELECT i.id, i.payment, i.agreement, i.seller_account, i.buyer_account, i.number, i.paid_by, i.gross_cents::text,
       i.credited_cents::text, i.document, i.refunded_before::text, i.given_back::text, p.amount::text,
       p.number::text AS payment_number
     FROM market_invoices i JOIN market_payments p USING (payment)
     WHERE i.id = $1 AND i.corrected_by IS NULL FOR UPDATE OF i`,
    [id],
  )
  if (it === undefined) return
  const back = await rows<Back>(
    `SELECT what, transaction, coalesce(detail ->> 'refund', detail ->> 'amount') AS amount FROM market_payment_events
     WHERE payment = $1 AND what IN ('PaymentRefunded', 'PaymentDecided', 'PaymentLapsed') ORDER BY id`,
    [it.payment],
  )
  const base = BigInt(it.amount) - BigInt(it.refunded_before)
  let all = -BigInt(it.refunded_before)
  let covered = BigInt(it.given_back)
  let cents = BigInt(it.credited_cents)
  for (const one of back) {
    all += BigInt(one.amount)
    if (all <= covered) continue
    // What is left of the invoice is rounded, so that all notes together come to the whole when all of it went back.
    const due = microToCent(base) - microToCent(base - all) - cents
    covered = all
    if (due <= 0n) continue
    await writeCreditNote(
      rows,
      it,
      { cents: due, settlement: 'purse', transaction: one.transaction, ...SAID[one.what](it) },
      now,
    )
    cents += due
  }
  await rows('UPDATE market_invoices SET given_back = $2 WHERE id = $1', [id, covered.toString()])
}

const SAID: Readonly<Record<Back['what'], (it: Given) => Pick<Credit, 'source' | 'reason'>>> = {
  PaymentRefunded: ({ payment_number }) => ({
    source: 'refund',
    reason: `The seller gave back money of payment ${payment_number}`,
  }),
  PaymentDecided: ({ payment_number }) => ({
    source: 'decision',
    reason: `The dispute of payment ${payment_number} was decided`,
  }),
  PaymentLapsed: ({ payment_number }) => ({
    source: 'lapse',
    reason: `The dispute of payment ${payment_number} lapsed undecided`,
  }),
}
