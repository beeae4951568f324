import { PRICE_PLAN_KINDS } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { Terms } from './agreements.ts'
import { exchange } from './http.ts'
import { Address, Bytes32, Instant } from './shapes.ts'

const Eur = z.string()
const Plan = z.enum(PRICE_PLAN_KINDS)
const Side = z.enum(['consumer', 'provider', 'operator'])
const count = z.number().int().nonnegative()

export const Purse = z.strictObject({
  party: Address.nullable(),
  available: Eur,
  escrow: Address,
  token: Address,
  chainId: count,
  development: z.boolean(),
  graceSeconds: count,
  invoiceDetails: z.boolean(),
})
export type Purse = z.infer<typeof Purse>

export const Payment = z.strictObject({
  payment: Bytes32,
  agreement: Bytes32,
  number: count,
  state: z.enum(['due', 'held', 'disputed', 'released', 'returned', 'invoiced', 'settled']),
  plan: Plan.nullable(),
  side: Side,
  provider: Address,
  consumer: Address,
  title: z.string(),
  amount: Eur,
  dueAt: Instant,
  until: Instant.nullable(),
  toProvider: Eur,
  fee: Eur,
  refunded: Eur,
  lapsed: z.boolean(),
  unpaidSince: Instant.nullable(),
  suspendsAt: Instant.nullable(),
  suspended: z.boolean(),
})
export type Payment = z.infer<typeof Payment>

export const BilledAgreement = z.strictObject({
  agreement: Bytes32,
  provider: Address,
  consumer: Address,
  title: z.string(),
  side: Side,
  plan: Plan,
  words: z.string(),
  price: Eur,
  feeBps: count,
  startsAt: Instant,
  endsAt: Instant.nullable(),
  intervalSeconds: count,
  terms: Terms,
  nextAt: Instant.nullable(),
  suspended: z.boolean(),
  owed: Eur,
  use: z
    .strictObject({
      calls: count,
      units: z.number(),
      cost: Eur,
      vouched: Eur,
      claimed: Eur,
      claimable: Eur,
      reserved: Eur,
      creditLimit: Eur,
      key: Address.nullable(),
      reclaimableAt: Instant.nullable(),
    })
    .nullable(),
})
export type BilledAgreement = z.infer<typeof BilledAgreement>

const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), next: z.string().nullable() })
export const Payments = pageOf(Payment)
export const BilledAgreements = pageOf(BilledAgreement)
export const Disputes = z.strictObject({ items: z.array(Payment) })

