import { formatInstant, type Hex, type InvoiceParty } from '@opem/domain'
import { z } from 'zod'
import { centsAsMicro, invoiceOf } from '../../marketplace/billing/invoice/bills.ts'
import { detailsOf, invoiceDetails, keepDetails } from '../../marketplace/billing/invoice/details.ts'
import { invoicePdf } from '../../marketplace/billing/invoice/invoice-pdf.ts'
import { replaceInvoice } from '../../marketplace/billing/invoice/replace-invoice.ts'
import { eur } from '../../marketplace/billing/list.ts'
import { pageOf } from '../paging.ts'
import { defineRoute, personOf } from '../route.ts'
import type { Services } from '../services.ts'
import { bytes32, instantText } from '../shapes.ts'
import { euros } from './billing.ts'
import { billFile, billsPage, billsQuery, fileQuery } from './billing-bills.ts'

export const getInvoiceDetails = defineRoute({
  method: 'get',
  path: '/v1/billing/invoice-details',
  summary: 'Name, address, VAT id and account number that the account’s invoices carry.',
  access: 'billing',
  answers: z.object({ details: invoiceDetails.nullable() }),
  handle: async (_input, { store }, access) => ({
    details: (await detailsOf(store.rows, personOf(access).account)) ?? null,
  }),
})

export const putInvoiceDetails = defineRoute({
  method: 'put',
  path: '/v1/billing/invoice-details',
  summary: 'Says what invoices need. It stays off the chain; invoices that were issued keep what was said then.',
  access: 'billing',
  body: invoiceDetails,
  answers: z.object({ details: invoiceDetails }),
  async handle({ body }, { store, billing, access: { now } }, access) {
    await keepDetails(store.rows, personOf(access).account, body as InvoiceParty, now())
    billing.wake()
    return { details: body }
  },
})

export const invoice = z
  .object({
    ...{
      id: z.string(),
      number: z.string(),
      payment: bytes32.nullable().meta({ description: 'null: it is over use, which vouchers paid' }),
      agreement: bytes32.nullable().meta({ description: 'null: it is over use under several, see its lines' }),
      side: z.enum(['seller', 'buyer', 'operator']),
    },
    ...{ issuedAt: instantText, dueAt: instantText, gross: euros, paid: z.boolean(), digest: bytes32 },
    ...{ seller: z.string(), buyer: z.string(), paidBy: z.enum(['bank', 'purse']) },
    credited: euros.meta({ description: 'what credit notes took back of it' }),
    period: z
      .object({ from: instantText, to: instantText })
      .nullable()
      .meta({ description: 'of use that it is over, half-open, UTC (BT-73, BT-74)' }),
    corrects: z.string().nullable().meta({ description: 'number of the invoice in whose place it stands (BT-25)' }),
    correctedBy: z.string().nullable().meta({ description: 'number of the invoice that stands in its place' }),
  })
  .meta({ id: 'Invoice' })

interface Row extends Record<string, unknown> {
  readonly id: string
  readonly number: string
  readonly payment: string | null
  readonly agreement: string | null
  readonly period_from: string | null
  readonly period_to: string | null
  readonly corrects: string | null
  readonly corrected_by: string | null
  readonly seller_account: string
  readonly issued_at: string
  readonly due_at: string
  readonly gross_cents: string
  readonly credited_cents: string
  readonly paid_by: 'bank' | 'purse'
  readonly digest: string
  readonly state: string
  readonly seller: string
  readonly buyer: string
}

export const INVOICE = `SELECT bill.id, bill.number, bill.payment, bill.agreement, bill.seller_account, bill.buyer_account,
  bill.issued_at::text, bill.due_at::text, bill.gross_cents::text, bill.credited_cents::text, bill.paid_by, bill.digest,
  coalesce(p.state, 'invoiced') AS state, bill.document #>> '{seller,name}' AS seller, bill.document #>> '{buyer,name}' AS buyer,
  bill.period_from::text, bill.period_to::text, bill.document #>> '{preceding,number}' AS corrects,
  (SELECT number FROM market_invoices n WHERE n.id = bill.corrected_by) AS corrected_by
  FROM market_invoices bill LEFT JOIN market_payments p USING (payment)`

export const toInvoice = (it: Row, account: string | null) => ({
  ...{ id: it.id, number: it.number, payment: it.payment, agreement: it.agreement, digest: it.digest },
  side: account === null ? 'operator' : it.seller_account === account ? 'seller' : 'buyer',
  ...{ issuedAt: formatInstant(Number(it.issued_at)), dueAt: formatInstant(Number(it.due_at)) },
  ...{ gross: eur(centsAsMicro(it.gross_cents)), credited: eur(centsAsMicro(it.credited_cents)), paidBy: it.paid_by },
  ...{ paid: it.paid_by === 'purse' || it.state === 'settled', seller: it.seller, buyer: it.buyer },
  ...{ corrects: it.corrects, correctedBy: it.corrected_by },
  period:
    it.period_from === null || it.period_to === null
      ? null
      : { from: formatInstant(Number(it.period_from)), to: formatInstant(Number(it.period_to)) },
})
export type InvoiceRow = Row

export const getInvoices = defineRoute({
  method: 'get',
  path: '/v1/billing/invoices',
  summary: 'Invoices that the account sent or got, the latest first.',
  access: 'billing',
  query: billsQuery,
  answers: pageOf(invoice),
  handle: ({ query }, { store }, access) =>
    billsPage(store.rows, { ...query, account: personOf(access).account }, INVOICE, toInvoice),
})

export const getInvoiceFile = defineRoute({
  method: 'get',
  path: '/v1/billing/invoices/{id}/file',
  summary: 'An invoice as PDF for people, or as UBL 2.1 (EN 16931, Peppol BIS Billing 3.0) for machines.',
  access: 'see-payment',
  params: z.strictObject({ id: z.uuid() }),
  query: fileQuery,
  answers: z.string().meta({ description: 'application/pdf or application/xml' }),
  async handle({ params: { id }, query: { format } }, { store }, access) {
    const { account, operator } = personOf(access)
    return billFile(store.rows, 'invoice', { id, format, account, operator }, (it) => invoicePdf(invoiceOf(it)))
  },
})

/** Why a seller corrects a bill: it stands on the credit note. */
export const reason = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}]*$/u, 'one line of text')
  .meta({ description: 'stands on the credit note' })

const oneInvoice = async (rows: Services['store']['rows'], id: string): Promise<Row> =>
  (await rows<Row>(`${INVOICE} WHERE bill.id = $1`, [id]))[0]!

export const postCorrection = defineRoute({
  method: 'post',
  path: '/v1/billing/invoices/{id}/correction',
  summary:
    'Puts an invoice right that the account sent: a credit note takes it back, and another invoice stands in its place, with what both sides’ details say now. No money moves.',
  access: 'billing',
  params: z.strictObject({ id: z.uuid() }),
  body: z.strictObject({ reason }),
  answers: z.object({ invoice, creditNote: z.string().meta({ description: 'number of the credit note' }) }),
  async handle({ params: { id }, body }, { store, billing }, access) {
    const { account, did } = personOf(access)
    const now = await (await billing.chain()).now()
    return store.transaction(async (rows) => {
      const wrong = { invoice: id, seller: account as Hex, reason: body.reason }
      const made = await replaceInvoice(rows, wrong, did, now)
      const [note] = await rows<{ number: string }>('SELECT number FROM market_credit_notes WHERE id = $1', [
        made.creditNote,
      ])
      return { invoice: toInvoice(await oneInvoice(rows, made.invoice), account), creditNote: note!.number }
    })
  },
})
