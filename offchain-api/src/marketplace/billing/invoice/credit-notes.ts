import { randomUUID } from 'node:crypto'
import { type CreditNote, creditLines, creditNoteNumber, type Hex, type InvoiceParty } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { notify } from '../../notifications/notify.ts'
import { aboutOf, dayOf, invoiceOf, keptBill, nextNumber } from './bills.ts'
import { PAY_WITHIN_DAYS } from './draft-invoice.ts'
import { creditNoteXml } from './ubl.ts'

type Rows = OperationalStore['rows']

export interface InvoiceToCredit extends Record<string, unknown> {
  readonly id: string
  readonly payment: string | null
  readonly agreement: string | null
  readonly seller_account: Hex
  readonly buyer_account: Hex
  readonly number: string
  readonly paid_by: 'bank' | 'purse'
  readonly gross_cents: string
  readonly credited_cents: string
  readonly document: Record<string, unknown>
}

export interface Credit {
  /** With VAT. */
  readonly cents: bigint
  readonly source: 'refund' | 'decision' | 'lapse' | 'correction'
  /**
   * How the money goes: it went back into the purse, is taken off an open invoice, or comes back by bank; or it does not move,
   * since another invoice stands in the place of this one.
   */
  readonly settlement: 'purse' | 'offset' | 'bank' | 'replaced'
  /** Number of that invoice, and whether what both are over has moved already. */
  readonly by?: { readonly number: string; readonly moved: boolean }
  readonly reason: string
  readonly transaction?: string
}

/**
 * Writes the credit note over a part of an invoice, whose row the caller has locked; its number is the next of its own series.
 * @throws ERR_CREDIT_AMOUNT, ERR_BILL_RULES
 */
export async function writeCreditNote(rows: Rows, it: InvoiceToCredit, credit: Credit, now: number): Promise<string> {
  const { cents, source, settlement, reason, transaction } = credit
  const { year, sequence } = await nextNumber(rows, 'credit_note', it.seller_account, now)
  const note = draftCreditNote(it, credit, creditNoteNumber(year, sequence), now)
  const kept = keptBill(note, creditNoteXml(note))
  const id = randomUUID()
  await rows(
    `INSERT INTO market_credit_notes (id, invoice, payment, agreement, seller_account, buyer_account, year, sequence, number,
       issued_at, source, gross_cents, settlement, settled_at, transaction, document, xml, digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    [
      ...[id, it.id, it.payment, it.agreement, it.seller_account, it.buyer_account, year, sequence, note.number],
      ...[now, source, cents.toString(), settlement, settlement === 'bank' ? null : now, transaction ?? null],
      ...[kept.document, kept.xml, kept.digest],
    ],
  )
  await rows('UPDATE market_invoices SET credited_cents = credited_cents + $2 WHERE id = $1', [it.id, cents.toString()])
  for (const account of [it.buyer_account, it.seller_account])
    await notify(rows, {
      ...{ account, kind: 'invoice-issued', about: aboutOf(it), link: '/billing' },
      words: {
        title: `Credit note ${note.number}`,
        text: `It takes back a part of invoice ${it.number}, or the whole: ${reason}`,
      },
    })
  return id
}

function draftCreditNote(it: InvoiceToCredit, credit: Credit, number: string, now: number): CreditNote {
  const invoice = invoiceOf(it.document)
  return {
    ...{ number, issued: dayOf(now), seller: invoice.seller, reference: invoice.reference },
    // An account stands on it only where money goes there.
    buyer: credit.settlement === 'bank' ? invoice.buyer : withoutAccount(invoice.buyer),
    ...{ lines: creditLines(invoice, credit.cents), total: credit.cents, note: credit.reason },
    invoice: { number: invoice.number, issued: invoice.issued },
    terms: TERMS[credit.settlement](invoice.number, credit),
    ...(credit.settlement === 'purse' || credit.by?.moved ? { paid: true } : {}),
    ...(credit.settlement === 'replaced' ? { replaced: true } : {}),
  }
}

const withoutAccount = ({ iban: _iban, ...party }: InvoiceParty): InvoiceParty => party

const TERMS: Readonly<Record<Credit['settlement'], (invoice: string, credit: Credit) => string>> = {
  purse: (_, { transaction }) => `It went back into the buyer’s purse, transaction ${transaction ?? 'unknown'}.`,
  offset: (invoice) => `It is taken off what invoice ${invoice} asks for.`,
  bank: () => `The seller pays it back by bank within ${PAY_WITHIN_DAYS} days.`,
  replaced: (invoice, { by }) =>
    `Invoice ${by?.number ?? 'unknown'} stands in the place of invoice ${invoice}; no money moves.`,
}
