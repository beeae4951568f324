import { formatInstant, type Hex, type PaymentTerms, planWords, shortEur } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { type AgreementJson, agreementOf, paymentTerms } from './terms.ts'
import { type UseStanding, useStanding } from './use-account.ts'

type Rows = OperationalStore['rows']

export const eur = (micro: string | bigint): string => shortEur(BigInt(micro))
const instant = (at: string | null): string | null => (at === null ? null : formatInstant(Number(at)))

interface PaymentRow extends Record<string, unknown> {
  readonly payment: string
  readonly agreement: string
  readonly number: string
  readonly provider: string
  readonly consumer: string
  readonly provider_account: string
  readonly consumer_account: string
  readonly amount: string
  readonly due_at: string
  readonly state: string
  readonly until: string | null
  readonly to_provider: string
  readonly fee: string
  readonly refunded: string
  readonly lapsed: boolean
  readonly since: string | null
  readonly suspended_at: string | null
  readonly title: string | null
  readonly plan: string
}

const PAYMENT = `SELECT p.payment, p.agreement, p.number::text, p.provider, p.consumer, p.provider_account, p.consumer_account,
  p.amount::text, p.due_at::text, p.state, p.until::text, p.to_provider::text, p.fee::text, p.refunded::text, p.lapsed,
  a.since::text, a.suspended_at::text, l.document ->> 'title' AS title, b.plan
  FROM market_payments p LEFT JOIN market_arrears a USING (payment) LEFT JOIN market_billing b ON b.agreement = p.agreement
    LEFT JOIN market_listings l ON l.listing = b.listing`

export const toPayment = (it: PaymentRow, account: string, graceSeconds: number) => ({
  ...{ payment: it.payment, agreement: it.agreement, number: Number(it.number), state: it.state, plan: it.plan },
  side: it.consumer_account === account ? 'consumer' : it.provider_account === account ? 'provider' : 'operator',
  ...{ provider: it.provider, consumer: it.consumer, title: it.title ?? '' },
  ...{ amount: eur(it.amount), dueAt: instant(it.due_at)!, until: instant(it.until) },
  ...{ toProvider: eur(it.to_provider), fee: eur(it.fee), refunded: eur(it.refunded), lapsed: it.lapsed },
  /** Since when it lacks money, and when use is suspended for it. */
  unpaidSince: instant(it.since),
  suspendsAt: it.since === null ? null : formatInstant(Number(it.since) + graceSeconds),
  suspended: it.suspended_at !== null,
})

export const paymentsOf = (
  rows: Rows,
  {
    account,
    after,
    limit,
    from,
    until,
  }: { account: string; after: readonly [number, string] | undefined; limit: number; from: number; until: number },
) =>
  rows<PaymentRow>(
    `${PAYMENT} WHERE (p.consumer_account = $1 OR p.provider_account = $1) AND p.due_at >= $5 AND p.due_at < $6
       AND ($2::bigint IS NULL OR (p.due_at, p.payment) < ($2::bigint, $3)) ORDER BY p.due_at DESC, p.payment DESC LIMIT $4`,
    [account, after?.[0] ?? null, after?.[1] ?? null, limit, from, until],
  )

export const disputedPayments = (rows: Rows, limit: number) =>
  rows<PaymentRow>(`${PAYMENT} WHERE p.state = 'disputed' ORDER BY p.until, p.payment LIMIT $1`, [limit])

export const paymentOf = async (rows: Rows, payment: string): Promise<PaymentRow | undefined> =>
  (await rows<PaymentRow>(`${PAYMENT} WHERE p.payment = $1`, [payment]))[0]

export const paymentEvents = async (rows: Rows, payment: string) =>
  (
    await rows<{ at: string; what: string; detail: Record<string, unknown>; transaction: string }>(
      'SELECT at::text, what, detail, transaction FROM market_payment_events WHERE payment = $1 ORDER BY id',
      [payment],
    )
  ).map(({ at, ...it }) => ({ ...it, at: formatInstant(Number(at)) }))

interface BilledRow extends Record<string, unknown> {
  readonly agreement: Hex
  readonly provider: Hex
  readonly consumer: Hex
  readonly provider_account: string
  readonly consumer_account: string
  readonly terms: AgreementJson
  readonly ends_at: string
  readonly next_at: string | null
  readonly title: string | null
  readonly suspended: boolean
  readonly owed: string
}

export interface BilledAgreement {
  readonly row: BilledRow
  readonly terms: PaymentTerms
  readonly use: UseStanding | undefined
}

/** Agreements that cost something, the newest first. */
export async function billedAgreements(
  rows: Rows,
  { account, after, limit }: { account: string; after: readonly [number, string] | undefined; limit: number },
): Promise<BilledAgreement[]> {
  const found = await rows<BilledRow>(
    `SELECT b.agreement, b.provider, b.consumer, b.provider_account, b.consumer_account, b.terms, b.ends_at::text, b.next_at::text,
       l.document ->> 'title' AS title,
       EXISTS (SELECT 1 FROM market_arrears a WHERE a.agreement = b.agreement AND a.suspended_at IS NOT NULL) AS suspended,
       (SELECT coalesce(sum(amount), 0)::text FROM market_payments p WHERE p.agreement = b.agreement AND p.state IN ('due', 'invoiced')) AS owed
     FROM market_billing b LEFT JOIN market_listings l USING (listing)
     WHERE (b.consumer_account = $1 OR b.provider_account = $1) AND b.plan <> 'free'
       AND ($2::bigint IS NULL OR ((b.terms ->> 'start')::bigint, b.agreement) < ($2::bigint, $3))
     ORDER BY (b.terms ->> 'start')::bigint DESC, b.agreement DESC LIMIT $4`,
    [account, after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  const made: BilledAgreement[] = []
  for (const row of found)
    made.push({
      row,
      terms: paymentTerms(agreementOf(row.terms), Number(row.ends_at)),
      use: await useStanding(rows, row.agreement),
    })
  return made
}

export const toBilled = ({ row, terms, use }: BilledAgreement, account: string) => ({
  ...{ agreement: row.agreement, provider: row.provider, consumer: row.consumer, title: row.title ?? '' },
  side: row.consumer_account === account ? 'consumer' : 'provider',
  ...{ plan: terms.plan, words: planWords(terms), price: eur(terms.price), feeBps: terms.feeBps },
  terms: row.terms,
  startsAt: formatInstant(terms.start),
  endsAt: terms.end === 0 ? null : formatInstant(terms.end),
  intervalSeconds: terms.interval,
  nextAt: instant(row.next_at),
  suspended: row.suspended,
  /** Due and not paid; of pay-per-use what no voucher covers. */
  owed: use === undefined ? eur(row.owed) : eur(use.owed > use.vouched ? use.owed - use.vouched : 0n),
  use:
    use === undefined
      ? null
      : {
          ...{ calls: use.calls, units: Number(use.milliUnits) / 1000, cost: eur(use.owed), vouched: eur(use.vouched) },
          ...{ claimed: eur(use.claimed), claimable: eur(use.claimable), reserved: eur(use.reserved) },
          ...{ creditLimit: eur(use.creditLimit), key: use.key },
          reclaimableAt: use.reclaimableAt === null ? null : formatInstant(use.reclaimableAt),
        },
})
