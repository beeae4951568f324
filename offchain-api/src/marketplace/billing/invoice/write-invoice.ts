import { randomUUID } from 'node:crypto'
import { type Hex, type Invoice, invoiceNumber, settlementOf } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { notify } from '../../notifications/notify.ts'
import { aboutOf, keptBill, nextNumber } from './bills.ts'
import { invoiceXml } from './ubl.ts'

type Rows = OperationalStore['rows']

export interface InvoiceToWrite {
  /** Left out: a new one. */
  readonly id?: string
  /** Null: over use, which is of no payment. */
  readonly payment: string | null
  /** Null: of several. */
  readonly agreement: string | null
  readonly seller: Hex
  readonly buyer: Hex
  readonly paidBy: 'bank' | 'purse'
  readonly dueAt: number
  /** What had gone back of the payment before: the invoice is over the rest. µEUR */
  readonly refundedBefore: string
  readonly draft: Omit<Invoice, 'number'>
  /** What both sides are told of it. */
  readonly words: (number: string) => string
}

export interface WrittenInvoice {
  readonly id: string
  readonly number: string
}

/** Gives an invoice the next number of its seller, keeps it, and tells both sides. @throws ERR_BILL_RULES */
export async function writeInvoice(rows: Rows, it: InvoiceToWrite, now: number): Promise<WrittenInvoice> {
  const { id = randomUUID(), payment, agreement, seller, buyer, draft } = it
  const { year, sequence } = await nextNumber(rows, 'invoice', seller, now)
  const invoice: Invoice = { ...draft, number: invoiceNumber(year, sequence) }
  const kept = keptBill(invoice, invoiceXml(invoice))
  await rows(
    `INSERT INTO market_invoices (id, payment, agreement, seller_account, buyer_account, year, sequence, number, issued_at,
       due_at, gross_cents, document, xml, digest, paid_by, refunded_before, period_from, period_to)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    [
      ...[id, payment, agreement, seller, buyer, year, sequence, invoice.number],
      ...[now, it.dueAt, settlementOf(invoice).total.toString()],
      ...[kept.document, kept.xml, kept.digest, it.paidBy, it.refundedBefore],
      ...[invoice.period?.from ?? null, invoice.period?.to ?? null],
    ],
  )
  for (const account of [buyer, seller])
    await notify(rows, {
      ...{ account, kind: 'invoice-issued', about: aboutOf(it), link: '/billing' },
      words: { title: `Invoice ${invoice.number}`, text: it.words(invoice.number) },
    })
  return { id, number: invoice.number }
}
