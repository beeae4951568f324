import { formatInstant, type Hex } from '@opem/domain'
import { noteAction } from '../audit-log/note.ts'
import { wantLine } from '../contract-lines/want-line.ts'
import { endOffers } from '../contracting/end-offers.ts'
import type { MarketEvent, Reaction, ReactionParts, Rows } from '../follower/reaction.ts'
import { listingState } from '../listings/states.ts'
import { notify } from '../notifications/notify.ts'
import type { ListingState } from './drafts.ts'
import { tellUsers } from './tell-users.ts'

type Event = MarketEvent<'ListingRegistry'>

/**
 * What the registry says about listings that were drafted here: published is published, the provider's account gets the
 * contract line, and both sides are told what happens to it. After the listings themselves (follow-listings.ts).
 */
export const followPublishing: Reaction<'ListingRegistry'> = {
  name: 'publishing',
  contract: 'ListingRegistry',
  async apply(event, rows, parts) {
    switch (event.name) {
      case 'ListingPublished':
        return published(event, rows, parts)
      case 'ListingStateChanged':
        return stateChanged(event, rows, parts)
      case 'ListingOffered':
        return offered(event, rows, parts)
      case 'ListingHandedOver':
        return handedOver(event, rows, parts)
      default: // events of the proxy and of governance change no listing
    }
  },
  async forget(rows) {
    // Approvals stay good on a chain that tells another past: they can be published there.
    await rows(`UPDATE market_submissions SET state = 'approved' WHERE state = 'published' AND id IN
      (SELECT max(id) FROM market_submissions GROUP BY listing)`)
    await rows(`UPDATE market_drafts d SET state = 'approved' WHERE state = 'published' AND EXISTS
      (SELECT 1 FROM market_submissions s WHERE s.listing = d.listing AND s.state = 'approved')`)
  },
}

/** Above every version: the contract counts them in 32 bits. */
const ALL_VERSIONS = 2 ** 32

const about = (listing: Hex) => ({ listing })
const by = ({ transaction }: Event): `chain ${string}` => `chain ${transaction}`

async function published(event: Event & { name: 'ListingPublished' }, rows: Rows, parts: ReactionParts) {
  const { listing, provider, kind, version, content, providerContract } = event.args
  const [submission] = await rows<{ title: string }>(
    `UPDATE market_submissions SET state = 'published'
     WHERE listing = $1 AND version = $2 AND content = $3 AND approval IS NOT NULL AND state <> 'published'
     RETURNING document->>'title' AS title`,
    [listing, version, content],
  )
  // What else waits for this version can be published no more.
  await rows(
    `UPDATE market_submissions SET state = 'withdrawn'
     WHERE listing = $1 AND version <= $2 AND state IN ('waiting', 'approved')`,
    [listing, version],
  )
  // Published although it had been withdrawn: what was drafted meanwhile gives way, the newest revisions keep it.
  await rows(
    `UPDATE market_drafts d SET state = 'published', version = $2, changed_at = $4, document = coalesce(
       (SELECT s.document FROM market_submissions s WHERE s.listing = $1 AND s.content = $3 ORDER BY s.id DESC LIMIT 1),
       d.document)
     WHERE listing = $1 AND version <= $2`,
    [listing, version, content, event.time],
  )
  if (!parts.first) return
  const account = parts.accountOf(provider)
  await endOffers(rows, {
    ...{ listing, below: version, now: event.time },
    why: `The listing was updated to version ${version} before the offer was concluded. Make a new offer under it.`,
  })
  if (version === 1) await wantProviderLine(rows, { account, listing, kind, time: event.time })
  await notify(rows, {
    account,
    kind: 'listing-published',
    about: about(listing),
    words: {
      title: `Published: ${submission?.title ?? 'your listing'}`,
      text: await whatFollows(rows, listing, version),
    },
    link: `/services/${listing}`,
  })
  await noteAction(
    rows,
    {
      ...{ by: by(event), account, action: 'listing.published', about: about(listing) },
      detail: { version, content, providerContract },
    },
    event.time,
  )
}

/** A version can be published while nothing is contracted under the listing: then it is not open by this. */
async function whatFollows(rows: Rows, listing: Hex, version: number): Promise<string> {
  const [{ state } = { state: 'published' }] = await rows<{ state: ListingState }>(
    'SELECT state FROM market_listings WHERE listing = $1',
    [listing],
  )
  const closed = `Version ${version} takes the place of the one before. The listing is ${state}: nothing new is contracted until`
  if (state === 'stopped') return `${closed} you start it again.`
  if (state === 'suspended') return `${closed} the operator reinstates it.`
  return `Version ${version} can be found and contracted now.`
}

