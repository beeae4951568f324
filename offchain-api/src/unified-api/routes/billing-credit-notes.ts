import { formatInstant, type Hex, microOfEur, microToCent } from '@opem/domain'
import { z } from 'zod'
import { settleCreditNote } from '../../marketplace/billing/bank/settle.ts'
import { centsAsMicro, creditNoteOf } from '../../marketplace/billing/invoice/bills.ts'
import { correctInvoice } from '../../marketplace/billing/invoice/correct-invoice.ts'
import { creditNotePdf } from '../../marketplace/billing/invoice/invoice-pdf.ts'
import { eur } from '../../marketplace/billing/list.ts'
import { pageOf } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, personOf } from '../route.ts'
import type { Services } from '../services.ts'
import { bytes32, instantText } from '../shapes.ts'
import { euros } from './billing.ts'
import { billFile, billsPage, billsQuery, fileQuery } from './billing-bills.ts'
import { reason } from './billing-invoices.ts'

const creditNote = z
  .object({
    ...{ id: z.string(), number: z.string(), invoice: z.string(), invoiceNumber: z.string() },
    ...{ payment: bytes32.nullable(), agreement: bytes32.nullable(), side: z.enum(['seller', 'buyer', 'operator']) },
    ...{ issuedAt: instantText, gross: euros, source: z.enum(['refund', 'decision', 'lapse', 'correction']) },
    settlement: z.enum(['purse', 'offset', 'bank', 'replaced']).meta({
      description:
        'it went back into the purse; it is taken off an open invoice; the seller pays it back by bank; another invoice stands in the place of it',
    }),
    settledAt: instantText.nullable().meta({ description: 'null: it still has to be paid back' }),
    ...{ seller: z.string(), buyer: z.string(), digest: bytes32 },
  })
  .meta({ id: 'CreditNote' })

interface Row extends Record<string, unknown> {
  readonly id: string
  readonly number: string
  readonly invoice: string
  readonly invoice_number: string
  readonly payment: string | null
  readonly agreement: string | null
  readonly seller_account: string
  readonly issued_at: string
  readonly gross_cents: string
  readonly source: 'refund' | 'decision' | 'lapse' | 'correction'
  readonly settlement: 'purse' | 'offset' | 'bank' | 'replaced'
  readonly settled_at: string | null
  readonly seller: string
  readonly buyer: string
  readonly digest: string
}

const CREDIT_NOTE = `SELECT bill.id, bill.number, bill.invoice, i.number AS invoice_number, bill.payment, bill.agreement,
  bill.seller_account, bill.buyer_account, bill.issued_at::text, bill.gross_cents::text, bill.source, bill.settlement,
  bill.settled_at::text, bill.digest, bill.document #>> '{seller,name}' AS seller, bill.document #>> '{buyer,name}' AS buyer
  FROM market_credit_notes bill JOIN market_invoices i ON i.id = bill.invoice`

const toCreditNote = (it: Row, account: string | null) => ({
  ...{ id: it.id, number: it.number, invoice: it.invoice, invoiceNumber: it.invoice_number, payment: it.payment },
  side: account === null ? 'operator' : it.seller_account === account ? 'seller' : 'buyer',
  ...{
    agreement: it.agreement,
    issuedAt: formatInstant(Number(it.issued_at)),
    gross: eur(centsAsMicro(it.gross_cents)),
  },
  ...{ source: it.source, settlement: it.settlement, seller: it.seller, buyer: it.buyer, digest: it.digest },
  settledAt: it.settled_at === null ? null : formatInstant(Number(it.settled_at)),
})

const oneCreditNote = async (rows: Services['store']['rows'], id: string): Promise<Row> =>
  (await rows<Row>(`${CREDIT_NOTE} WHERE bill.id = $1`, [id]))[0]!

export const getCreditNotes = defineRoute({
  method: 'get',
  path: '/v1/billing/credit-notes',
  summary: 'Credit notes that the account sent or got, the latest first.',
  access: 'billing',
  query: billsQuery,
  answers: pageOf(creditNote),
  handle: ({ query }, { store }, access) =>
    billsPage(store.rows, { ...query, account: personOf(access).account }, CREDIT_NOTE, toCreditNote),
})

