import { BigInt, ethereum } from '@graphprotocol/graph-ts'
import {
  BankSettled,
  Deposited,
  FeesWithdrawn,
  PaymentDecided,
  PaymentDisputed,
  PaymentHeld,
  PaymentLapsed,
  PaymentRefunded,
  PaymentReleased,
  TreasuryChanged,
  Withdrawn,
} from '../generated/Escrow/Escrow'
import { BankSettlement, EscrowEvent, Payment } from '../generated/schema'
import { wordsOf } from './ids'
import { balanceOf, earn, entryOf, giveBack, moneyOf, noteRefund, saveBalance, spend } from './purses'

// Reserves are a part of the escrow.
export { handleReserveClosing, handleReserved, handleReserveReclaimed, handleVoucherClaimed } from './reserves'

/** As the contract counts them; 0 is none. */
const STATES: string[] = ['', 'HELD', 'DISPUTED', 'RELEASED', 'RETURNED']

export function handleTreasuryChanged(event: TreasuryChanged): void {
  const money = moneyOf(event)
  money.treasury = event.params.current
  money.save()
}

export function handleDeposited(event: Deposited): void {
  const amount = event.params.amount
  const balance = balanceOf(event.params.party)
  balance.available = balance.available.plus(amount)
  balance.deposited = balance.deposited.plus(amount)
  saveBalance(event, balance)
  const money = moneyOf(event)
  money.available = money.available.plus(amount)
  money.total = money.total.plus(amount)
  money.save()
  const entry = entryOf(event, 'DEPOSITED', amount)
  entry.consumer = event.params.party
  entry.by = event.params.from
  entry.save()
}

export function handleWithdrawn(event: Withdrawn): void {
  const amount = event.params.amount
  const balance = balanceOf(event.params.party)
  balance.available = balance.available.minus(amount)
  balance.withdrawn = balance.withdrawn.plus(amount)
  saveBalance(event, balance)
  const money = moneyOf(event)
  money.available = money.available.minus(amount)
  money.total = money.total.minus(amount)
  money.save()
  const entry = entryOf(event, 'WITHDRAWN', amount)
  entry.consumer = event.params.party
  entry.by = event.params.to
  entry.save()
}

export function handleFeesWithdrawn(event: FeesWithdrawn): void {
  const amount = event.params.amount
  const balance = balanceOf(event.params.provider)
  balance.fees = balance.fees.minus(amount)
  saveBalance(event, balance)
  const money = moneyOf(event)
  money.due = money.due.minus(amount)
  money.withdrawn = money.withdrawn.plus(amount)
  money.total = money.total.minus(amount)
  money.save()
  const entry = entryOf(event, 'FEES_WITHDRAWN', amount)
  entry.provider = event.params.provider
  entry.by = event.params.treasury
  entry.save()
}

export function handlePaymentHeld(event: PaymentHeld): void {
  const amount = event.params.amount
  const payment = new Payment(event.params.payment)
  payment.agreement = event.params.agreement
  payment.consumer = event.params.consumer
  payment.provider = event.params.provider
  payment.number = event.params.number
  payment.amount = amount
  payment.rest = amount
  payment.feeBps = event.params.feeBps
  payment.state = 'HELD'
  payment.until = event.params.releasableAt
  payment.toProvider = BigInt.zero()
  payment.fee = BigInt.zero()
  payment.refunded = BigInt.zero()
  payment.heldAt = event.block.timestamp
  payment.updatedAt = event.block.timestamp
  payment.save()
  spend(event, payment.consumer, amount)
  const money = moneyOf(event)
  money.held = money.held.plus(amount)
  money.save()
  paymentEntry(event, 'PAYMENT_HELD', payment, amount).save()
}

export function handlePaymentReleased(event: PaymentReleased): void {
  const payment = Payment.load(event.params.payment)!
  payment.state = 'RELEASED'
  release(event, payment, event.params.toProvider, event.params.fee)
  const entry = paymentEntry(event, 'PAYMENT_RELEASED', payment, BigInt.zero())
  entry.toProvider = event.params.toProvider
  entry.fee = event.params.fee
  entry.by = event.params.by
  entry.save()
}

