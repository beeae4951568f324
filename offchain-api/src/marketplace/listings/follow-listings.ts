import type { MarketEvent, Reaction, ReactionParts, Rows } from '../follower/reaction.ts'
import { forgetIndex, indexListings } from '../search/index-listings.ts'
import { documentOf } from './document-of.ts'
import { listingKind, listingState } from './states.ts'

type Event = MarketEvent<'ListingRegistry'>

const NOBODY = '0x0000000000000000000000000000000000000000'

/** Listings and their versions, as the registry tells them. */
export const followListings: Reaction<'ListingRegistry'> = {
  name: 'listings',
  contract: 'ListingRegistry',
  async apply(event, rows, parts) {
    await note(event, rows, parts)
    if ('listing' in event.args) await indexListings(rows, [event.args.listing])
  },
  async forget(rows) {
    await rows('DELETE FROM market_listings')
    await forgetIndex(rows)
  },
}

async function note(event: Event, rows: Rows, parts: ReactionParts): Promise<void> {
  switch (event.name) {
    case 'ListingPublished':
      return published(event, rows, parts)
    case 'ListingStateChanged':
      await rows(
        `UPDATE market_listings SET state = $2, state_by = $3, state_reason = $4, updated_at = $5,
             offered_to = CASE WHEN $2 = 'removed' THEN NULL ELSE offered_to END
           WHERE listing = $1`,
        [event.args.listing, listingState(event.args.current), event.args.by, event.args.reason, event.time],
      )
      return
    case 'ListingOffered':
      await rows('UPDATE market_listings SET offered_to = $2 WHERE listing = $1', [
        event.args.listing,
        event.args.to === NOBODY ? null : event.args.to,
      ])
      return
    case 'ListingHandedOver':
      await rows(
        'UPDATE market_listings SET provider = $2, account = $3, offered_to = NULL, updated_at = $4 WHERE listing = $1',
        [event.args.listing, event.args.current, parts.accountOf(event.args.current), event.time],
      )
      return
    default: // events of the proxy and of governance change no listing
  }
}

async function published(event: Event & { name: 'ListingPublished' }, rows: Rows, parts: ReactionParts) {
  const { listing, provider, kind, version, content, providerContract, approver } = event.args
  const { document, unreadable } = await documentOf(parts.content, content)
  const stored = document === undefined ? null : JSON.stringify(document)
  await rows(
    `INSERT INTO market_listings
       (listing, provider, account, kind, state, version, content, provider_contract, document, published_at, updated_at)
     VALUES ($1, $2, $3, $4, 'published', $5, $6, $7, $8, $9, $9)
     ON CONFLICT (listing) DO UPDATE SET
       version = excluded.version, content = excluded.content, provider_contract = excluded.provider_contract,
       document = excluded.document, updated_at = excluded.updated_at`,
    [
      ...[listing, provider, parts.accountOf(provider), listingKind(kind), version, content, providerContract],
      ...[stored, event.time],
    ],
  )
  await rows(
    `INSERT INTO market_listing_versions
       (listing, version, content, provider_contract, approver, document, unreadable, published_at, transaction)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[listing, version, content, providerContract, approver],
      ...[stored, unreadable, event.time, event.transaction],
    ],
  )
}
