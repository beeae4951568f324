import { EU_COUNTRIES, type Hex, type InvoiceParty } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import type { AgreementJson } from '../terms.ts'
import { DAY, draftInvoice, PAY_WITHIN_DAYS } from './draft-invoice.ts'
import { writeInvoice } from './write-invoice.ts'

type Rows = OperationalStore['rows']

interface Waiting extends Record<string, unknown> {
  readonly payment: string
  readonly agreement: Hex
  readonly number: string
  readonly plan: string
  readonly provider_account: Hex
  readonly consumer_account: Hex
  readonly terms: AgreementJson
  readonly title: string | null
  readonly seller: InvoiceParty
  readonly buyer: InvoiceParty
}

/** Of the details s of the seller and c of the buyer enough is known: see `vatTreatment`. $1 are the countries of the Union. */
export const ENOUGH_DETAILS = `s.details ? 'vatRate' AND (s.details ? 'registration'
    OR s.details ->> 'country' = c.details ->> 'country' OR c.details ->> 'country' = ANY($1))`

/** Both sides’ details are known, and enough of them. */
const WAITING = `SELECT p.payment, p.agreement, p.number::text, b.plan, p.provider_account, p.consumer_account, b.terms,
    l.document ->> 'title' AS title, s.details AS seller, c.details AS buyer
  FROM market_payments p JOIN market_billing b USING (agreement)
    JOIN market_invoice_details s ON s.account = p.provider_account
    JOIN market_invoice_details c ON c.account = p.consumer_account
    LEFT JOIN market_listings l ON l.listing = b.listing
  WHERE ${ENOUGH_DETAILS}`
const BY_BANK = `${WAITING} AND p.state = 'due' AND b.plan = 'bank' AND s.details ? 'iban'
  ORDER BY p.due_at, p.payment LIMIT 100`
/** What a purse paid, when at least a cent of it did not go back; older payments than this are left to the books they are in. */
const PURSE_DAYS = 92
/** Half a cent, µEUR: less is no cent of an invoice. */
const LEAST = 5_000n
const BY_PURSE = `${WAITING} AND p.state IN ('held', 'disputed', 'released') AND p.invoice IS NULL AND p.held_at > $2
  AND p.amount - p.refunded >= ${LEAST} ORDER BY p.held_at, p.payment LIMIT 100`

/**
 * Issues an invoice for each payment that is due by bank, and for each that a purse paid, as soon as both sides’ details are
 * known; what is missing was asked for on the billing page. One that cannot be issued does not keep others waiting.
 * @param now seconds since 1970
 * @throws ERR_BILL_RULES after the others were issued
 */
export async function issueDueInvoices(store: OperationalStore, now: number): Promise<void> {
  const waiting = [
    ...(await store.rows<Waiting>(BY_BANK, [EU_COUNTRIES])),
    ...(await store.rows<Waiting>(BY_PURSE, [EU_COUNTRIES, now - PURSE_DAYS * DAY])),
  ]
  const failed: unknown[] = []
  for (const it of waiting)
    await store.transaction((rows) => issue(rows, it, now)).catch((cause: unknown) => failed.push(cause))
  if (failed.length > 0) throw failed[0]
}

interface Payment extends Record<string, unknown> {
  readonly state: string
  readonly amount: string
  readonly refunded: string
  readonly invoice: string | null
  readonly transaction: string | null
}

async function issue(rows: Rows, it: Waiting, now: number): Promise<void> {
  const [payment] = await rows<Payment>(
    `SELECT state, amount::text, refunded::text, invoice, (SELECT e.transaction FROM market_payment_events e
       WHERE e.payment = p.payment AND e.what = 'PaymentHeld' LIMIT 1) AS transaction
     FROM market_payments p WHERE payment = $1 FOR UPDATE OF p`,
    [it.payment],
  )
  const byBank = it.plan === 'bank'
  if (payment === undefined || payment.invoice !== null || (byBank && payment.state !== 'due')) return
  // Issued before the mirrors of the chain were rebuilt: it stays as it is.
  const [known] = await rows<{ id: string; open: boolean }>(
    'SELECT id, credited_cents < gross_cents AS open FROM market_invoices WHERE payment = $1 AND corrected_by IS NULL',
    [it.payment],
  )
  if (known !== undefined)
    return mark(rows, it, known.id, byBank ? (known.open ? 'invoiced' : 'returned') : undefined, now)
  const paid = byBank ? undefined : BigInt(payment.amount) - BigInt(payment.refunded)
  // It went back meanwhile.
  if (paid !== undefined && paid < LEAST) return
  const { agreement, number, terms, title, seller, buyer } = it
  const drafted = draftInvoice(
    { agreement, number, terms, title, paid, transaction: payment.transaction },
    seller,
    buyer,
    now,
  )
  if (!drafted.ok) return
  const { id } = await writeInvoice(
    rows,
    {
      ...{ payment: it.payment, agreement, seller: it.provider_account, buyer: it.consumer_account },
      ...{ paidBy: byBank ? 'bank' : 'purse', dueAt: byBank ? now + PAY_WITHIN_DAYS * DAY : now },
      ...{ refundedBefore: payment.refunded, draft: drafted.value },
      words: (number) =>
        byBank
          ? `Invoice ${number} was issued; it is paid by bank until ${drafted.value.due}.`
          : `Invoice ${number} was issued over what the purse paid; nothing is left to pay.`,
    },
    now,
  )
  await mark(rows, it, id, byBank ? 'invoiced' : undefined, now)
}

const mark = async (rows: Rows, { payment }: Waiting, id: string, state: string | undefined, now: number) => {
  await rows(
    `UPDATE market_payments SET invoice = $2, state = coalesce($3, state), changed_at = $4 WHERE payment = $1`,
    [payment, id, state ?? null, now],
  )
}
