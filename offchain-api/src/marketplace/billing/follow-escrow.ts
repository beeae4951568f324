import type { Hex } from '@opem/domain'
import type { MarketEvent, Reaction, ReactionParts, Rows } from '../follower/reaction.ts'
import { noteBookEntry } from './books/entries.ts'
import { endArrears } from './due/arrears.ts'
import { noteReserves } from './follow-reserves.ts'
import { paymentNotice } from './payment-notices.ts'

type Event = MarketEvent<'Escrow'>
type Of<N extends Event['name']> = Event & { name: N }

/** Purses, payments and reserves, as the escrow tells them. */
export const followEscrow: Reaction<'Escrow'> = {
  // Another name has the past read again: the second one keeps the events of reserves, the third books and months of use.
  name: 'escrow-3',
  contract: 'Escrow',
  async apply(event, rows, parts) {
    switch (event.name) {
      case 'Deposited':
      case 'Withdrawn':
        return purse(event, rows, parts)
      case 'FeesWithdrawn':
        await addFees(rows, parts, event.args.provider, -event.args.amount)
        return
      case 'PaymentHeld':
        return held(event, rows, parts)
      case 'PaymentReleased':
      case 'PaymentDisputed':
      case 'PaymentDecided':
      case 'PaymentLapsed':
      case 'PaymentRefunded':
        return moved(event, rows, parts)
      case 'BankSettled':
        return settled(event, rows, parts)
      case 'Reserved':
      case 'VoucherClaimed':
      case 'ReserveClosing':
      case 'ReserveReclaimed':
        return noteReserves(event, rows, parts)
      default: // the treasury and governance move nobody's money
    }
  },
  async forget(rows) {
    for (const table of ['balances', 'transfers', 'payments', 'payment_events', 'reserves', 'reserve_events'])
      await rows(`DELETE FROM market_${table}`)
    for (const table of ['use_months', 'book_entries']) await rows(`DELETE FROM market_${table}`)
  },
}

/**
 * Adds to what is available to a party, and notes what is there now in its account’s books. A purse that would fall below zero stops the
 * follower: then an event is missing.
 */
export async function addAvailable(rows: Rows, parts: ReactionParts, party: Hex, amount: bigint, event: Event) {
  await add(rows, parts, 'available', party, amount)
  await noteBookEntry(rows, parts.accountOf(party), event)
}

/** Adds to the fees on what a provider earned that the treasury has not had yet. */
export const addFees = (rows: Rows, parts: ReactionParts, provider: Hex, amount: bigint): Promise<void> =>
  add(rows, parts, 'fees', provider, amount)

async function add(
  rows: Rows,
  { accountOf }: ReactionParts,
  to: 'available' | 'fees',
  party: Hex,
  amount: bigint,
): Promise<void> {
  // Not as one statement: what is proposed for insertion must not be negative, even where the row is there already.
  await rows('INSERT INTO market_balances (party, account, available) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING', [
    party.toLowerCase(),
    accountOf(party),
  ])
  await rows(`UPDATE market_balances SET ${to} = ${to} + $2::numeric WHERE party = $1`, [
    party.toLowerCase(),
    amount.toString(),
  ])
}