const Text = z.strictObject({
  kind: z.enum(['reason', 'evidence', 'decision']),
  side: Side,
  words: z.string(),
  blind: Bytes32,
  digest: Bytes32,
  at: Instant,
})
export const PaymentDetail = z.strictObject({
  payment: Payment,
  events: z.array(
    z.strictObject({
      at: Instant,
      what: z.string(),
      transaction: Bytes32,
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
  texts: z.array(Text),
})

export const Invoice = z.strictObject({
  id: z.string(),
  number: z.string(),
  payment: Bytes32.nullable(),
  agreement: Bytes32.nullable(),
  side: z.enum(['seller', 'buyer', 'operator']),
  issuedAt: Instant,
  dueAt: Instant,
  gross: Eur,
  paid: z.boolean(),
  digest: Bytes32,
  seller: z.string(),
  buyer: z.string(),
  paidBy: z.enum(['bank', 'purse']),
  credited: Eur,
  period: z.strictObject({ from: Instant, to: Instant }).nullable(),
  corrects: z.string().nullable(),
  correctedBy: z.string().nullable(),
})
export type Invoice = z.infer<typeof Invoice>
export const Invoices = pageOf(Invoice)

export const CreditNote = z.strictObject({
  id: z.string(),
  number: z.string(),
  invoice: z.string(),
  invoiceNumber: z.string(),
  payment: Bytes32.nullable(),
  agreement: Bytes32.nullable(),
  side: z.enum(['seller', 'buyer', 'operator']),
  issuedAt: Instant,
  gross: Eur,
  source: z.enum(['refund', 'decision', 'lapse', 'correction']),
  settlement: z.enum(['purse', 'offset', 'bank', 'replaced']),
  settledAt: Instant.nullable(),
  seller: z.string(),
  buyer: z.string(),
  digest: Bytes32,
})
export type CreditNote = z.infer<typeof CreditNote>
export const CreditNotes = pageOf(CreditNote)
export const Correction = z.strictObject({ invoice: Invoice, creditNote: z.string() })

/** Euros that may be below zero. */
const Difference = z.string().regex(/^-?\d+\.\d{2,6}$/)
export const Statement = z.strictObject({
  from: Instant,
  to: Instant.nullable(),
  months: z.array(z.string()),
  opening: Difference,
  closing: Difference,
  totals: z.strictObject({
    purseIn: Eur,
    purseOut: Eur,
    fees: Eur,
    bankIn: Eur,
    bankOut: Eur,
    vatSent: Difference,
    vatReceived: Difference,
  }),
  count,
  lines: z.array(
    z.strictObject({
      at: Instant,
      what: z.string(),
      document: z.string(),
      service: z.string(),
      counterparty: z.string(),
      agreement: z.string(),
      payment: z.string(),
      transaction: z.string(),
      purseIn: Eur,
      purseOut: Eur,
      fee: Eur,
      bankIn: Eur,
      bankOut: Eur,
      net: Eur,
      vat: Eur,
      gross: Eur,
    }),
  ),
})
export type Statement = z.infer<typeof Statement>

export const InvoiceDetails = z.strictObject({
  name: z.string(),
  street: z.string(),
  city: z.string(),
  postalCode: z.string(),
  country: z.string(),
  email: z.string(),
  vatId: z.string().optional(),
  registration: z.string().optional(),
  iban: z.string().optional(),
  vatRate: z.number().int().optional(),
  exemption: z.string().optional(),
})
export type InvoiceDetails = z.infer<typeof InvoiceDetails>
export const Details = z.strictObject({ details: InvoiceDetails.nullable() })

export const Fees = z.strictObject({
  due: Eur,
  earned: Eur,
  owedByBankPlans: Eur,
  providers: z.array(z.strictObject({ party: Address, due: Eur })),
})

export const OpenInvoices = z.strictObject({
  items: z.array(
    z.strictObject({
      invoice: Invoice,
      terms: z.record(z.string(), z.union([z.string(), z.number()])),
      number: count,
      grossMicro: z.string(),
      credit: z.strictObject({ amount: Eur, bookedOn: z.string(), reference: z.string() }).nullable(),
    }),
  ),
})

export const OpenCreditNotes = z.strictObject({
  items: z.array(
    z.strictObject({
      creditNote: CreditNote,
      debit: z.strictObject({ amount: Eur, bookedOn: z.string(), reference: z.string() }).nullable(),
    }),
  ),
})

export const Credits = z.strictObject({
  credits: z.array(
    z.strictObject({
      direction: z.enum(['credit', 'debit']),
      amount: Eur,
      bookedOn: z.string(),
      reference: z.string(),
      invoice: z.string().nullable(),
      creditNote: z.string().nullable(),
      why: z.string(),
    }),
  ),
})

export const TakenVoucher = z.strictObject({ agreement: Bytes32, cumulative: Eur })
export const Claimable = z.strictObject({
  voucher: z
    .strictObject({ agreement: Bytes32, cumulative: Eur, cumulativeMicro: z.string(), signature: z.string() })
    .nullable(),
})
export const Given = z.strictObject({ to: Address, amount: Eur })

/** Everything of billing is asked again a few seconds later: payments move by themselves. */
const query = <T>(what: string, path: string, shape: z.ZodType<T>) =>
  queryOptions({
    queryKey: ['billing', what],
    queryFn: ({ signal }) => exchange(`/v1/billing${path}`, shape, { signal }),
    refetchInterval: 3000,
  })

export const purseQuery = query('purse', '', Purse)
/** Of a month, or of all time. */
const during = (period: string | undefined) => (period === undefined ? '' : `&period=${period}`)
export const paymentsQuery = (period?: string) =>
  query(`payments ${period ?? ''}`, `/payments?limit=100${during(period)}`, Payments)
export const billedQuery = query('agreements', '/agreements?limit=100', BilledAgreements)
export const invoicesQuery = (period?: string) =>
  query(`invoices ${period ?? ''}`, `/invoices?limit=100${during(period)}`, Invoices)
export const creditNotesQuery = (period?: string) =>
  query(`credit notes ${period ?? ''}`, `/credit-notes?limit=100${during(period)}`, CreditNotes)
/** Of the last twelve months unless it is asked. It is long: it is asked for less often. */
export const statementQuery = (period?: string) => ({
  ...query(`statement ${period ?? ''}`, `/statement?format=json${during(period)}`, Statement),
  refetchInterval: 30_000,
})
export const disputesQuery = query('disputes', '/disputes', Disputes)
export const feesQuery = query('fees', '/fees', Fees)
export const openInvoicesQuery = query('open-invoices', '/open-invoices', OpenInvoices)
export const openCreditNotesQuery = query('open-credit-notes', '/open-credit-notes', OpenCreditNotes)
export const paymentQuery = (payment: string) => query(`payment ${payment}`, `/payments/${payment}`, PaymentDetail)
export const detailsQuery = queryOptions({
  queryKey: ['billing', 'details'],
  queryFn: ({ signal }) => exchange('/v1/billing/invoice-details', Details, { signal }),
})

export const giveVoucher = (agreement: string, cumulative: string, signature: string) =>
  exchange(`/v1/billing/agreements/${agreement}/vouchers`, TakenVoucher, { body: { cumulative, signature } })
export const askVoucher = (agreement: string) => exchange(`/v1/billing/agreements/${agreement}/voucher`, Claimable)
export const writeWords = (payment: string, words: string) =>
  exchange(`/v1/billing/payments/${payment}/words`, Text, { body: { words } })
export const keepDetails = (details: InvoiceDetails) =>
  exchange('/v1/billing/invoice-details', Details, { method: 'PUT', body: details })
export const makeCreditNote = (invoice: string, body: { amount?: string; reason: string }) =>
  exchange(`/v1/billing/invoices/${invoice}/credit-notes`, CreditNote, { body })
export const correctInvoice = (invoice: string, reason: string) =>
  exchange(`/v1/billing/invoices/${invoice}/correction`, Correction, { body: { reason } })
export const recordPaidBack = (note: string) =>
  exchange(`/v1/billing/credit-notes/${note}/settlement`, CreditNote, { method: 'POST' })
export const readStatement = (camt053: string) =>
  exchange('/v1/billing/bank-statements', Credits, { body: { camt053 } })
export const askDevelopmentEuros = () => exchange('/v1/development/euros', Given, { body: {} })
/** Waits until the API has applied a block. */
export const untilFollowed = (block: bigint) =>
  exchange(`/v1/market/follower?block=${block}`, z.unknown()).then(() => undefined)
