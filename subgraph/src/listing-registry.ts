import { Address, BigInt, ethereum } from '@graphprotocol/graph-ts'
import {
  ListingHandedOver,
  ListingOffered,
  ListingPublished,
  ListingStateChanged,
} from '../generated/ListingRegistry/ListingRegistry'
import { Listing, ListingEvent, ListingVersion } from '../generated/schema'
import { eventId, numberedId, wordsOf } from './ids'

const KINDS: string[] = ['ANALYTIC', 'DATA', 'ENERGY_GRID', 'COMPOSED']
/** As the contract counts them; 0 is none. */
const STATES: string[] = ['', 'PUBLISHED', 'STOPPED', 'SUSPENDED', 'REMOVED']

export function handleListingPublished(event: ListingPublished): void {
  const known = Listing.load(event.params.listing)
  const listing = known === null ? new Listing(event.params.listing) : known
  if (known === null) {
    listing.provider = event.params.provider
    listing.kind = KINDS[event.params.kind]
    listing.state = 'PUBLISHED'
    listing.agreementCount = 0
    listing.earned = BigInt.zero()
    listing.fees = BigInt.zero()
    listing.refunded = BigInt.zero()
    listing.publishedAt = event.block.timestamp
  }
  listing.version = event.params.version.toI32()
  listing.content = event.params.content
  const entry = entryOf(event, listing, 'PUBLISHED')
  if (known === null) {
    entry.previousState = null
    entry.previousProvider = null
  }
  save(event, listing, entry)

  const version = new ListingVersion(numberedId(listing.id, listing.version))
  version.listing = listing.id
  version.version = listing.version
  version.provider = listing.provider
  version.content = listing.content
  version.previousContent = wordsOf(event.params.previousContent)
  version.providerContract = event.params.providerContract
  version.approver = event.params.approver
  version.publishedAt = event.block.timestamp
  version.block = event.block.number
  version.transaction = event.transaction.hash
  version.save()
}

export function handleListingStateChanged(event: ListingStateChanged): void {
  const listing = Listing.load(event.params.listing)!
  const entry = entryOf(event, listing, 'STATE_CHANGED')
  entry.by = event.params.by
  entry.reason = wordsOf(event.params.reason)
  const state = STATES[event.params.current]
  if (state == 'SUSPENDED') listing.resumesAs = listing.state
  // What is removed keeps what it would have resumed as, as the contract does.
  else if (state != 'REMOVED') listing.resumesAs = null
  if (state == 'REMOVED') listing.offeredTo = null
  listing.state = state
  save(event, listing, entry)
}

export function handleListingOffered(event: ListingOffered): void {
  const listing = Listing.load(event.params.listing)!
  const entry = entryOf(event, listing, 'OFFERED')
  if (event.params.to.equals(Address.zero())) listing.offeredTo = null
  else listing.offeredTo = event.params.to
  entry.to = listing.offeredTo
  save(event, listing, entry)
}

export function handleListingHandedOver(event: ListingHandedOver): void {
  const listing = Listing.load(event.params.listing)!
  const entry = entryOf(event, listing, 'HANDED_OVER')
  listing.provider = event.params.current
  listing.offeredTo = null
  save(event, listing, entry)
}

/** A new entry that knows what was before; `save` adds what is after. */
function entryOf(event: ethereum.Event, listing: Listing, kind: string): ListingEvent {
  const entry = new ListingEvent(eventId(event))
  entry.listing = listing.id
  entry.kind = kind
  entry.previousState = listing.state
  entry.previousProvider = listing.provider
  entry.timestamp = event.block.timestamp
  entry.block = event.block.number
  entry.logIndex = event.logIndex.toI32()
  entry.transaction = event.transaction.hash
  return entry
}

function save(event: ethereum.Event, listing: Listing, entry: ListingEvent): void {
  listing.updatedAt = event.block.timestamp
  listing.save()
  entry.state = listing.state
  entry.provider = listing.provider
  entry.version = listing.version
  entry.save()
}