/** Being a provider is a contract with the marketplace: a line of the account's credential, once for each listing and provider. */
const wantProviderLine = (rows: Rows, it: { account: Hex; listing: Hex; kind: number; time: number }) =>
  wantLine(rows, {
    ...{ account: it.account, contract: it.listing, role: 'provider' },
    kind: it.kind === 1 ? 'data' : 'service',
    since: formatInstant(it.time),
  })

const KINDS = {
  published: 'listing-stopped',
  stopped: 'listing-stopped',
  suspended: 'listing-suspended',
  removed: 'listing-removed',
} as const satisfies Record<ListingState, string>

const WORDS: Record<ListingState, string> = {
  published: 'It can be found and contracted again.',
  stopped: 'Nothing new is contracted under it until it is started again.',
  suspended: 'The operator suspended it: nothing new is contracted under it.',
  removed: 'It was removed for ever. Agreements under it go on.',
}

async function stateChanged(event: Event & { name: 'ListingStateChanged' }, rows: Rows, { first }: ReactionParts) {
  if (!first) return
  const { listing, previous, current, reason } = event.args
  const [of] = await rows<{ account: Hex; title: string | null; words: string | null }>(
    `SELECT l.account, l.document->>'title' AS title, r.words FROM market_listings l
       LEFT JOIN market_listing_reasons r ON r.listing = l.listing AND r.digest = $2 WHERE l.listing = $1`,
    [listing, reason],
  )
  if (of === undefined) return
  const [before, now] = [listingState(previous), listingState(current)]
  await notify(rows, {
    account: of.account,
    kind: before === 'suspended' && now !== 'removed' ? 'listing-suspended' : KINDS[now],
    about: about(listing),
    words: {
      title: `${now === 'published' ? 'Open again' : `Now ${now}`}: ${of.title ?? 'your listing'}`,
      text: of.words === null ? WORDS[now] : `${WORDS[now]} Reason: ${of.words}`,
    },
    link: `/services/${listing}/manage`,
  })
  if (now === 'removed')
    await endOffers(rows, {
      ...{ listing, below: ALL_VERSIONS, now: event.time },
      why: 'The listing was removed before the offer was concluded. Nothing is contracted under it any more.',
    })
  await tellUsers(rows, { listing, title: of.title, before, now, reason: of.words, time: event.time })
  await noteAction(
    rows,
    {
      ...{ by: by(event), account: of.account, action: 'listing.state-changed', about: about(listing) },
      detail: { before, now, by: event.args.by, reason },
    },
    event.time,
  )
}

const NOBODY = '0x0000000000000000000000000000000000000000'

async function offered(event: Event & { name: 'ListingOffered' }, rows: Rows, parts: ReactionParts) {
  if (!parts.first) return
  const { listing, from, to } = event.args
  if (to !== NOBODY)
    await notify(rows, {
      account: parts.accountOf(to),
      kind: 'listing-offered',
      about: about(listing),
      words: {
        title: 'A listing is offered to you',
        text: 'Its provider offers to hand it over. Look at it, and accept it from your wallet if you want it.',
      },
      link: `/services/${listing}/manage`,
    })
  await noteAction(
    rows,
    {
      ...{ by: by(event), account: parts.accountOf(from), action: 'listing.offered', about: about(listing) },
      detail: { to },
    },
    event.time,
  )
}

async function handedOver(event: Event & { name: 'ListingHandedOver' }, rows: Rows, parts: ReactionParts) {
  // What was approved is approved for the provider before: the contract takes it from nobody now.
  await rows(`UPDATE market_submissions SET state = 'withdrawn' WHERE listing = $1 AND state = 'approved'`, [
    event.args.listing,
  ])
  await rows(`UPDATE market_drafts SET state = 'draft', changed_at = $2 WHERE listing = $1 AND state = 'approved'`, [
    ...[event.args.listing, event.time],
  ])
  if (!parts.first) return
  const { listing, previous, current } = event.args
  const [before, now] = [parts.accountOf(previous), parts.accountOf(current)]
  const [{ kind } = { kind: 'analytic' }] = await rows<{ kind: string }>(
    'SELECT kind FROM market_listings WHERE listing = $1',
    [listing],
  )
  await wantProviderLine(rows, { account: now, listing, kind: kind === 'data' ? 1 : 0, time: event.time })
  await endOffers(rows, {
    ...{ listing, below: ALL_VERSIONS, now: event.time },
    why: 'The listing was handed over to another provider before the offer was concluded. Make a new offer to them.',
  })
  for (const account of [before, now])
    await notify(rows, {
      account,
      kind: 'listing-offered',
      about: about(listing),
      words: {
        title: account === now ? 'A listing is yours now' : 'A listing was handed over',
        text: 'Agreements that were concluded stay with who concluded them.',
      },
      link: account === now ? `/services/${listing}/manage` : '/services',
    })
  await noteAction(
    rows,
    {
      ...{ by: by(event), account: now, action: 'listing.handed-over', about: about(listing) },
      detail: { previous, current },
    },
    event.time,
  )
}
