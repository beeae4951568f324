import { contentDigest, type Hex, type ListingDocument } from '@opem/domain'
import { sha256, toHex } from 'viem'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import { compositionBehind } from '../composition/served-chain.ts'
import { notify } from '../notifications/notify.ts'
import { readDraftedDocument } from './document.ts'
import {
  addDraft,
  changeState,
  type Draft,
  type DraftDocument,
  dropDraft,
  lockDraft,
  type Rows,
  saveDraft,
} from './drafts.ts'
import { type Actor, addressOfAccount, mayOffer, ownDraft } from './owner.ts'
import { addSubmission, lastSubmission, moveSubmission } from './submissions.ts'

/** A step of a provider, in a transaction of its own. `now` is seconds since 1970. */
interface Step {
  readonly actor: Actor
  readonly listing: Hex
  readonly now: number
}

const about = (listing: Hex) => ({ listing })

/** Begins a listing. @throws Refusal ERR_ACCOUNT_WITHOUT_ADDRESS, ERR_NOT_ALLOWED, ERR_TOO_MANY_DRAFTS */
export async function begin(
  rows: Rows,
  { actor, document, now }: { actor: Actor; document: DraftDocument; now: number },
): Promise<Hex> {
  const provider = addressOfAccount(actor)
  mayOffer(actor, document.kind ?? 'analytic')
  const [{ open } = { open: 0 }] = await rows<{ open: number }>(
    `SELECT count(*)::int AS open FROM market_drafts WHERE account = $1 AND version = 1 AND state <> 'published'`,
    [actor.account],
  )
  if (open >= MOST_DRAFTS)
    throw new Refusal(
      409,
      'ERR_TOO_MANY_DRAFTS',
      `the account has ${open} listings that were never published, and may have ${MOST_DRAFTS}; discard some first`,
    )
  const listing = toHex(crypto.getRandomValues(new Uint8Array(32)))
  await addDraft(rows, { ...about(listing), account: actor.account, provider, document, by: actor.did, now })
  await noteAction(
    rows,
    { by: actor.did, account: actor.account, action: 'listing.drafted', about: about(listing) },
    now,
  )
  return listing
}

const MOST_DRAFTS = 200

/** Saves what is drafted. `revision` is the one that was changed. @throws Refusal ERR_DRAFT_STATE, ERR_DRAFT_CHANGED */
export async function save(
  rows: Rows,
  { actor, listing, now, revision, document }: Step & { revision: number; document: DraftDocument },
): Promise<Draft> {
  const draft = ownDraft(await lockDraft(rows, listing), actor)
  mayOffer(actor, document.kind ?? draft.document.kind ?? 'analytic')
  if (draft.state !== 'draft' && draft.state !== 'rejected')
    throw new Refusal(409, 'ERR_DRAFT_STATE', `the listing is ${draft.state}; ${wayBack(draft.state)}`)
  if (draft.revision !== revision)
    throw new Refusal(
      409,
      'ERR_DRAFT_CHANGED',
      `revision ${revision} was changed, but ${draft.revision} is the newest: somebody saved meanwhile; read it again`,
    )
  const next = { ...draft, document, revision: revision + 1, changedAt: now }
  await saveDraft(rows, { ...next, by: actor.did, now })
  return next
}

const wayBack = (state: Draft['state']) =>
  state === 'published' ? 'begin an update first' : 'withdraw it before you change it'

/**
 * Applies to be published. The chain of a composed service is the account's own approved composition.
 * @throws Refusal ERR_DRAFT_STATE, ERR_DRAFT_CHANGED, ERR_LISTING_INCOMPLETE, and those of `compositionBehind`
 */