export function handlePaymentDisputed(event: PaymentDisputed): void {
  const payment = Payment.load(event.params.payment)!
  payment.state = 'DISPUTED'
  payment.until = event.params.decideBy
  payment.updatedAt = event.block.timestamp
  payment.save()
  const entry = paymentEntry(event, 'PAYMENT_DISPUTED', payment, BigInt.zero())
  entry.reason = wordsOf(event.params.reason)
  entry.save()
}

export function handlePaymentDecided(event: PaymentDecided): void {
  const payment = Payment.load(event.params.payment)!
  returnHeld(event, payment, event.params.refund)
  payment.state = payment.rest.isZero() ? 'RETURNED' : 'RELEASED'
  release(event, payment, event.params.toProvider, event.params.fee)
  const entry = paymentEntry(event, 'PAYMENT_DECIDED', payment, event.params.refund)
  entry.toProvider = event.params.toProvider
  entry.fee = event.params.fee
  entry.by = event.params.by
  entry.reason = wordsOf(event.params.reason)
  entry.save()
}

export function handlePaymentLapsed(event: PaymentLapsed): void {
  const payment = Payment.load(event.params.payment)!
  returnHeld(event, payment, event.params.refund)
  payment.state = 'RETURNED'
  payment.updatedAt = event.block.timestamp
  payment.save()
  paymentEntry(event, 'PAYMENT_LAPSED', payment, event.params.refund).save()
}

export function handlePaymentRefunded(event: PaymentRefunded): void {
  const payment = Payment.load(event.params.payment)!
  const amount = event.params.amount
  if (STATES[event.params.previous] == 'HELD') returnHeld(event, payment, amount)
  else {
    const provider = balanceOf(payment.provider)
    provider.available = provider.available.minus(amount)
    provider.refunded = provider.refunded.plus(amount)
    saveBalance(event, provider)
    const money = moneyOf(event)
    money.available = money.available.minus(amount)
    money.save()
    giveBack(event, payment.consumer, amount)
    noteRefund(payment.agreement, amount)
    payment.rest = payment.rest.minus(amount)
    payment.refunded = payment.refunded.plus(amount)
  }
  payment.state = STATES[event.params.current]
  payment.updatedAt = event.block.timestamp
  payment.save()
  paymentEntry(event, 'PAYMENT_REFUNDED', payment, amount).save()
}

export function handleBankSettled(event: BankSettled): void {
  const settlement = new BankSettlement(event.params.payment)
  settlement.agreement = event.params.agreement
  settlement.number = event.params.number
  settlement.invoice = event.params.invoice
  settlement.amount = event.params.amount
  settlement.timestamp = event.block.timestamp
  settlement.transaction = event.transaction.hash
  settlement.save()
  // No payment of the escrow: the amount stands with the settlement.
  const entry = entryOf(event, 'BANK_SETTLED', BigInt.zero())
  entry.agreement = event.params.agreement
  entry.save()
}

/** Gives a part of what is held back to the consumer. The caller saves the payment. */
function returnHeld(event: ethereum.Event, payment: Payment, amount: BigInt): void {
  const money = moneyOf(event)
  money.held = money.held.minus(amount)
  money.save()
  giveBack(event, payment.consumer, amount)
  noteRefund(payment.agreement, amount)
  payment.rest = payment.rest.minus(amount)
  payment.refunded = payment.refunded.plus(amount)
}

/** The provider earns what was held; saves the payment. */
function release(event: ethereum.Event, payment: Payment, toProvider: BigInt, fee: BigInt): void {
  const money = moneyOf(event)
  money.held = money.held.minus(toProvider).minus(fee)
  money.save()
  earn(event, payment.agreement, payment.provider, toProvider, fee)
  payment.toProvider = toProvider
  payment.fee = fee
  payment.updatedAt = event.block.timestamp
  payment.save()
}

function paymentEntry(event: ethereum.Event, kind: string, payment: Payment, amount: BigInt): EscrowEvent {
  const entry = entryOf(event, kind, amount)
  entry.payment = payment.id
  entry.agreement = payment.agreement
  entry.consumer = payment.consumer
  entry.provider = payment.provider
  return entry
}
