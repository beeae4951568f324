import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import { CommunityEvent } from '../generated/schema'
import { eventId } from './ids'

/** A new entry of a community's diary, to be completed and saved by the caller. */
export function record(event: ethereum.Event, community: Bytes, kind: string): CommunityEvent {
  const entry = new CommunityEvent(eventId(event))
  entry.community = community
  entry.kind = kind
  entry.timestamp = event.block.timestamp
  entry.block = event.block.number
  entry.transaction = event.transaction.hash
  return entry
}