async function purse(event: Of<'Deposited' | 'Withdrawn'>, rows: Rows, parts: ReactionParts) {
  const { party, amount, balance } = event.args
  const isDeposit = event.name === 'Deposited'
  const account = parts.accountOf(party)
  await addAvailable(rows, parts, party, isDeposit ? amount : -amount, event)
  const [now] = await rows<{ available: string }>('SELECT available::text FROM market_balances WHERE party = $1', [
    party.toLowerCase(),
  ])
  if (now?.available !== balance.toString())
    throw new Error(`the purse of ${party} is ${now?.available} here and ${balance} on the chain`)
  await rows(
    `INSERT INTO market_transfers (transaction, log_index, account, kind, amount, balance, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[event.transaction, event.logIndex, account, isDeposit ? 'deposit' : 'withdrawal'],
      ...[amount.toString(), balance.toString(), event.time],
    ],
  )
}

async function held(event: Of<'PaymentHeld'>, rows: Rows, parts: ReactionParts) {
  const { payment, agreement, consumer, provider, number, amount, feeBps, releasableAt } = event.args
  await addAvailable(rows, parts, consumer, -amount, event)
  await rows(
    `INSERT INTO market_payments (payment, agreement, number, provider, consumer, provider_account, consumer_account, amount,
       fee_bps, due_at, state, held_at, until, changed_at, transaction)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'held', $10, $11, $10, $12)
     ON CONFLICT (payment) DO UPDATE SET state = 'held', held_at = excluded.held_at, until = excluded.until,
       amount = excluded.amount, changed_at = excluded.changed_at, transaction = excluded.transaction`,
    [
      ...[payment, agreement, number, provider.toLowerCase(), consumer.toLowerCase()],
      ...[parts.accountOf(provider), parts.accountOf(consumer), amount.toString(), feeBps],
      ...[event.time, releasableAt, event.transaction],
    ],
  )
  await noteEvent(event, rows, payment, { amount: amount.toString(), until: releasableAt })
  await endArrears(rows, payment, parts.first)
  await paymentNotice(rows, parts, payment, 'held')
}

/** Who a payment is between; the follower hears of a payment's events in their order. */
interface Sides {
  readonly provider: Hex
  readonly consumer: Hex
  readonly state: string
}

type Move = Of<'PaymentReleased' | 'PaymentDisputed' | 'PaymentDecided' | 'PaymentLapsed' | 'PaymentRefunded'>

async function moved(event: Move, rows: Rows, parts: ReactionParts) {
  const { payment } = event.args
  const [sides] = await rows<Sides & Record<string, unknown>>(
    'SELECT provider, consumer, state FROM market_payments WHERE payment = $1',
    [payment],
  )
  if (sides === undefined) throw new Error(`nothing was held for the payment ${payment}`)
  await noteEvent(event, rows, payment, detailOf(event))
  const set = (sql: string, values: readonly unknown[] = []) =>
    rows(`UPDATE market_payments SET changed_at = $2, transaction = $3, ${sql} WHERE payment = $1`, [
      ...[payment, event.time, event.transaction, ...values],
    ])
  switch (event.name) {
    case 'PaymentReleased': {
      const { toProvider, fee } = event.args
      await earn(rows, parts, sides, event)
      await set(`state = 'released', until = NULL, to_provider = to_provider + $4::numeric, fee = fee + $5::numeric`, [
        ...[toProvider.toString(), fee.toString()],
      ])
      return paymentNotice(rows, parts, payment, 'released')
    }
    case 'PaymentDisputed':
      await set(`state = 'disputed', until = $4, reason = $5`, [event.args.decideBy, event.args.reason])
      return paymentNotice(rows, parts, payment, 'disputed')
    case 'PaymentDecided': {
      const { refund, toProvider, fee, reason } = event.args
      await addAvailable(rows, parts, sides.consumer, refund, event)
      await earn(rows, parts, sides, event)
      await set(
        `state = CASE WHEN $4::numeric + $5::numeric = 0 THEN 'returned' ELSE 'released' END, until = NULL,
         to_provider = to_provider + $4::numeric, fee = fee + $5::numeric, refunded = refunded + $6::numeric, decision_reason = $7`,
        [toProvider.toString(), fee.toString(), refund.toString(), reason],
      )
      return paymentNotice(rows, parts, payment, 'decided')
    }
    case 'PaymentLapsed': {
      await addAvailable(rows, parts, sides.consumer, event.args.refund, event)
      await set(`state = 'returned', until = NULL, refunded = refunded + $4::numeric, lapsed = true`, [
        event.args.refund.toString(),
      ])
      return paymentNotice(rows, parts, payment, 'lapsed')
    }
    case 'PaymentRefunded': {
      const { amount } = event.args
      if (sides.state === 'released') await addAvailable(rows, parts, sides.provider, -amount, event)
      await addAvailable(rows, parts, sides.consumer, amount, event)
      await set(
        `refunded = refunded + $4::numeric,
         until = CASE WHEN state = 'held' AND refunded + $4::numeric >= amount THEN NULL ELSE until END,
         state = CASE WHEN state = 'held' AND refunded + $4::numeric >= amount THEN 'returned' ELSE state END`,
        [amount.toString()],
      )
      return paymentNotice(rows, parts, payment, 'refunded')
    }
    default:
      return event satisfies never
  }
}

async function earn(
  rows: Rows,
  parts: ReactionParts,
  { provider }: Sides,
  event: Of<'PaymentReleased' | 'PaymentDecided'>,
) {
  const { toProvider, fee } = event.args
  if (toProvider === 0n && fee === 0n) return
  await addAvailable(rows, parts, provider, toProvider, event)
  await addFees(rows, parts, provider, fee)
}

async function settled(event: Of<'BankSettled'>, rows: Rows, parts: ReactionParts) {
  const { payment, agreement, number, invoice, amount } = event.args
  await rows(
    `INSERT INTO market_payments (payment, agreement, number, provider, consumer, provider_account, consumer_account, amount,
       fee_bps, due_at, state, changed_at, transaction)
     SELECT $1, agreement, $3, provider, consumer, provider_account, consumer_account, (terms ->> 'price')::numeric,
       (terms ->> 'feeBps')::integer, $4, 'settled', $4, $5 FROM market_billing WHERE agreement = $2
     ON CONFLICT (payment) DO UPDATE SET state = 'settled', changed_at = $4, transaction = $5`,
    [payment, agreement, number, event.time, event.transaction],
  )
  await noteEvent(event, rows, payment, { invoice, amount: amount.toString() })
  const [sides] = await rows<{ provider_account: Hex; consumer_account: Hex }>(
    'SELECT provider_account, consumer_account FROM market_payments WHERE payment = $1',
    [payment],
  )
  for (const account of Object.values(sides!)) await noteBookEntry(rows, account, event)
  await endArrears(rows, payment, parts.first)
  await paymentNotice(rows, parts, payment, 'settled')
}

const noteEvent = (event: Event, rows: Rows, payment: string, detail: object) =>
  rows(
    'INSERT INTO market_payment_events (payment, transaction, log_index, at, what, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    [payment, event.transaction, event.logIndex, event.time, event.name, JSON.stringify(detail)],
  )

const detailOf = (event: Move): object =>
  Object.fromEntries(
    Object.entries(event.args)
      .filter(([name]) => name !== 'payment')
      .map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  )
