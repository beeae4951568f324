import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import { PricesCommitted, PricesRestated } from '../generated/PriceBook/PriceBook'
import { PriceSegment, PriceStatement } from '../generated/schema'
import { eventId, startId } from './ids'

export function handlePricesCommitted(event: PricesCommitted): void {
  const segment = new PriceSegment(startId(event.params.series, event.params.from.toU64()))
  segment.series = event.params.series
  segment.from = event.params.from
  segment.until = event.params.until
  segment.hash = event.params.hash
  segment.revision = 0
  segment.save()
  state(event, segment, null)
}

export function handlePricesRestated(event: PricesRestated): void {
  const segment = PriceSegment.load(startId(event.params.series, event.params.from.toU64()))!
  segment.hash = event.params.hash
  segment.revision = event.params.revision.toI32()
  segment.save()
  state(event, segment, event.params.previous)
}

function state(event: ethereum.Event, segment: PriceSegment, previous: Bytes | null): void {
  const statement = new PriceStatement(eventId(event))
  statement.segment = segment.id
  statement.revision = segment.revision
  statement.previous = previous
  statement.hash = segment.hash
  statement.timestamp = event.block.timestamp
  statement.block = event.block.number
  statement.transaction = event.transaction.hash
  statement.save()
}
