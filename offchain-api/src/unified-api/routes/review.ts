import { differences, formatInstant, type Hex, parseInstant } from '@opem/domain'
import { z } from 'zod'
import { landingPage } from '../../marketplace/advertise/landing.ts'
import { APPROVAL_SECONDS, approvalOf, approverOf } from '../../marketplace/publish/approval.ts'
import { readDraft } from '../../marketplace/publish/drafts.ts'
import { approve, reject } from '../../marketplace/publish/operator-steps.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { checklistInForce, contractContent, providerContractInForce } from '../../marketplace/publish/process.ts'
import { lastSubmission, queue } from '../../marketplace/publish/submissions.ts'
import { line } from '../../marketplace/publish/text.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { type Services, seconds } from '../services.ts'
import { bytes32, count, instantText } from '../shapes.ts'
import {
  differenceShape,
  documentShape,
  formatSubmission,
  listingParams,
  providerContractShape,
  submissionShape,
} from './market-shapes.ts'
import { checklist } from './publishing.ts'

const queued = submissionShape
  .omit({ approval: true, checks: true, reason: true, decidedAt: true })
  .extend({ listing: bytes32, title: z.string(), kind: z.string(), provider: z.string() })
  .meta({ id: 'QueuedReview' })

export const getReviews = defineRoute({
  method: 'get',
  path: '/v1/market/reviews',
  summary: 'Applications that wait for the operator, the oldest first.',
  access: 'govern-market',
  query: z.strictObject({ ...paging }),
  answers: pageOf(queued),
  async handle({ query: { after, limit } }, { store }) {
    const key = fromCursor(after, z.tuple([z.number().int(), z.number().int()]))
    const { items, next } = pageFrom(await queue(store.rows, { after: key, limit }), limit, (one) => [
      one.submittedAt,
      one.id,
    ])
    return {
      items: items.map((one) => ({
        ...{ id: one.id, listing: one.listing, version: one.version, content: one.content, state: one.state },
        ...{ title: one.document.title, kind: one.document.kind, provider: one.provider },
        submittedAt: formatInstant(one.submittedAt),
      })),
      next,
    }
  },
})

const approvalTerms = z.object({
  listing: bytes32,
  provider: z.string(),
  kind: count,
  version: count,
  content: bytes32,
  providerContract: bytes32,
  deadline: instantText,
})

const review = z
  .object({
    listing: bytes32,
    provider: z.object({ account: bytes32, name: z.string(), address: z.string() }),
    submission: submissionShape,
    document: documentShape,
    previous: documentShape.nullable().meta({ description: 'the published version before this one' }),
    differences: z.array(differenceShape),
    checklist,
    providerContract: providerContractShape,
    toSign: approvalTerms.meta({ description: 'what the operator signs to approve it, as EIP-712 ListingApproval' }),
    landing: z.object({ revision: count, takenDown: z.string().nullable() }),
  })
  .meta({ id: 'Review' })

async function reviewOf(services: Services, listing: string) {
  const { rows } = services.store
  const [draft, submission] = [await readDraft(rows, listing), await lastSubmission(rows, listing)]
  if (draft === undefined || submission === undefined)
    throw new Refusal(404, 'ERR_LISTING_UNKNOWN', `no application of ${listing} was made; see GET /v1/market/reviews`)
  const [[account], [published], checklist, providerContract, landing] = await Promise.all([
    rows<{ name: string }>('SELECT name FROM accounts WHERE account = $1', [draft.account]),
    rows<{ document: Record<string, unknown> | null; version: number }>(
      'SELECT document, version FROM market_listings WHERE listing = $1',
      [listing],
    ),
    checklistInForce(rows),
    providerContractInForce(rows),
    landingPage(rows, listing),
  ])
  const previous = published && published.version < submission.version ? published.document : null
  const deadline = seconds(services) + APPROVAL_SECONDS
  return {
    listing: draft.listing,
    provider: { account: draft.account, name: account?.name ?? '', address: draft.provider },
    submission: formatSubmission(draft, submission),
    document: submission.document,
    previous,
    differences: previous === null ? [] : differences(previous, submission.document),
    ...{ checklist, providerContract },
    toSign: {
      ...approvalOf(draft, submission, { providerContract: providerContract.digest, deadline }),
      deadline: formatInstant(deadline),
    },
    landing: { revision: landing.revision, takenDown: landing.takenDown?.reason ?? null },
  }
}

