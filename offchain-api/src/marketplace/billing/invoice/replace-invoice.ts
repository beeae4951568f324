import { randomUUID } from 'node:crypto'
import {
  centText,
  correctedAmounts,
  type Hex,
  type Invoice,
  type InvoiceParty,
  settlementOf,
  vatTreatment,
} from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { Refusal } from '../../../unified-api/problem.ts'
import { noteAction } from '../../audit-log/note.ts'
import { endArrears } from '../due/arrears.ts'
import { dayOf, invoiceOf } from './bills.ts'
import { type InvoiceToCredit, writeCreditNote } from './credit-notes.ts'
import { detailsOf } from './details.ts'
import { DAY, PAY_WITHIN_DAYS } from './draft-invoice.ts'
import { invoiceXml } from './ubl.ts'
import { writeInvoice } from './write-invoice.ts'

type Rows = OperationalStore['rows']

interface Wrong extends InvoiceToCredit {
  readonly due_at: string
  readonly refunded_before: string
  readonly given_back: string
  readonly corrected_by: string | null
  readonly state: string | null
}

/**
 * A seller puts an invoice right whose words are wrong, as a buyer's address or VAT id: a credit note takes back what is left of it,
 * and another invoice stands in its place, of the same payment and with what both sides' details say now. No money moves, and
 * what moved on the chain stays what it is.
 * @returns ids of both
 * @throws Refusal ERR_INVOICE_UNKNOWN, ERR_INVOICE_CORRECTED, ERR_INVOICE_CREDITED, ERR_INVOICE_STATE, ERR_CORRECTION_DETAILS,
 *   ERR_CORRECTION_SAME, ERR_CORRECTION_AMOUNT, ERR_SELLER_RATE, ERR_SELLER_REGISTRATION
 */
export async function replaceInvoice(
  rows: Rows,
  { invoice, seller, reason }: { invoice: string; seller: Hex; reason: string },
  by: string,
  now: number,
): Promise<{ readonly invoice: string; readonly creditNote: string }> {
  const [it] = await rows<Wrong>(
    `SELECT i.id, i.payment, i.agreement, i.seller_account, i.buyer_account, i.number, i.paid_by, i.gross_cents::text,
       i.credited_cents::text, i.document, i.due_at::text, i.refunded_before::text, i.given_back::text, i.corrected_by, p.state
     FROM market_invoices i LEFT JOIN market_payments p USING (payment)
     WHERE i.id = $1 AND i.seller_account = $2 FOR UPDATE OF i`,
    [invoice, seller],
  )
  const left = judge(it, invoice)
  const moved = it!.paid_by === 'purse' || it!.state === 'settled'
  const draft = await drafted(rows, it!, left, moved, now)
  // The payment has one invoice at any time: the old one makes room before the new one is written.
  const id = randomUUID()
  await rows('UPDATE market_invoices SET corrected_by = $2 WHERE id = $1', [it!.id, id])
  const made = await writeInvoice(
    rows,
    {
      id,
      ...{ payment: it!.payment, agreement: it!.agreement, seller, buyer: it!.buyer_account, paidBy: it!.paid_by },
      dueAt: moved ? now : now + PAY_WITHIN_DAYS * DAY,
      refundedBefore: (BigInt(it!.refunded_before) + BigInt(it!.given_back)).toString(),
      draft,
      words: (number) => `Invoice ${number} stands in the place of invoice ${it!.number}, which was wrong: ${reason}`,
    },
    now,
  )
  const credit = { cents: left, source: 'correction', settlement: 'replaced', reason } as const
  const creditNote = await writeCreditNote(rows, it!, { ...credit, by: { number: made.number, moved } }, now)
  if (it!.payment !== null) await moveTo(rows, it!.payment, it!.id, made.id, moved)
  await noteAction(rows, {
    ...{ by, account: seller, action: 'billing.invoice-replaced' },
    about: { invoice: it!.id, replacement: made.id, creditNote },
    detail: { cents: left.toString(), newCents: settlementOf({ ...draft }).total.toString() },
  })
  return { invoice: made.id, creditNote }
}

