import {
  EU_COUNTRIES,
  type Hex,
  type InvoiceParty,
  type MonthOfUse,
  nextUseInvoice,
  type UseOfAgreement,
  useLines,
  vatTreatment,
} from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { type AgreementJson, agreementOf } from '../terms.ts'
import { dayOf } from './bills.ts'
import { ENOUGH_DETAILS } from './issue-invoices.ts'
import { writeInvoice } from './write-invoice.ts'

type Rows = OperationalStore['rows']

/** Up to where the chain was heard: block `block`, and nothing that it says later is of a time before `until`. */
export interface Heard {
  readonly block: number
  /** Seconds since 1970. */
  readonly until: number
}

interface Pair extends Record<string, unknown> {
  readonly seller_account: Hex
  readonly buyer_account: Hex
}

/** $1 are the countries of the Union, $2 is now. */
const WAITING = `SELECT DISTINCT m.seller_account, m.buyer_account FROM market_use_months m
    JOIN market_invoice_details s ON s.account = m.seller_account
    JOIN market_invoice_details c ON c.account = m.buyer_account
  WHERE NOT m.covered AND m.month_end <= $2 AND ${ENOUGH_DETAILS}
  ORDER BY m.seller_account, m.buyer_account LIMIT 100`

/**
 * Issues an invoice for each provider, consumer and month of UTC over what the provider's vouchers claimed in it, as soon as the month is
 * over and both sides’ details are known. A month of use is the accounting period of a continuous supply (Directive
 * 2006/112/EC, Articles 64 and 223); claims are anybody's calls of any size, and a cent of rounding on each would add up.
 * What is covered is counted in money of the chain, not by events: see `market_use_lines`.
 * @param heard asked only when something waits
 * @throws ERR_BILL_RULES after the others were issued
 */
export async function issueUseInvoices(
  store: OperationalStore,
  heard: () => Promise<Heard>,
  now: number,
): Promise<void> {
  const waiting = await store.rows<Pair>(WAITING, [EU_COUNTRIES, now])
  if (waiting.length === 0) return
  const upTo = await heard()
  const failed: unknown[] = []
  for (const pair of waiting) {
    const next = () => store.transaction((rows) => issueNext(rows, pair, upTo, now))
    try {
      while (await next());
    } catch (cause) {
      failed.push(cause)
    }
  }
  if (failed.length > 0) throw failed[0]
}

interface Month extends Record<string, unknown> {
  readonly agreement: Hex
  readonly month_end: string
  readonly claimed: string
  readonly covered: string
  readonly terms: AgreementJson
  readonly title: string | null
  readonly unit: string | null
}

/** Months that are over, in the past that was heard: while it is read again there is none. The unit is of the version agreed upon. */
const OPEN = `SELECT m.agreement, m.month_end::text, m.claimed::text,
    (SELECT coalesce(max(u.to_micro), 0)::text FROM market_use_lines u WHERE u.agreement = m.agreement) AS covered,
    b.terms, l.document ->> 'title' AS title,
    (SELECT max(offered ->> 'unit') FROM market_listing_versions v,
       jsonb_array_elements(CASE jsonb_typeof(v.document -> 'plans') WHEN 'array' THEN v.document -> 'plans' ELSE '[]' END) offered
     WHERE v.listing = b.listing AND v.version = (b.terms ->> 'version')::integer AND offered ->> 'kind' = 'pay-per-use'
       AND offered ->> 'price' = b.terms ->> 'price') AS unit
  FROM market_use_months m JOIN market_billing b USING (agreement) LEFT JOIN market_listings l ON l.listing = b.listing
  WHERE m.seller_account = $1 AND m.buyer_account = $2 AND NOT m.covered AND m.month_end <= $3
    AND EXISTS (SELECT 1 FROM market_cursor WHERE block >= $4)
  ORDER BY m.month_end, m.agreement`

async function issueNext(
  rows: Rows,
  { seller_account, buyer_account }: Pair,
  { block, until }: Heard,
  now: number,
): Promise<boolean> {
  const pair = [seller_account, buyer_account]
  await rows(
    'INSERT INTO market_use_pairs (seller_account, buyer_account) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    pair,
  )
  // Held until the invoice is there: nobody else writes one between the two meanwhile.
  const [before] = await rows<{ micro: string; cents: string }>(
    'SELECT micro::text, cents::text FROM market_use_pairs WHERE seller_account = $1 AND buyer_account = $2 FOR UPDATE',
    pair,
  )
  const open = await rows<Month>(OPEN, [...pair, until, block])
  const next = nextUseInvoice(open.map(monthOfUse), { micro: BigInt(before!.micro), cents: BigInt(before!.cents) })
  if (next === undefined) return false
  const [seller, buyer] = await partiesOf(rows, pair)
  if (seller === undefined || buyer === undefined) return false
  const vat = vatTreatment(seller, buyer)
  if (!vat.ok) return false
  const { parts, total, period } = next
  const uses = parts.map((part): UseOfAgreement => {
    const { terms, title, unit } = open.find(({ agreement }) => agreement === part.agreement)!
    return { ...part, name: title ?? 'Service', unit: unit ?? 'unit', price: agreementOf(terms).price }
  })
  const [first, last] = [dayOf(period.from), dayOf(period.to - 1)]
  const only = parts.length === 1 ? parts[0]!.agreement : null
  const { id } = await writeInvoice(
    rows,
    {
      ...{ payment: null, agreement: only, seller: seller_account, buyer: buyer_account },
      ...{ paidBy: 'purse', dueAt: now, refundedBefore: '0' },
      draft: {
        ...{ issued: dayOf(now), due: dayOf(now), seller, buyer, reference: only ?? `Use ${first} to ${last}` },
        ...{ lines: useLines(uses, { total, period, vat: vat.value }), total, paid: true, period },
        note: `Vouchers that were claimed from ${first} to ${last} (UTC), paid from what was set aside for use`,
      },
      words: (number) =>
        `Invoice ${number} was issued over use from ${first} to ${last}, which vouchers paid; nothing is left to pay.`,
    },
    now,
  )
  await cover(rows, id, parts)
  const micro = parts.reduce((sum, part) => sum + part.until - part.from, 0n)
  await rows(
    `UPDATE market_use_pairs SET micro = micro + $3::numeric, cents = cents + $4::bigint
     WHERE seller_account = $1 AND buyer_account = $2`,
    [...pair, micro.toString(), total.toString()],
  )
  return true
}

const monthOfUse = ({ agreement, month_end, claimed, covered }: Month): MonthOfUse => ({
  ...{ agreement, monthEnd: Number(month_end), claimed: BigInt(claimed), covered: BigInt(covered) },
})

async function partiesOf(rows: Rows, pair: readonly Hex[]): Promise<(InvoiceParty | undefined)[]> {
  const known = await rows<{ account: Hex; details: InvoiceParty }>(
    'SELECT account, details FROM market_invoice_details WHERE account = ANY($1)',
    [pair],
  )
  return pair.map((one) => known.find(({ account }) => account === one)?.details)
}

async function cover(rows: Rows, invoice: string, parts: readonly { agreement: Hex; from: bigint; until: bigint }[]) {
  for (const { agreement, from, until } of parts) {
    await rows('INSERT INTO market_use_lines (agreement, from_micro, to_micro, invoice) VALUES ($1, $2, $3, $4)', [
      ...[agreement, from.toString(), until.toString(), invoice],
    ])
    await rows('UPDATE market_use_months SET covered = true WHERE agreement = $1 AND claimed <= $2::numeric', [
      agreement,
      until.toString(),
    ])
  }
}
