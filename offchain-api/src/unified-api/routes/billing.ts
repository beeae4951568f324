import type { Hex } from '@opem/domain'
import { formatInstant, microOfEur } from '@opem/domain'
import { z } from 'zod'
import { addressOf } from '../../access/caller/caller.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { periodOf } from '../../marketplace/billing/books/period.ts'
import { disputeTexts, keepDisputeText } from '../../marketplace/billing/disputes.ts'
import { detailsOf } from '../../marketplace/billing/invoice/details.ts'
import {
  billedAgreements,
  eur,
  paymentEvents,
  paymentOf,
  paymentsOf,
  toBilled,
  toPayment,
} from '../../marketplace/billing/list.ts'
import { receiptOf, receiptPdf, signedReceipt } from '../../marketplace/billing/receipt.ts'
import { claimableVoucher, takeVoucher } from '../../marketplace/billing/vouchers.ts'
import { agreementTerms } from '../../marketplace/contracting/shapes.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute, personOf, text } from '../route.ts'
import type { Services } from '../services.ts'
import { address, bytes, bytes32, count, instantText } from '../shapes.ts'

export const euros = z
  .string()
  .meta({ description: 'euros, a decimal string of at most six decimals', example: '12.50' })
/** A month or a year of UTC; left out: all time. */
export const period = z
  .string()
  .regex(/^[12]\d{3}(-(0[1-9]|1[0-2]))?$/, 'needed: a month like 2026-11, or a year like 2026')
  .optional()
  .meta({ description: 'a month or a year, UTC; left out: all time', example: '2026-11' })
const side = z.enum(['consumer', 'provider', 'operator'])
const state = z.enum(['due', 'held', 'disputed', 'released', 'returned', 'invoiced', 'settled'])
const plan = z.enum(['free', 'one-time', 'subscription', 'pay-per-use', 'bank'])

export const payment = z
  .object({
    ...{ payment: bytes32, agreement: bytes32, number: count, state, plan: plan.nullable(), side },
    ...{ provider: address, consumer: address, title: z.string(), amount: euros, dueAt: instantText },
    until: instantText.nullable().meta({ description: 'held: released from then on; disputed: lapses from then on' }),
    ...{ toProvider: euros, fee: euros, refunded: euros, lapsed: z.boolean() },
    ...{ unpaidSince: instantText.nullable(), suspendsAt: instantText.nullable(), suspended: z.boolean() },
  })
  .meta({ id: 'Payment' })

const billed = z
  .object({
    ...{ agreement: bytes32, provider: address, consumer: address, title: z.string(), side, plan, words: z.string() },
    ...{ price: euros, feeBps: count, startsAt: instantText, endsAt: instantText.nullable(), intervalSeconds: count },
    terms: agreementTerms,
    ...{ nextAt: instantText.nullable(), suspended: z.boolean(), owed: euros },
    use: z
      .object({
        ...{ calls: count, units: z.number(), cost: euros, vouched: euros, claimed: euros, claimable: euros },
        ...{ reserved: euros, creditLimit: euros, key: address.nullable(), reclaimableAt: instantText.nullable() },
      })
      .nullable(),
  })
  .meta({ id: 'BilledAgreement' })

export const getBilling = defineRoute({
  method: 'get',
  path: '/v1/billing',
  summary: "The account's purse in escrow, and where the money is.",
  access: 'billing',
  answers: z.object({
    party: address.nullable().meta({ description: 'null: a DID without address has no purse' }),
    available: euros,
    ...{ escrow: address, token: address, chainId: count, development: z.boolean(), graceSeconds: count },
    invoiceDetails: z.boolean().meta({ description: 'whether what invoices need was given' }),
  }),
  async handle(_input, { store, billing, development }, access) {
    const { account, accountDid } = personOf(access)
    const [{ escrow, token, chainId }, found, details] = await Promise.all([
      billing.chain(),
      store.rows<{ available: string }>('SELECT available::text FROM market_balances WHERE account = $1', [account]),
      detailsOf(store.rows, account),
    ])
    return {
      ...{ party: addressOf(accountDid) ?? null, available: eur(found[0]?.available ?? '0') },
      ...{ escrow: escrow.toLowerCase(), token: token.toLowerCase(), chainId },
      ...{ development: development && billing.signer !== undefined, graceSeconds: billing.graceSeconds },
      invoiceDetails: details !== undefined,
    }
  },
})

const cursor = z.tuple([z.number().int(), z.string()])