/** What is left of it, when it may be replaced. */
function judge(it: Wrong | undefined, asked: string): bigint {
  if (it === undefined)
    throw new Refusal(404, 'ERR_INVOICE_UNKNOWN', `you sent no invoice ${asked}; see GET /v1/billing/invoices`)
  if (it.corrected_by !== null)
    throw new Refusal(
      409,
      'ERR_INVOICE_CORRECTED',
      `invoice ${it.number} was corrected already: correct the invoice that stands in its place`,
    )
  const left = BigInt(it.gross_cents) - BigInt(it.credited_cents)
  if (left === 0n)
    throw new Refusal(409, 'ERR_INVOICE_CREDITED', `credit notes took back the whole of invoice ${it.number}`)
  if (it.paid_by === 'bank' && it.state !== 'invoiced' && it.state !== 'settled')
    throw new Refusal(409, 'ERR_INVOICE_STATE', 'the chain’s past is being read again; try again in a minute')
  return left
}

async function drafted(
  rows: Rows,
  it: Wrong,
  left: bigint,
  moved: boolean,
  now: number,
): Promise<Omit<Invoice, 'number'>> {
  const old = invoiceOf(it.document)
  const [seller, buyer] = [await detailsOf(rows, it.seller_account), await detailsOf(rows, it.buyer_account)]
  if (seller === undefined || buyer === undefined)
    throw new Refusal(
      409,
      'ERR_CORRECTION_DETAILS',
      'both sides give their details first; they stand on the new invoice',
    )
  const vat = vatTreatment(seller, buyer)
  if (!vat.ok) throw new Refusal(409, vat.code, vat.reason)
  // By bank the price is net, also when it was paid: other VAT would be another amount.
  const within = it.paid_by === 'purse'
  const asked = { seller, buyer, ...correctedAmounts(old, { left, vat: vat.value, moved: within }) }
  if (saysTheSame(old, asked))
    throw new Refusal(
      409,
      'ERR_CORRECTION_SAME',
      'the new invoice would say what the old one says: who is named wrongly gives the right details first',
    )
  const { total } = settlementOf(asked)
  if (moved && total !== left)
    throw new Refusal(
      409,
      'ERR_CORRECTION_AMOUNT',
      `the new invoice would come to €${centText(total)}, but €${centText(left)} has moved: take the difference back instead`,
    )
  const { number: _number, preceding: _preceding, paid: _paid, ...same } = old
  return {
    ...{ ...same, ...asked, issued: dayOf(now), due: dayOf(now + (moved ? 0 : PAY_WITHIN_DAYS * DAY)) },
    preceding: { number: old.number, issued: old.issued },
    ...(moved ? { paid: it.paid_by === 'purse' ? true : 'by bank' } : {}),
  }
}

/** Whether a receiver would read anything else than before. */
function saysTheSame(
  old: Invoice,
  asked: { seller: InvoiceParty; buyer: InvoiceParty } & Pick<Invoice, 'lines' | 'total'>,
) {
  const whole = settlementOf(old).total === settlementOf(asked).total
  return whole && invoiceXml({ ...old, ...asked }) === invoiceXml(old)
}

/** The payment has another invoice now: what is paid by bank waits for that one, with what a bank said of the old one. */
async function moveTo(rows: Rows, payment: string, from: string, to: string, moved: boolean): Promise<void> {
  await rows('UPDATE market_payments SET invoice = $2 WHERE payment = $1', [payment, to])
  if (moved) return
  await rows(
    `UPDATE market_bank_credits c SET invoice = $2 FROM market_invoices i
     WHERE c.invoice = $1 AND i.id = $2 AND c.cents = i.gross_cents`,
    [from, to],
  )
  // The new invoice has a term of its own.
  await endArrears(rows, payment, true)
}
