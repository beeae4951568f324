import { randomUUID } from 'node:crypto'
import {
  type Hex,
  type Invoice,
  type InvoiceParty,
  invoiceNumber,
  invoiceTotals,
  type Result,
  vatTreatment,
} from '@opem/domain'
import { sha256, toBytes } from 'viem'
import type { OperationalStore } from '../../../operational/store.ts'
import { notify } from '../../notifications/notify.ts'
import { type AgreementJson, agreementOf } from '../terms.ts'
import { detailsOf } from './details.ts'
import { invoiceXml } from './ubl.ts'

/** Days in which an invoice is paid. */
const PAY_WITHIN_DAYS = 30
const DAY = 86_400

type Rows = OperationalStore['rows']

interface Waiting extends Record<string, unknown> {
  readonly payment: string
  readonly agreement: Hex
  readonly number: string
  readonly due_at: string
  readonly provider_account: Hex
  readonly consumer_account: Hex
  readonly terms: AgreementJson
  readonly title: string | null
}

/**
 * Issues an invoice for each payment of a Bank plan that is due, as soon as both sides' details are known; what is missing was
 * asked for on the billing page.
 * @param now seconds since 1970
 */
export async function issueDueInvoices(store: OperationalStore, now: number): Promise<void> {
  const waiting = await store.rows<Waiting>(
    `SELECT p.payment, p.agreement, p.number::text, p.due_at::text, p.provider_account, p.consumer_account, b.terms,
       l.document ->> 'title' AS title
     FROM market_payments p JOIN market_billing b USING (agreement)
       JOIN market_invoice_details s ON s.account = p.provider_account
       JOIN market_invoice_details c ON c.account = p.consumer_account
       LEFT JOIN market_listings l ON l.listing = b.listing
     WHERE p.state = 'due' AND b.plan = 'bank' AND s.details ? 'iban' AND s.details ? 'vatRate' ORDER BY p.due_at, p.payment LIMIT 100`,
  )
  for (const it of waiting) await store.transaction((rows) => issue(rows, it, now))
}

async function issue(rows: Rows, it: Waiting, now: number): Promise<void> {
  const [seller, buyer] = [await detailsOf(rows, it.provider_account), await detailsOf(rows, it.consumer_account)]
  if (seller === undefined || buyer === undefined) return
  const drafted = draftInvoice(it, seller, buyer, now)
  if (!drafted.ok) return
  const still = await rows(
    `UPDATE market_payments SET state = 'invoiced', changed_at = $2 WHERE payment = $1 AND state = 'due' RETURNING 1`,
    [it.payment, now],
  )
  if (still.length === 0) return
  // Issued before the mirrors of the chain were rebuilt: it stays as it is.
  if ((await rows('SELECT 1 FROM market_invoices WHERE payment = $1', [it.payment])).length > 0) return
  const year = new Date(now * 1000).getUTCFullYear()
  // The row stays locked until the invoice is there: numbers follow each other without a gap.
  const [counted] = await rows<{ last: number }>(
    `INSERT INTO market_invoice_numbers (seller, year, last) VALUES ($1, $2, 1)
     ON CONFLICT (seller, year) DO UPDATE SET last = market_invoice_numbers.last + 1 RETURNING last`,
    [it.provider_account, year],
  )
  const sequence = counted!.last
  const invoice: Invoice = { ...drafted.value, number: invoiceNumber(year, sequence) }
  const xml = invoiceXml(invoice)
  await rows(
    `INSERT INTO market_invoices (id, payment, agreement, seller_account, buyer_account, year, sequence, number, issued_at,
       due_at, gross_cents, document, xml, digest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      ...[
        randomUUID(),
        it.payment,
        it.agreement,
        it.provider_account,
        it.consumer_account,
        year,
        sequence,
        invoice.number,
      ],
      ...[now, now + PAY_WITHIN_DAYS * DAY, invoiceTotals(invoice.lines).gross.toString()],
      ...[JSON.stringify(invoice, (_, value) => (typeof value === 'bigint' ? value.toString() : value))],
      ...[xml, sha256(toBytes(xml))],
    ],
  )
  for (const account of [it.consumer_account, it.provider_account])
    await notify(rows, {
      ...{ account, kind: 'invoice-issued', about: { agreement: it.agreement, payment: it.payment } },
      words: {
        title: `Invoice ${invoice.number}`,
        text: `Invoice ${invoice.number} was issued; it is paid by bank until ${invoice.due}.`,
      },
      link: '/billing',
    })
}

/** The invoice without its number, which it gets when it is issued. */
export function draftInvoice(
  it: Pick<Waiting, 'agreement' | 'number' | 'due_at' | 'terms' | 'title'>,
  seller: InvoiceParty,
  buyer: InvoiceParty,
  now: number,
): Result<Omit<Invoice, 'number'>> {
  const vat = vatTreatment(seller, buyer)
  if (!vat.ok) return vat
  const { price, interval } = agreementOf(it.terms)
  const from = Number(it.due_at)
  const line = { name: it.title ?? 'Service', quantity: 1000n, unit: 'C62', price, vat: vat.value }
  return {
    ok: true,
    value: {
      ...{ issued: dayOf(now), due: dayOf(now + PAY_WITHIN_DAYS * DAY), seller, buyer, reference: it.agreement },
      lines: [{ ...line, ...(interval > 0 ? { period: { from, to: from + interval } } : {}) }],
      note: `Agreement ${it.agreement}, payment ${it.number}`,
    },
  }
}

const dayOf = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10)

/** The stored invoice as it was issued. */
export function invoiceOf(document: Record<string, unknown>): Invoice {
  const stored = document as unknown as Invoice & { lines: { price: string; quantity: string }[] }
  return {
    ...stored,
    lines: stored.lines.map((line) => ({ ...line, price: BigInt(line.price), quantity: BigInt(line.quantity) })),
  }
}