export async function submit(
  rows: Rows,
  { actor, listing, now, revision }: Step & { revision: number },
): Promise<{ content: Hex; document: ListingDocument }> {
  const draft = ownDraft(await lockDraft(rows, listing), actor)
  mayOffer(actor, draft.document.kind)
  if (draft.state !== 'draft' && draft.state !== 'rejected')
    throw new Refusal(409, 'ERR_DRAFT_STATE', `the listing is ${draft.state}; only a draft is submitted`)
  if (draft.revision !== revision)
    throw new Refusal(
      409,
      'ERR_DRAFT_CHANGED',
      `revision ${revision} was submitted, but ${draft.revision} is the newest`,
    )
  if (draft.chain?.state === 'removed')
    throw new Refusal(409, 'ERR_LISTING_REMOVED', 'the listing was removed for ever; begin another')
  const read = readDraftedDocument(draft)
  if ('problems' in read)
    throw new Refusal(
      409,
      'ERR_LISTING_INCOMPLETE',
      `${read.problems.length === 1 ? 'one field is' : `${read.problems.length} fields are`} not as needed: ${read.problems
        .slice(0, 10)
        .map(({ path, message }) => `${path || 'the document'}: ${message}`)
        .join('; ')}`,
    )
  if (read.document.chain) await compositionBehind(rows, read.document.chain, actor.account)
  const content = contentDigest(read.document, sha256)
  await addSubmission(rows, { listing, version: draft.version, document: read.document, content, by: actor.did, now })
  await changeState(rows, listing, 'submitted', now)
  await notify(rows, {
    account: 'operator',
    kind: 'listing-submitted',
    about: about(listing),
    words: {
      title: `A listing waits for review: ${read.document.title}`,
      text: `Version ${draft.version} was submitted. Check it against the checklist, then approve or reject it.`,
    },
    link: `/review/${listing}`,
  })
  await noteAction(
    rows,
    {
      ...{ by: actor.did, account: actor.account, action: 'listing.submitted', about: about(listing) },
      detail: { version: draft.version, content },
    },
    now,
  )
  return { content, document: read.document }
}

/** Takes an application back; what is drafted can be changed again. @throws Refusal ERR_DRAFT_STATE */
export async function withdraw(rows: Rows, { actor, listing, now }: Step): Promise<void> {
  const draft = ownDraft(await lockDraft(rows, listing), actor)
  const last = await lastSubmission(rows, listing)
  const moved =
    last !== undefined && (await moveSubmission(rows, { id: last.id, from: ['waiting', 'approved'], to: 'withdrawn' }))
  if (!moved)
    throw new Refusal(409, 'ERR_DRAFT_STATE', `the listing is ${draft.state}; nothing waits that could be withdrawn`)
  await changeState(rows, listing, 'draft', now)
  await noteAction(
    rows,
    { by: actor.did, account: actor.account, action: 'listing.withdrawn', about: about(listing) },
    now,
  )
}

/** Begins the next version from the published one. @throws Refusal ERR_DRAFT_STATE, ERR_LISTING_REMOVED */
export async function beginUpdate(rows: Rows, { actor, listing, now }: Step): Promise<void> {
  const draft = ownDraft(await lockDraft(rows, listing), actor)
  if (draft.state !== 'published' || draft.chain === null)
    throw new Refusal(409, 'ERR_DRAFT_STATE', `the listing is ${draft.state}; only a published one is updated`)
  if (draft.chain.state === 'removed')
    throw new Refusal(409, 'ERR_LISTING_REMOVED', 'the listing was removed for ever; begin another')
  const next = { ...draft, state: 'draft' as const, version: draft.chain.version + 1, revision: draft.revision + 1 }
  await saveDraft(rows, { ...next, by: actor.did, now })
  await noteAction(
    rows,
    {
      ...{ by: actor.did, account: actor.account, action: 'listing.update-begun', about: about(listing) },
      detail: { version: next.version },
    },
    now,
  )
}

/** Drops what was never published, or goes back to the published version. @throws Refusal ERR_DRAFT_STATE */
export async function discard(
  rows: Rows,
  { actor, listing, now, published }: Step & { published: DraftDocument | undefined },
): Promise<void> {
  const draft = ownDraft(await lockDraft(rows, listing), actor)
  if (draft.state !== 'draft' && draft.state !== 'rejected')
    throw new Refusal(409, 'ERR_DRAFT_STATE', `the listing is ${draft.state}; ${wayBack(draft.state)}`)
  if (draft.chain === null || published === undefined) await dropDraft(rows, listing)
  else {
    const { version } = draft.chain
    const back = { ...draft, state: 'published' as const, version, document: published, revision: draft.revision + 1 }
    await saveDraft(rows, { ...back, by: actor.did, now })
  }
  await noteAction(
    rows,
    { by: actor.did, account: actor.account, action: 'listing.discarded', about: about(listing) },
    now,
  )
}