export const getReview = defineRoute({
  method: 'get',
  path: '/v1/market/reviews/{listing}',
  summary: 'An application with everything that is judged, and what is signed to approve it.',
  access: 'govern-market',
  params: listingParams,
  answers: review,
  handle: async ({ params: { listing } }, services) => reviewOf(services, listing),
})

const checks = z
  .array(z.strictObject({ item: z.string().max(40), ok: z.boolean(), reason: line(500).nullable().default(null) }))
  .max(40)

export const postApprove = defineRoute({
  method: 'post',
  path: '/v1/market/reviews/{listing}/approve',
  summary: "Approves an application by the operator's EIP-712 signature over what GET says.",
  access: 'govern-market',
  params: listingParams,
  body: z.strictObject({
    checks,
    content: bytes32,
    providerContract: bytes32,
    deadline: z.string().max(40),
    signature: z.string().regex(/^0x[0-9a-fA-F]{130}$/, 'needed: 0x and 65 bytes of hex'),
  }),
  answers: review,
  async handle({ params, body }, services, { caller }) {
    const listing = params.listing as Hex
    const { store, market } = services
    const now = seconds(services)
    const until = parseInstant(body.deadline)
    if (!until.ok || until.value <= now || until.value > now + APPROVAL_SECONDS + 3600)
      throw new Refusal(400, 'ERR_DEADLINE', 'the deadline lies in the future, at most 30 days ahead')
    const [draft, submission] = [await readDraft(store.rows, listing), await lastSubmission(store.rows, listing)]
    if (draft === undefined || submission?.state !== 'waiting')
      throw new Refusal(409, 'ERR_NOT_WAITING', `no application of ${listing} waits; see GET /v1/market/reviews`)
    const contract = await providerContractInForce(store.rows)
    if (contract.digest !== body.providerContract)
      throw new Refusal(
        409,
        'ERR_CONTRACT_CHANGED',
        'another provider contract is in force by now; read and sign again',
      )
    const terms = { providerContract: contract.digest, deadline: until.value }
    const { chainId, addresses } = await services.deployment()
    const approver = await approverOf(
      {
        ...{ client: services.chain.client, chainId },
        ...{ registry: addresses.ListingRegistry as Hex, accessManager: addresses.AccessManager as Hex },
      },
      approvalOf(draft, submission, terms),
      body.signature as Hex,
    )
    // Where whoever reads the chain finds it; kept before it can be published.
    await market.content.putContent(submission.document)
    await market.content.putContent(contractContent(contract))
    await store.transaction((rows) =>
      approve(rows, {
        ...{ listing, by: actorOf(caller).did, checks: body.checks, content: body.content as Hex, now },
        approval: { ...terms, approver, signature: body.signature as Hex },
      }),
    )
    return reviewOf(services, listing)
  },
})

export const postReject = defineRoute({
  method: 'post',
  path: '/v1/market/reviews/{listing}/reject',
  summary: 'Sends an application back, with a reason for each item that is not right.',
  access: 'govern-market',
  params: listingParams,
  body: z.strictObject({ checks, reason: z.union([line(1000), z.literal('')]).default('') }),
  answers: review,
  async handle({ params, body }, services, { caller }) {
    const [listing, now] = [params.listing as Hex, seconds(services)]
    await services.store.transaction((rows) => reject(rows, { ...body, listing, by: actorOf(caller).did, now }))
    return reviewOf(services, listing)
  },
})