export const getPayments = defineRoute({
  method: 'get',
  path: '/v1/billing/payments',
  summary: "The account's payments, paid and received, the latest first.",
  access: 'billing',
  query: z.strictObject({ ...paging, period }),
  answers: pageOf(payment),
  async handle({ query: { after, limit, period: of } }, { store, billing }, access) {
    const { account } = personOf(access)
    const page = { account, after: fromCursor(after, cursor), limit: limit + 1, ...periodOf(of) }
    const rows = await paymentsOf(store.rows, page)
    const { items, next } = pageFrom(rows, limit, (it) => [Number(it.due_at), it.payment])
    return { items: items.map((it) => toPayment(it, account, billing.graceSeconds)), next }
  },
})

export const getBilledAgreements = defineRoute({
  method: 'get',
  path: '/v1/billing/agreements',
  summary: 'Agreements that cost something: the plan, what is owed, what comes next, use and vouchers.',
  access: 'billing',
  query: z.strictObject({ ...paging }),
  answers: pageOf(billed),
  async handle({ query: { after, limit } }, { store }, access) {
    const { account } = personOf(access)
    const found = await billedAgreements(store.rows, { account, after: fromCursor(after, cursor), limit: limit + 1 })
    const { items, next } = pageFrom(found, limit, ({ row, terms }) => [terms.start, row.agreement])
    return { items: items.map((it) => toBilled(it, account)), next }
  },
})

export const getTransfers = defineRoute({
  method: 'get',
  path: '/v1/billing/transfers',
  summary: 'Deposits to the purse and withdrawals, the latest first.',
  access: 'billing',
  query: z.strictObject({ ...paging }),
  answers: pageOf(
    z.object({
      ...{
        transaction: bytes32,
        kind: z.enum(['deposit', 'withdrawal']),
        amount: euros,
        balance: euros,
        at: instantText,
      },
    }),
  ),
  async handle({ query: { after, limit } }, { store }, access) {
    const from = fromCursor(after, z.tuple([z.number().int(), z.string(), z.number().int().max(2_147_483_647)]))
    const rows = await store.rows<Record<'transaction' | 'kind' | 'amount' | 'balance' | 'at' | 'log_index', string>>(
      `SELECT transaction, kind, amount::text, balance::text, at::text, log_index FROM market_transfers WHERE account = $1
         AND ($2::bigint IS NULL OR (at, transaction, log_index) < ($2::bigint, $3, $4::integer))
       ORDER BY at DESC, transaction DESC, log_index DESC LIMIT $5`,
      [personOf(access).account, from?.[0] ?? null, from?.[1] ?? null, from?.[2] ?? null, limit + 1],
    )
    const { items, next } = pageFrom(rows, limit, (it) => [Number(it.at), it.transaction, Number(it.log_index)])
    return {
      items: items.map(({ log_index: _, ...it }) => ({
        ...{ ...it, amount: eur(it.amount), balance: eur(it.balance), at: formatInstant(Number(it.at)) },
      })),
      next,
    }
  },
})

const voucherAmount = z.string().transform((text, context) => {
  const micro = microOfEur(text)
  if (micro !== undefined) return micro
  context.addIssue({ code: 'custom', message: 'euros as a decimal string of at most six decimals, like 12.50' })
  return z.NEVER
})

export const postVoucher = defineRoute({
  method: 'post',
  path: '/v1/billing/agreements/{id}/vouchers',
  summary:
    'Gives a voucher for all use so far: EIP-712 `Voucher` of the escrow, signed by the consumer or who acts for it.',
  access: 'billing',
  params: z.strictObject({ id: bytes32 }),
  body: z.strictObject({ cumulative: voucherAmount, signature: bytes }),
  answers: z.object({ agreement: bytes32, cumulative: euros }),
  async handle({ params: { id }, body: { cumulative, signature } }, { store, billing, access: { now } }, access) {
    const { account, did } = personOf(access)
    const sides = await sidesOf(store, id)
    if (sides?.consumer_account !== account) throw unknown('agreement', id)
    await takeVoucher(
      { store, chain: await billing.chain(), now: now() },
      { agreement: id as Hex, cumulative, signature: signature as Hex },
      { did, account: account as Hex },
    )
    return { agreement: id, cumulative: eur(cumulative) }
  },
})

export const getVoucher = defineRoute({
  method: 'get',
  path: '/v1/billing/agreements/{id}/voucher',
  summary: 'The highest voucher that the escrow would still pay something for: its provider claims it there.',
  access: 'billing',
  params: z.strictObject({ id: bytes32 }),
  answers: z.object({
    voucher: z
      .object({ agreement: bytes32, cumulative: euros, cumulativeMicro: z.string(), signature: z.string() })
      .nullable(),
  }),
  async handle({ params: { id } }, { store }, access) {
    const { account } = personOf(access)
    const sides = await sidesOf(store, id)
    if (sides?.provider_account !== account && sides?.consumer_account !== account) throw unknown('agreement', id)
    const found = await claimableVoucher(store, id)
    return {
      voucher: found
        ? {
            ...{ agreement: id, cumulative: eur(found.cumulative), cumulativeMicro: found.cumulative.toString() },
            signature: found.signature,
          }
        : null,
    }
  },
})

