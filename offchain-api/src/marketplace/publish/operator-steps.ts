import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import { notify } from '../notifications/notify.ts'
import { changeState, lockDraft, type Rows } from './drafts.ts'
import { type ChecklistItem, checklistInForce } from './process.ts'
import { type Check, lastSubmission, moveSubmission, noteDecision, type Submission } from './submissions.ts'

interface Decision {
  readonly listing: Hex
  /** DID of who decides. */
  readonly by: string
  readonly checks: readonly Check[]
  readonly now: number
}

const about = (listing: Hex) => ({ listing })

/** Sends an application back with a reason for each item that is not right. @throws Refusal ERR_NOT_WAITING, ERR_CHECKS, ERR_REASON */
export async function reject(rows: Rows, { listing, by, checks, reason, now }: Decision & { reason: string }) {
  const { submission, account } = await waiting(rows, listing)
  const { items } = await checklistInForce(rows)
  await judged(rows, checks)
  const wrong = checks.filter(({ ok }) => !ok)
  if (wrong.some((check) => check.reason === null) || (wrong.length === 0 && reason === ''))
    throw new Refusal(400, 'ERR_REASON', 'say why for every item that is not right, or give one reason for the whole')
  await moveSubmission(rows, { id: submission.id, from: ['waiting'], to: 'rejected' })
  await noteDecision(rows, { id: submission.id, checks, reason: reason || null, now })
  await changeState(rows, listing, 'rejected', now)
  await notify(rows, {
    account,
    kind: 'listing-rejected',
    about: about(listing),
    words: {
      title: `Not approved yet: ${submission.document.title}`,
      text: [reason, ...wrong.map((check) => `${titleOf(items, check.item)}: ${check.reason}`)]
        .filter(Boolean)
        .join('\n'),
    },
    link: `/services/${listing}`,
  })
  await noteAction(
    rows,
    {
      ...{ by, account, action: 'listing.rejected', about: about(listing) },
      detail: { version: submission.version, content: submission.content, items: wrong.map(({ item }) => item) },
    },
    now,
  )
}

export interface SignedApproval {
  readonly providerContract: Hex
  readonly deadline: number
  readonly approver: Hex
  readonly signature: Hex
}

/**
 * Keeps the operator's signature under an application whose every item is right. Who signed is judged before.
 * @throws Refusal ERR_NOT_WAITING, ERR_CHECKS, ERR_SUBMISSION_CHANGED
 */
export async function approve(
  rows: Rows,
  { listing, by, checks, approval, content, now }: Decision & { approval: SignedApproval; content: Hex },
) {
  const { submission, account } = await waiting(rows, listing)
  await judged(rows, checks)
  if (checks.some(({ ok }) => !ok))
    throw new Refusal(
      400,
      'ERR_CHECKS',
      'an item of the checklist is not right; reject the listing, or correct the check',
    )
  if (submission.content !== content)
    throw new Refusal(
      409,
      'ERR_SUBMISSION_CHANGED',
      'another document waits than the one that was signed; read it again',
    )
  await moveSubmission(rows, { id: submission.id, from: ['waiting'], to: 'approved' })
  await noteDecision(rows, { id: submission.id, checks, reason: null, now, approval })
  await changeState(rows, listing, 'approved', now)
  await notify(rows, {
    account,
    kind: 'listing-approved',
    about: about(listing),
    words: {
      title: `Approved: ${submission.document.title}`,
      text: 'Read the provider contract and publish the listing from your wallet: the transaction is your signature below it.',
    },
    link: `/services/${listing}`,
  })
  await noteAction(
    rows,
    {
      ...{ by, account, action: 'listing.approved', about: about(listing) },
      detail: { version: submission.version, content, approver: approval.approver, deadline: approval.deadline },
    },
    now,
  )
}

async function waiting(rows: Rows, listing: Hex): Promise<{ submission: Submission; account: Hex }> {
  const draft = await lockDraft(rows, listing)
  const submission = await lastSubmission(rows, listing)
  if (draft === undefined || submission?.state !== 'waiting')
    throw new Refusal(409, 'ERR_NOT_WAITING', `no application of ${listing} waits; see GET /v1/market/reviews`)
  return { submission, account: draft.account }
}

/** Every item of the checklist in force once, and no other. */
async function judged(rows: Rows, checks: readonly Check[]): Promise<void> {
  const { items } = await checklistInForce(rows)
  const needed = items.map(({ id }) => id).sort()
  const given = checks.map(({ item }) => item).sort()
  if (needed.length !== given.length || needed.some((id, index) => id !== given[index]))
    throw new Refusal(
      400,
      'ERR_CHECKS',
      `checks of ${given.join(', ') || 'nothing'} were given; needed is one for each of ${needed.join(', ')}`,
    )
}

const titleOf = (items: readonly ChecklistItem[], id: string) => items.find((item) => item.id === id)?.title ?? id
