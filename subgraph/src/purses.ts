import { BigInt, Bytes, ethereum } from '@graphprotocol/graph-ts'
import { Agreement, Balance, EscrowEvent, Listing, PlatformFees } from '../generated/schema'
import { eventId } from './ids'

// What moves between purses (contracts/billing/Purses.sol): each sum is kept for the party, the listing and the whole.

/** A party's balance, new when it had none. */
export function balanceOf(party: Bytes): Balance {
  const known = Balance.load(party)
  if (known !== null) return known
  const balance = new Balance(party)
  balance.available = BigInt.zero()
  balance.fees = BigInt.zero()
  balance.deposited = BigInt.zero()
  balance.withdrawn = BigInt.zero()
  balance.spent = BigInt.zero()
  balance.returned = BigInt.zero()
  balance.earned = BigInt.zero()
  balance.feesCharged = BigInt.zero()
  balance.refunded = BigInt.zero()
  return balance
}

export function saveBalance(event: ethereum.Event, balance: Balance): void {
  balance.updatedAt = event.block.timestamp
  balance.save()
}

/** All money of the escrow that emitted the event. */
export function moneyOf(event: ethereum.Event): PlatformFees {
  const known = PlatformFees.load(event.address)
  if (known !== null) return known
  const money = new PlatformFees(event.address)
  money.treasury = Bytes.empty()
  money.due = BigInt.zero()
  money.withdrawn = BigInt.zero()
  money.available = BigInt.zero()
  money.held = BigInt.zero()
  money.reserved = BigInt.zero()
  money.total = BigInt.zero()
  return money
}

/** Takes money out of a consumer's purse, for a payment or a reserve. */
export function spend(event: ethereum.Event, consumer: Bytes, amount: BigInt): void {
  const balance = balanceOf(consumer)
  balance.available = balance.available.minus(amount)
  balance.spent = balance.spent.plus(amount)
  saveBalance(event, balance)
  const money = moneyOf(event)
  money.available = money.available.minus(amount)
  money.save()
}

/** Puts money back into a consumer's purse. */
export function giveBack(event: ethereum.Event, consumer: Bytes, amount: BigInt): void {
  const balance = balanceOf(consumer)
  balance.available = balance.available.plus(amount)
  balance.returned = balance.returned.plus(amount)
  saveBalance(event, balance)
  const money = moneyOf(event)
  money.available = money.available.plus(amount)
  money.save()
}

/** What a provider earned under an agreement, and the fee on it. */
export function earn(event: ethereum.Event, agreement: Bytes, provider: Bytes, toProvider: BigInt, fee: BigInt): void {
  const balance = balanceOf(provider)
  balance.available = balance.available.plus(toProvider)
  balance.earned = balance.earned.plus(toProvider)
  balance.fees = balance.fees.plus(fee)
  balance.feesCharged = balance.feesCharged.plus(fee)
  saveBalance(event, balance)
  const money = moneyOf(event)
  money.available = money.available.plus(toProvider)
  money.due = money.due.plus(fee)
  money.save()
  const listing = listingOf(agreement)
  if (listing === null) return
  listing.earned = listing.earned.plus(toProvider)
  listing.fees = listing.fees.plus(fee)
  listing.save()
}

/** Counts what was given back among the sums of the listing. */
export function noteRefund(agreement: Bytes, amount: BigInt): void {
  const listing = listingOf(agreement)
  if (listing === null) return
  listing.refunded = listing.refunded.plus(amount)
  listing.save()
}

/** A new entry of what happened to money; the caller fills in the rest and saves it. */
export function entryOf(event: ethereum.Event, kind: string, amount: BigInt): EscrowEvent {
  const entry = new EscrowEvent(eventId(event))
  entry.kind = kind
  entry.amount = amount
  entry.toProvider = BigInt.zero()
  entry.fee = BigInt.zero()
  entry.timestamp = event.block.timestamp
  entry.block = event.block.number
  entry.logIndex = event.logIndex.toI32()
  entry.transaction = event.transaction.hash
  return entry
}

/** Null when nothing was said of the agreement: its money counts all the same, rather than that the index stops. */
function listingOf(id: Bytes): Listing | null {
  const agreement = Agreement.load(id)
  return agreement === null ? null : Listing.load(agreement.listing)
}
