import { type Hex, INNOVATION_STATES, listingDraftOf } from '@opem/domain'
import { toHex } from 'viem'
import { noteAction } from '../audit-log/note.ts'
import type { MarketEvent, Reaction, ReactionParts, Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import { addDraft } from '../publish/drafts.ts'
import { proposalsOf, readProposal, type StoredProposal } from './proposals.ts'
import { readRequest, type StoredRequest, serviceProviders } from './requests.ts'

type Event = MarketEvent<'OpenInnovation'>
type Of<N extends Event['name']> = Extract<Event, { name: N }>

/** Requests and proposals as the chain has them, and who is told. */
export const followInnovation: Reaction<'OpenInnovation'> = {
  name: 'innovation-1',
  contract: 'OpenInnovation',
  async apply(event, rows, parts) {
    switch (event.name) {
      case 'InnovationRequested':
        return requested(event, rows, parts)
      case 'InnovationProposed':
        return proposed(event, rows, parts)
      case 'RequestStateChanged':
        return requestChanged(event, rows, parts)
      case 'ProposalStateChanged':
        return proposalChanged(event, rows, parts)
      default: // of the proxy and of governance
    }
  },
  async forget(rows) {
    await rows('DELETE FROM market_innovation_proposals WHERE document IS NULL')
    await rows(`UPDATE market_innovation_proposals SET state = 'draft', transaction = NULL`)
    await rows('DELETE FROM market_innovation_requests WHERE document IS NULL')
    await rows(`UPDATE market_innovation_requests SET state = 'draft', chosen = NULL, transaction = NULL`)
  },
}

/** Only the document that was written for this very request by this very account stands behind it. */
async function requested(event: Of<'InnovationRequested'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { request: id, user, content, closesAt } = event.args
  const account = parts.accountOf(user)
  await rows(
    `INSERT INTO market_innovation_requests AS r (id, account, address, content, closes_at, state, created_at, requested_at,
       changed_at, transaction) VALUES ($1, $2, $3, $4, $5, 'open', $6, $6, $6, $7)
     ON CONFLICT (id) DO UPDATE SET state = 'open', requested_at = $6, changed_at = $6, transaction = $7, address = $3,
       account = $2, closes_at = $5, content = $4,
       document = CASE WHEN r.content = $4 AND r.account = $2 AND r.closes_at = $5 THEN r.document END`,
    [id, account, user, content, closesAt, event.time, event.transaction],
  )
  const stored = await readRequest(rows, id)
  if (!parts.first || !stored?.document) return
  for (const provider of await serviceProviders(rows, account)) {
    if (stored.audience !== null && !stored.audience.includes(provider.account)) continue
    await notify(rows, {
      ...{ account: provider.account, kind: 'innovation-requested', about: { request: id } },
      words: {
        title: `A service is asked for: ${stored.document.title}`,
        text: 'Read what is needed, ask, and propose how you would build it before the request closes.',
      },
      link: `/innovation/${id}`,
    })
  }
  await note(event, rows, account, 'innovation.requested', { request: id }, { content })
}

async function proposed(event: Of<'InnovationProposed'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { request, proposal: id, provider, content } = event.args
  const account = parts.accountOf(provider)
  await rows(
    `INSERT INTO market_innovation_proposals AS p (id, request, account, address, content, state, created_at, proposed_at,
       changed_at, transaction) VALUES ($1, $2, $3, $4, $5, 'open', $6, $6, $6, $7)
     ON CONFLICT (id) DO UPDATE SET state = 'open', proposed_at = $6, changed_at = $6, transaction = $7, address = $4,
       request = $2, account = $3, content = $5,
       document = CASE WHEN p.content = $5 AND p.account = $3 AND p.request = $2 THEN p.document END`,
    [id, request, account, provider, content, event.time, event.transaction],
  )
  const [wish, stored] = [await readRequest(rows, request), await readProposal(rows, id)]
  if (!parts.first || !wish?.document || !stored?.document) return
  await tell(rows, wish, wish.account, 'innovation-proposed', id, {
    title: `A proposal for “${wish.document.title}”: ${stored.document.title}`,
    text: 'Compare it with the others, and choose one when you are ready.',
  })
  await note(event, rows, account, 'innovation.proposed', { request, proposal: id }, { content })
}

async function requestChanged(event: Of<'RequestStateChanged'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { request: id, current } = event.args
  const state = INNOVATION_STATES[current] as 'withdrawn' | 'chosen'
  await rows('UPDATE market_innovation_requests SET state = $2, changed_at = $3 WHERE id = $1', [id, state, event.time])
  const wish = await readRequest(rows, id)
  if (!parts.first || !wish?.document) return
  await note(event, rows, wish.account, `innovation.request-${state}`, { request: id })
  if (state !== 'withdrawn') return // the proposal's own event follows and tells who won and who lost
  for (const { account, state: stands, id: proposal } of await onChain(rows, wish))
    if (stands === 'open')
      await tell(rows, wish, account, 'innovation-withdrawn', proposal, {
        title: `The request “${wish.document.title}” was withdrawn`,
        text: 'Nothing will be chosen. What you proposed stays between you and who asked.',
      })
}

async function proposalChanged(event: Of<'ProposalStateChanged'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { request, proposal: id, current } = event.args
  const state = INNOVATION_STATES[current] as 'withdrawn' | 'chosen'
  await rows('UPDATE market_innovation_proposals SET state = $2, changed_at = $3 WHERE id = $1', [
    id,
    state,
    event.time,
  ])
  if (state === 'chosen') await rows('UPDATE market_innovation_requests SET chosen = $2 WHERE id = $1', [request, id])
  const [wish, proposal] = [await readRequest(rows, request), await readProposal(rows, id)]
  if (!parts.first || !wish?.document || !proposal?.document) return
  await note(event, rows, proposal.account, `innovation.proposal-${state}`, { request, proposal: id })
  if (state === 'withdrawn') {
    await tell(rows, wish, wish.account, 'innovation-withdrawn', id, {
      title: `A proposal for “${wish.document.title}” was withdrawn`,
      text: `Its provider took “${proposal.document.title}” back.`,
    })
    return
  }
  if (proposal.listing === null) await draftListing(rows, wish, proposal, event.time)
  await tell(rows, wish, proposal.account, 'innovation-chosen', id, {
    title: `Your proposal for “${wish.document.title}” was chosen`,
    text:
      proposal.listing === null
        ? 'A draft of its listing was made, for this user alone: read it over and submit it, then the user contracts it.'
        : 'The user contracts it under the listing that you named.',
  })
  for (const lost of await onChain(rows, wish))
    if (lost.state === 'open' && lost.id !== id)
      await tell(rows, wish, lost.account, 'innovation-chosen', lost.id, {
        title: `Another proposal for “${wish.document.title}” was chosen`,
        text: 'Thank you for yours. It stays between you and who asked.',
      })
}

const onChain = (rows: Rows, { id }: StoredRequest) => proposalsOf(rows, { request: id, account: '', all: true })

/** The listing of a chosen proposal, as a draft of its provider that nobody but the user will see. */
async function draftListing(rows: Rows, wish: StoredRequest, proposal: StoredProposal, now: number): Promise<void> {
  const listing = toHex(crypto.getRandomValues(new Uint8Array(32))) as Hex
  const document = listingDraftOf(wish.document!, proposal.document!)
  const by = 'marketplace'
  await addDraft(rows, { listing, account: proposal.account, provider: proposal.address, document, by, now })
  await rows(
    `INSERT INTO market_listing_policies (listing, restricted, revision, changed_at) VALUES ($1, true, 1, $2)`,
    [listing, now],
  )
  await rows(
    `INSERT INTO market_listing_access (listing, account, did, added_at, added_by)
     SELECT $1, account, did, $3, $4 FROM accounts WHERE account = $2`,
    [listing, wish.account, now, by],
  )
  await rows('UPDATE market_innovation_proposals SET listing = $2 WHERE id = $1', [proposal.id, listing])
}

const tell = (
  rows: Rows,
  wish: StoredRequest,
  account: Hex,
  kind: 'innovation-proposed' | 'innovation-chosen' | 'innovation-withdrawn',
  proposal: Hex,
  words: { title: string; text: string },
) => notify(rows, { account, kind, about: { request: wish.id, proposal }, words, link: `/innovation/${wish.id}` })

const note = (
  event: Event,
  rows: Rows,
  account: Hex,
  action: `${string}.${string}`,
  about: Record<string, string>,
  detail: Record<string, unknown> = {},
) => noteAction(rows, { by: `chain ${event.transaction}`, account, action, about, detail }, event.time)
