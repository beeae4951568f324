import { BigInt, ethereum } from '@graphprotocol/graph-ts'
import { ReserveClosing, Reserved, ReserveReclaimed, VoucherClaimed } from '../generated/Escrow/Escrow'
import { EscrowEvent, Reserve } from '../generated/schema'
import { earn, entryOf, giveBack, moneyOf, spend } from './purses'

export function handleReserved(event: Reserved): void {
  const known = Reserve.load(event.params.agreement)
  const reserve = known === null ? new Reserve(event.params.agreement) : known
  if (known === null) {
    reserve.agreement = event.params.agreement
    reserve.consumer = event.params.consumer
    reserve.provider = event.params.provider
    reserve.claimed = BigInt.zero()
  }
  reserve.key = event.params.key
  reserve.funded = event.params.funded
  reserve.feeBps = event.params.feeBps
  save(event, reserve)
  const amount = event.params.amount
  spend(event, reserve.consumer, amount)
  const money = moneyOf(event)
  money.reserved = money.reserved.plus(amount)
  money.save()
  reserveEntry(event, 'RESERVED', reserve, amount).save()
}

export function handleVoucherClaimed(event: VoucherClaimed): void {
  const reserve = Reserve.load(event.params.agreement)!
  const drawn = event.params.cumulative.minus(reserve.claimed)
  reserve.claimed = event.params.cumulative
  save(event, reserve)
  const money = moneyOf(event)
  money.reserved = money.reserved.minus(drawn)
  money.save()
  earn(event, reserve.agreement, reserve.provider, event.params.toProvider, event.params.fee)
  const entry = reserveEntry(event, 'VOUCHER_CLAIMED', reserve, drawn)
  entry.toProvider = event.params.toProvider
  entry.fee = event.params.fee
  entry.save()
}

export function handleReserveClosing(event: ReserveClosing): void {
  const reserve = Reserve.load(event.params.agreement)!
  reserve.reclaimableAt = event.params.reclaimableAt
  save(event, reserve)
  const entry = reserveEntry(event, 'RESERVE_CLOSING', reserve, BigInt.zero())
  entry.by = event.params.by
  entry.save()
}

export function handleReserveReclaimed(event: ReserveReclaimed): void {
  const reserve = Reserve.load(event.params.agreement)!
  const amount = event.params.amount
  reserve.key = null
  reserve.funded = event.params.funded
  reserve.reclaimableAt = null
  save(event, reserve)
  const money = moneyOf(event)
  money.reserved = money.reserved.minus(amount)
  money.save()
  giveBack(event, reserve.consumer, amount)
  reserveEntry(event, 'RESERVE_RECLAIMED', reserve, amount).save()
}

function save(event: ethereum.Event, reserve: Reserve): void {
  reserve.updatedAt = event.block.timestamp
  reserve.save()
}

function reserveEntry(event: ethereum.Event, kind: string, reserve: Reserve, amount: BigInt): EscrowEvent {
  const entry = entryOf(event, kind, amount)
  entry.agreement = reserve.agreement
  entry.consumer = reserve.consumer
  entry.provider = reserve.provider
  return entry
}
