import { formatInstant, type InvoiceParty } from '@opem/domain'
import { z } from 'zod'
import { periodOf } from '../../marketplace/billing/books/period.ts'
import { centsAsMicro, invoiceOf } from '../../marketplace/billing/invoice/bills.ts'
import { detailsOf, invoiceDetails, keepDetails } from '../../marketplace/billing/invoice/details.ts'
import { invoicePdf } from '../../marketplace/billing/invoice/invoice-pdf.ts'
import { eur } from '../../marketplace/billing/list.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { defineRoute, text } from '../route.ts'
import { bytes32, instantText } from '../shapes.ts'
import { euros, period, personOf, unknown } from './billing.ts'

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
      payment: bytes32,
      agreement: bytes32,
      side: z.enum(['seller', 'buyer', 'operator']),
    },
    ...{ issuedAt: instantText, dueAt: instantText, gross: euros, paid: z.boolean(), digest: bytes32 },
    ...{ seller: z.string(), buyer: z.string(), paidBy: z.enum(['bank', 'purse']) },
    credited: euros.meta({ description: 'what credit notes took back of it' }),
  })
  .meta({ id: 'Invoice' })

interface Row extends Record<string, unknown> {
  readonly id: string
  readonly number: string
  readonly payment: string
  readonly agreement: string
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

export const INVOICE = `SELECT i.id, i.number, i.payment, i.agreement, i.seller_account, i.buyer_account, i.issued_at::text,
  i.due_at::text, i.gross_cents::text, i.credited_cents::text, i.paid_by, i.digest, coalesce(p.state, 'invoiced') AS state,
  i.document #>> '{seller,name}' AS seller, i.document #>> '{buyer,name}' AS buyer
  FROM market_invoices i LEFT JOIN market_payments p USING (payment)`

export const toInvoice = (it: Row, account: string | null) => ({
  ...{ id: it.id, number: it.number, payment: it.payment, agreement: it.agreement, digest: it.digest },
  side: account === null ? 'operator' : it.seller_account === account ? 'seller' : 'buyer',
  ...{ issuedAt: formatInstant(Number(it.issued_at)), dueAt: formatInstant(Number(it.due_at)) },
  ...{ gross: eur(centsAsMicro(it.gross_cents)), credited: eur(centsAsMicro(it.credited_cents)), paidBy: it.paid_by },
  ...{ paid: it.paid_by === 'purse' || it.state === 'settled', seller: it.seller, buyer: it.buyer },
})
export type InvoiceRow = Row

export const getInvoices = defineRoute({
  method: 'get',
  path: '/v1/billing/invoices',
  summary: 'Invoices that the account sent or got, the latest first.',
  access: 'billing',
  query: z.strictObject({ ...paging, period }),
  answers: pageOf(invoice),
  async handle({ query: { after, limit, period: of } }, { store }, access) {
    const { account } = personOf(access)
    const from = fromCursor(after, z.tuple([z.number().int(), z.string()]))
    const { from: first, until } = periodOf(of)
    const rows = await store.rows<Row>(
      `${INVOICE} WHERE (i.seller_account = $1 OR i.buyer_account = $1) AND i.issued_at >= $5 AND i.issued_at < $6
         AND ($2::bigint IS NULL OR (i.issued_at, i.id) < ($2::bigint, $3)) ORDER BY i.issued_at DESC, i.id DESC LIMIT $4`,
      [account, from?.[0] ?? null, from?.[1] ?? null, limit + 1, first, until],
    )
    const { items, next } = pageFrom(rows, limit, (it) => [Number(it.issued_at), it.id])
    return { items: items.map((it) => toInvoice(it, account)), next }
  },
})

export const getInvoiceFile = defineRoute({
  method: 'get',
  path: '/v1/billing/invoices/{id}/file',
  summary: 'An invoice as PDF for people, or as UBL 2.1 (EN 16931, Peppol BIS Billing 3.0) for machines.',
  access: 'see-payment',
  params: z.strictObject({ id: z.uuid() }),
  query: z.strictObject({ format: z.enum(['pdf', 'xml']).default('pdf') }),
  answers: z.string().meta({ description: 'application/pdf or application/xml' }),
  async handle({ params: { id }, query: { format } }, { store }, access) {
    const { account, operator } = personOf(access)
    const [found] = await store.rows<{ xml: string; document: Record<string, unknown> }>(
      'SELECT xml, document FROM market_invoices WHERE id = $1 AND ($3 OR seller_account = $2 OR buyer_account = $2)',
      [id, account, operator],
    )
    if (found === undefined) throw unknown('invoice', id)
    if (format === 'xml') return text('application/xml', found.xml)
    return text('application/pdf', await invoicePdf(invoiceOf(found.document)))
  },
})