const sidesOf = async ({ rows }: Services['store'], agreement: string) =>
  (
    await rows<{ provider_account: string; consumer_account: string }>(
      'SELECT provider_account, consumer_account FROM market_billing WHERE agreement = $1',
      [agreement],
    )
  )[0]

/** What belongs to others is not there. */
export const unknown = (what: string, id: string) =>
  new Refusal(
    404,
    `ERR_${what.toUpperCase().replaceAll(' ', '_')}_UNKNOWN`,
    `there is no ${what} ${id} of yours; see GET /v1/billing/${what.replaceAll(' ', '-')}s`,
  )

const dispute = z.object({
  ...{
    kind: z.enum(['reason', 'evidence', 'decision']),
    side,
    words: z.string(),
    blind: bytes32,
    digest: bytes32,
    at: instantText,
  },
})

/** A payment and which side of it the caller is: somebody else's is not there, but for the operator. */
async function seen({ store }: Services, access: Access, id: string) {
  const person = personOf(access)
  const row = await paymentOf(store.rows, id)
  const own =
    row?.consumer_account === person.account
      ? 'consumer'
      : row?.provider_account === person.account
        ? 'provider'
        : person.operator
          ? 'operator'
          : undefined
  if (row === undefined || own === undefined) throw unknown('payment', id)
  return { row, side: own, person } as const
}

export const getPayment = defineRoute({
  method: 'get',
  path: '/v1/billing/payments/{payment}',
  summary: 'A payment, what happened to it on chain, and what the sides said in a dispute.',
  access: 'see-payment',
  params: z.strictObject({ payment: bytes32 }),
  answers: z.object({
    payment,
    events: z.array(
      z.object({
        ...{ at: instantText, what: z.string(), transaction: bytes32, detail: z.record(z.string(), z.unknown()) },
      }),
    ),
    texts: z.array(dispute),
  }),
  async handle({ params }, services, access) {
    const { row, person } = await seen(services, access, params.payment)
    const { rows } = services.store
    return {
      payment: toPayment(row, person.account, services.billing.graceSeconds),
      events: await paymentEvents(rows, params.payment),
      texts: (await disputeTexts(rows, params.payment)).map((it) => ({ ...it, at: formatInstant(it.at) })),
    }
  },
})

export const postDisputeText = defineRoute({
  method: 'post',
  path: '/v1/billing/payments/{payment}/words',
  summary:
    'Keeps what a side says: the reason before a dispute, evidence during it, the operator’s decision. The answer is the digest for the chain.',
  access: 'see-payment',
  params: z.strictObject({ payment: bytes32 }),
  body: z.strictObject({ words: z.string().trim().min(1).max(4000) }),
  answers: dispute,
  async handle({ params, body: { words } }, services, access) {
    const { row, side: own, person } = await seen(services, access, params.payment)
    const { store, access: parts } = services
    const kept = await store.transaction(async (rows) => {
      const made = await keepDisputeText(rows, {
        ...{ payment: params.payment, state: row.state, side: own, words, now: parts.now() },
      })
      await noteAction(rows, {
        ...{ by: person.did, account: person.account as Hex, action: `billing.${made.kind}-written` },
        ...{ about: { payment: params.payment, agreement: row.agreement }, detail: { digest: made.digest } },
      })
      return made
    })
    return { ...kept, at: formatInstant(kept.at) }
  },
})

export const getReceipt = defineRoute({
  method: 'get',
  path: '/v1/billing/payments/{payment}/receipt',
  summary: 'The receipt of a payment: PDF, or JSON that the marketplace’s DID signed.',
  access: 'see-payment',
  params: z.strictObject({ payment: bytes32 }),
  query: z.strictObject({ format: z.enum(['pdf', 'json']).default('json') }),
  answers: z.object({
    issuer: z.string(),
    receipt: z.record(z.string(), z.unknown()),
    text: z.string(),
    signature: bytes,
  }),
  async handle({ params, query: { format } }, services, access) {
    const { row } = await seen(services, access, params.payment)
    const { rows } = services.store
    const receipt = await receiptOf(rows, await services.billing.chain(), params.payment)
    if (receipt === undefined)
      throw new Refusal(
        409,
        'ERR_NOT_PAID',
        `the payment is ${row.state}; there is a receipt once it was paid from a purse`,
      )
    if (format === 'json') return signedReceipt(receipt, services.access.signAsMarketplace)
    const [consumer, provider] = [
      await detailsOf(rows, row.consumer_account),
      await detailsOf(rows, row.provider_account),
    ]
    return text('application/pdf', await receiptPdf(receipt, { consumer, provider }))
  },
})