export const getCreditNoteFile = defineRoute({
  method: 'get',
  path: '/v1/billing/credit-notes/{id}/file',
  summary: 'A credit note as PDF for people, or as UBL 2.1 CreditNote (EN 16931, type 381) for machines.',
  access: 'see-payment',
  params: z.strictObject({ id: z.uuid() }),
  query: fileQuery,
  answers: z.string().meta({ description: 'application/pdf or application/xml' }),
  async handle({ params: { id }, query: { format } }, { store }, access) {
    const { account, operator } = personOf(access)
    const asked = { id, format, account, operator }
    return billFile(store.rows, 'credit note', asked, (it) => creditNotePdf(creditNoteOf(it)))
  },
})

export const postCreditNote = defineRoute({
  method: 'post',
  path: '/v1/billing/invoices/{id}/credit-notes',
  summary:
    'Takes back a part of an invoice that the account sent and that is paid by bank, or all that is left of it: a credit note.',
  access: 'billing',
  params: z.strictObject({ id: z.uuid() }),
  body: z.strictObject({
    amount: z.string().optional().meta({ description: 'euros with VAT, whole cents; left out: all that is left' }),
    reason,
  }),
  answers: creditNote,
  async handle({ params: { id }, body: { amount, reason: why } }, { store, billing }, access) {
    const { account, did } = personOf(access)
    // The chain’s clock, by which invoices are dated as well: no credit note is older than its invoice.
    const now = await (await billing.chain()).now()
    return store.transaction(async (rows) => {
      const credit = { invoice: id, seller: account as Hex, amount: centsOf(amount), reason: why }
      const made = await correctInvoice(rows, credit, did, now)
      return toCreditNote(await oneCreditNote(rows, made), account)
    })
  },
})

/** @throws Refusal ERR_AMOUNT */
function centsOf(amount: string | undefined): bigint | undefined {
  if (amount === undefined) return undefined
  const micro = microOfEur(amount)
  if (micro === undefined || micro === 0n || micro % 10_000n !== 0n)
    throw new Refusal(400, 'ERR_AMOUNT', `"${amount}" is no amount of a bill: give euros and whole cents, like 12.50`)
  return microToCent(micro)
}

export const getOpenCreditNotes = defineRoute({
  method: 'get',
  path: '/v1/billing/open-credit-notes',
  summary: 'Credit notes that the seller has to pay back by bank, with the bank’s word where there is one.',
  access: 'operator',
  answers: z.object({
    items: z.array(
      z.object({
        creditNote,
        debit: z.object({ amount: euros, bookedOn: z.string(), reference: z.string() }).nullable(),
      }),
    ),
  }),
  async handle(_input, { store: { rows } }) {
    type Debit = { readonly cents: string; readonly bookedOn: string; readonly reference: string }
    const found = await rows<Row & { debit: Debit | null }>(
      `SELECT n.*, (SELECT jsonb_build_object('cents', c.cents::text, 'bookedOn', c.booked_on, 'reference', c.reference)
         FROM market_bank_credits c WHERE c.credit_note = n.id LIMIT 1) AS debit
       FROM (${CREDIT_NOTE}) n WHERE n.settled_at IS NULL ORDER BY n.issued_at, n.id LIMIT 200`,
    )
    return {
      items: found.map(({ debit, ...it }) => ({
        creditNote: toCreditNote(it, null),
        debit: debit && {
          ...{ bookedOn: debit.bookedOn, reference: debit.reference },
          amount: eur(centsAsMicro(debit.cents)),
        },
      })),
    }
  },
})

export const postCreditNoteSettlement = defineRoute({
  method: 'post',
  path: '/v1/billing/credit-notes/{id}/settlement',
  summary: 'Records that a credit note was paid back by bank. It stands in the audit log.',
  access: 'operator',
  params: z.strictObject({ id: z.uuid() }),
  answers: creditNote,
  async handle({ params: { id } }, { store, billing }, access) {
    const { did } = personOf(access)
    const now = await (await billing.chain()).now()
    return store.transaction(async (rows) => {
      await settleCreditNote(rows, id, did, now)
      return toCreditNote(await oneCreditNote(rows, id), null)
    })
  },
})
