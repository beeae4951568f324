import { centToMicro, microOfEur } from '@opem/domain'
import { z } from 'zod'
import { addressOf } from '../../access/caller/caller.ts'
import { readStatement } from '../../marketplace/billing/bank/settle.ts'
import { writeCall } from '../../marketplace/billing/due/calls.ts'
import { centsAsMicro } from '../../marketplace/billing/invoice/bills.ts'
import { disputedPayments, eur, toPayment } from '../../marketplace/billing/list.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, personOf } from '../route.ts'
import { address, count } from '../shapes.ts'
import { euros, payment } from './billing.ts'
import { INVOICE, type InvoiceRow, invoice, toInvoice } from './billing-invoices.ts'

export const getDisputes = defineRoute({
  method: 'get',
  path: '/v1/billing/disputes',
  summary: 'Payments that wait for a decision, those that lapse first at the top.',
  access: 'operator',
  answers: z.object({ items: z.array(payment) }),
  async handle(_input, { store, billing }, access) {
    const { account } = personOf(access)
    const found = await disputedPayments(store.rows, 100)
    return { items: found.map((it) => toPayment(it, account, billing.graceSeconds)) }
  },
})

export const getFees = defineRoute({
  method: 'get',
  path: '/v1/billing/fees',
  summary: 'Platform fees: due to the treasury by provider, all that were earned, and what bank plans would owe.',
  access: 'operator',
  answers: z.object({
    due: euros,
    earned: euros,
    owedByBankPlans: euros.meta({
      description: 'of payments that were settled by bank: no tokens moved, so the escrow holds no fee',
    }),
    providers: z.array(z.object({ party: address, due: euros })),
  }),
  async handle(_input, { store: { rows } }) {
    const providers = await rows<{ party: string; fees: string }>(
      'SELECT party, fees::text FROM market_balances WHERE fees > 0 ORDER BY fees DESC, party LIMIT 100',
    )
    const [sums] = await rows<{ due: string; earned: string; bank: string }>(
      `SELECT (SELECT coalesce(sum(fees), 0)::text FROM market_balances) AS due,
         ((SELECT coalesce(sum(fee), 0) FROM market_payments) + (SELECT coalesce(sum(fee), 0) FROM market_reserves))::text AS earned,
         (SELECT coalesce(sum(floor(amount * fee_bps / 10000)), 0)::text FROM market_payments WHERE state = 'settled') AS bank`,
    )
    return {
      ...{ due: eur(sums!.due), earned: eur(sums!.earned), owedByBankPlans: eur(sums!.bank) },
      providers: providers.map(({ party, fees }) => ({ party, due: eur(fees) })),
    }
  },
})

const openInvoice = z.object({
  invoice,
  terms: z.record(z.string(), z.union([z.string(), z.number()])),
  number: count,
  grossMicro: z.string().meta({ description: 'what is still to pay, µEUR: less what credit notes took back' }),
  credit: z.object({ amount: euros, bookedOn: z.string(), reference: z.string() }).nullable(),
})

export const getOpenInvoices = defineRoute({
  method: 'get',
  path: '/v1/billing/open-invoices',
  summary:
    'Invoices that nobody recorded as paid, with the bank’s word where there is one: the operator records them on the chain.',
  access: 'operator',
  answers: z.object({ items: z.array(openInvoice) }),
  async handle(_input, { store: { rows } }) {
    const found = await rows<
      InvoiceRow & { terms: Record<string, string | number>; due_number: string; credit: Credit | null }
    >(
      `SELECT i.*, b.terms, p.number::text AS due_number,
         (SELECT jsonb_build_object('cents', c.cents::text, 'bookedOn', c.booked_on, 'reference', c.reference)
          FROM market_bank_credits c WHERE c.invoice = i.id LIMIT 1) AS credit
       FROM (${INVOICE}) i JOIN market_payments p USING (payment) JOIN market_billing b ON b.agreement = i.agreement
       WHERE i.state = 'invoiced' AND i.corrected_by IS NULL ORDER BY i.issued_at, i.id LIMIT 200`,
    )
    return {
      items: found.map(({ terms, due_number, credit, ...it }) => ({
        ...{ invoice: toInvoice(it, null), terms, number: Number(due_number) },
        grossMicro: (centsAsMicro(it.gross_cents) - centsAsMicro(it.credited_cents)).toString(),
        credit: credit && {
          amount: eur(centsAsMicro(credit.cents)),
          bookedOn: credit.bookedOn,
          reference: credit.reference,
        },
      })),
    }
  },
})
interface Credit {
  readonly cents: string
  readonly bookedOn: string
  readonly reference: string
}

export const postBankStatement = defineRoute({
  method: 'post',
  path: '/v1/billing/bank-statements',
  summary:
    'Reads a bank statement (camt.053) and says which invoices it pays, and which credit notes it pays back. Nothing is recorded on the chain by this.',
  access: 'operator',
  body: z.strictObject({ camt053: z.string().min(1).max(4_000_000) }),
  bodyLimit: 5_000_000,
  answers: z.object({
    credits: z.array(
      z.object({
        direction: z.enum(['credit', 'debit']),
        amount: euros,
        bookedOn: z.string(),
        reference: z.string(),
        invoice: z.string().nullable(),
        creditNote: z.string().nullable(),
        why: z.string(),
      }),
    ),
  }),
  async handle({ body: { camt053 } }, { store, access: { now } }) {
    const matched = await store.transaction((rows) => readStatement(rows, camt053, now()))
    return {
      credits: matched.map(({ entry, bill, why }) => ({
        ...{ direction: entry.direction, amount: eur(centToMicro(entry.amount)), bookedOn: entry.bookedOn },
        ...{ reference: entry.reference, invoice: bill?.kind === 'invoice' ? bill.number : null },
        ...{ creditNote: bill?.kind === 'credit note' ? bill.number : null, why },
      })),
    }
  },
})

const MOST_GIFT = 10_000_000_000n // 10,000 EUR

export const postDevelopmentEuros = defineRoute({
  method: 'post',
  path: '/v1/development/euros',
  summary: 'On a development chain: gives development euros, which are worth nothing, to the wallet of who asks.',
  access: 'own-session',
  body: z.strictObject({ amount: z.string().default('1000') }),
  answers: z.object({ to: address, amount: euros }),
  async handle({ body }, { store, billing, development, access: { now } }, access) {
    const { did } = personOf(access)
    const to = addressOf(did)
    if (!development || billing.signer === undefined)
      throw new Refusal(
        404,
        'ERR_NO_DEVELOPMENT_EURO',
        'this marketplace has no development euros to give; bring your own',
      )
    if (to === undefined) throw new Refusal(409, 'ERR_PARTY_ADDRESS', 'your wallet has no address on this chain')
    const amount = microOfEur(body.amount) ?? 0n
    if (amount === 0n || amount > MOST_GIFT)
      throw new Refusal(400, 'ERR_AMOUNT', `"${body.amount}" cannot be given: 0.000001 to 10000 euros at once`)
    await writeCall(store.rows, to, { kind: 'give', to: to as `0x${string}`, amount: amount.toString() }, now())
    billing.wake()
    return { to, amount: eur(amount) }
  },
})
