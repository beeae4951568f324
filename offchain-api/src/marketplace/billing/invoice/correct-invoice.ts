import { centText, type Hex } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { Refusal } from '../../../unified-api/problem.ts'
import { noteAction } from '../../audit-log/note.ts'
import { endArrears } from '../due/arrears.ts'
import { type InvoiceToCredit, writeCreditNote } from './credit-notes.ts'

type Rows = OperationalStore['rows']

/**
 * A seller takes back a part of an invoice that is paid by bank, or what is left of it. Before it is paid that is taken off what
 * it asks for; afterwards the seller owes it. What a purse paid goes back by a refund, which the chain knows of.
 * @param amount with VAT, cents; undefined: all that was not taken back yet
 * @returns the credit note’s id
 * @throws Refusal ERR_INVOICE_UNKNOWN, ERR_INVOICE_CORRECTED, ERR_CREDIT_OF_USE, ERR_CREDIT_BY_REFUND, ERR_CREDIT_AMOUNT,
 *   ERR_INVOICE_STATE
 */
export async function correctInvoice(
  rows: Rows,
  { invoice, seller, amount, reason }: { invoice: string; seller: Hex; amount: bigint | undefined; reason: string },
  by: string,
  now: number,
): Promise<string> {
  const [it] = await rows<InvoiceToCredit & { state: string | null; corrected_by: string | null }>(
    `SELECT i.id, i.payment, i.agreement, i.seller_account, i.buyer_account, i.number, i.paid_by, i.gross_cents::text,
       i.credited_cents::text, i.document, i.corrected_by, p.state
     FROM market_invoices i LEFT JOIN market_payments p USING (payment)
     WHERE i.id = $1 AND i.seller_account = $2 FOR UPDATE OF i`,
    [invoice, seller],
  )
  if (it === undefined)
    throw new Refusal(404, 'ERR_INVOICE_UNKNOWN', `you sent no invoice ${invoice}; see GET /v1/billing/invoices`)
  if (it.corrected_by !== null)
    throw new Refusal(
      409,
      'ERR_INVOICE_CORRECTED',
      `invoice ${it.number} was corrected: another one stands in its place, take that back`,
    )
  if (it.payment === null)
    throw new Refusal(
      409,
      'ERR_CREDIT_OF_USE',
      'vouchers paid this invoice, and what they brought does not go back through the escrow; wrong names and addresses are put right by POST …/correction',
    )
  if (it.paid_by === 'purse')
    throw new Refusal(
      409,
      'ERR_CREDIT_BY_REFUND',
      'a purse paid this invoice: give money of its payment back, and the credit note comes by itself',
    )
  const left = BigInt(it.gross_cents) - BigInt(it.credited_cents)
  const cents = amount ?? left
  if (cents <= 0n || cents > left)
    throw new Refusal(
      409,
      'ERR_CREDIT_AMOUNT',
      `€${centText(cents)} cannot be taken off invoice ${it.number}: €${centText(left)} of it is left`,
    )
  if (it.state !== 'invoiced' && it.state !== 'settled')
    throw new Refusal(409, 'ERR_INVOICE_STATE', 'the chain’s past is being read again; try again in a minute')
  const settlement = it.state === 'settled' ? 'bank' : 'offset'
  const id = await writeCreditNote(rows, it, { cents, source: 'correction', settlement, reason }, now)
  await noteAction(rows, {
    ...{ by, account: seller, action: 'billing.invoice-corrected' },
    ...{ about: { invoice, creditNote: id, payment: it.payment }, detail: { cents: cents.toString(), settlement } },
  })
  if (settlement === 'offset' && cents === left) await nothingLeft(rows, it.payment, now)
  return id
}

/** Nothing is asked for any more: use goes on where it was suspended for it. */
async function nothingLeft(rows: Rows, payment: string, now: number): Promise<void> {
  await rows(`UPDATE market_payments SET state = 'returned', changed_at = $2 WHERE payment = $1`, [payment, now])
  await endArrears(rows, payment, true)
}
