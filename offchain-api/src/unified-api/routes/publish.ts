import { contentDigest, differences, formatInstant, type Hex } from '@opem/domain'
import { sha256 } from 'viem'
import { z } from 'zod'
import { lineProgress } from '../../marketplace/contract-lines/line-progress.ts'
import { listingSchema, readDraftedDocument } from '../../marketplace/publish/document.ts'
import {
  type Draft,
  type DraftDocument,
  draftsOf,
  type Rows,
  readDraft,
  revisionsOf,
} from '../../marketplace/publish/drafts.ts'
import { nextStep } from '../../marketplace/publish/next-step.ts'
import { actorOf, ownDraft, unknownListing } from '../../marketplace/publish/owner.ts'
import { contractContent, providerContractInForce, providerContractOf } from '../../marketplace/publish/process.ts'
import { begin, beginUpdate, discard, save, submit, withdraw } from '../../marketplace/publish/provider-steps.ts'
import { lastSubmission, submissionsOf } from '../../marketplace/publish/submissions.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import { type Services, seconds } from '../services.ts'
import { bytes32, count, instantText, whole } from '../shapes.ts'
import {
  differenceShape,
  documentShape,
  draftDocument,
  fieldProblem,
  formatSubmission,
  kindOf,
  lineShape,
  listingParams,
  providerContractShape,
  serviceShape,
  submissionShape,
  titleOf,
} from './market-shapes.ts'

const revision = whole(1, 2_147_483_647).meta({ description: 'the one that was read: nobody is overwritten unseen' })

export const getListingSchema = defineRoute({
  method: 'get',
  path: '/v1/market/schemas/listing',
  summary: 'JSON Schema (2020-12) of the document that a listing publishes.',
  access: 'public',
  answers: z.record(z.string(), z.unknown()),
  handle: async () => listingSchema(),
})

/** The document of the version on chain, which a draft is compared with. */
async function publishedDocument(rows: Rows, draft: Draft): Promise<DraftDocument | undefined> {
  if (draft.chain === null) return undefined
  const [found] = await rows<{ document: DraftDocument | null }>(
    'SELECT document FROM market_listings WHERE listing = $1',
    [draft.listing],
  )
  return found?.document ?? undefined
}

function problemsOf(draft: Pick<Draft, 'document' | 'publishedKind'>) {
  const read = readDraftedDocument(draft)
  return 'problems' in read ? read.problems : []
}

async function summaryOf(rows: Rows, draft: Draft, now: number) {
  const [problems, submission] = [problemsOf(draft), await lastSubmission(rows, draft.listing)]
  return {
    ...{
      listing: draft.listing,
      title: titleOf(draft),
      kind: kindOf(draft),
      state: draft.state,
      version: draft.version,
    },
    chain: await withReason(rows, draft),
    next: nextStep(draft, submission, { problems: problems.length, now }),
    changedAt: formatInstant(draft.changedAt),
  }
}

/** The chain holds the digest of a reason; its words are here when they were given here. */
async function withReason(rows: Rows, { listing, chain }: Draft) {
  if (chain === null || chain.reason === null) return chain
  const [found] = await rows<{ words: string }>(
    'SELECT words FROM market_listing_reasons WHERE listing = $1 AND digest = $2',
    [listing, chain.reason],
  )
  return { ...chain, reason: found?.words ?? chain.reason }
}

export const getServices = defineRoute({
  method: 'get',
  path: '/v1/market/services',
  summary: "The account's own listings: drafts and published ones, with the next step in words.",
  access: 'publish',
  query: z.strictObject({ ...paging }),
  answers: pageOf(serviceShape),
  async handle({ query: { after, limit } }, services, { caller }) {
    const { account } = actorOf(caller)
    const key = fromCursor(after, z.tuple([z.number().int(), bytes32]))
    const found = await draftsOf(services.store.rows, { account, after: key, limit })
    const { items, next } = pageFrom(found, limit, (draft) => [draft.changedAt, draft.listing])
    return {
      items: await Promise.all(items.map((draft) => summaryOf(services.store.rows, draft, seconds(services)))),
      next,
    }
  },
})

export const postService = defineRoute({
  method: 'post',
  path: '/v1/market/services',
  summary: 'Begins a listing: a private draft of the account.',
  access: 'publish',
  body: z.strictObject({ document: draftDocument }),
  bodyLimit: 512_000,
  answers: serviceShape,
  async handle({ body: { document } }, services, { caller }) {
    const now = seconds(services)
    const given = { schema: 'opem/listing/1', ...document } as DraftDocument
    const listing = await services.store.transaction((rows) =>
      begin(rows, { actor: actorOf(caller), document: given, now }),
    )
    return summaryOf(services.store.rows, (await readDraft(services.store.rows, listing))!, now)
  },
})

const workbench = serviceShape
  .extend({
    document: documentShape,
    revision: count,
    problems: z.array(fieldProblem).meta({ description: 'what is not as needed yet, field by field' }),
    differences: z.array(differenceShape).meta({ description: 'to the published version; empty before there is one' }),
    submissions: z.array(submissionShape).meta({ description: 'the newest first' }),
    revisions: z.array(z.object({ revision: count, version: count, savedAt: instantText })),
    credential: lineShape
      .nullable()
      .meta({ description: "the line of the account's credential that this listing adds" }),
    providerContract: providerContractShape.meta({ description: 'approved with the listing, else the one in force' }),
  })
  .meta({ id: 'OwnListingWorkbench' })

async function workbenchOf(services: Services, draft: Draft) {
  const { rows } = services.store
  const [published, submissions, revisions, credential] = await Promise.all([
    publishedDocument(rows, draft),
    submissionsOf(rows, draft.listing),
    revisionsOf(rows, draft.listing),
    lineProgress(rows, { account: draft.account, contract: draft.listing, role: 'provider' }),
  ])
  const approved = submissions.find(({ providerContract }) => providerContract !== null)?.providerContract
  return {
    ...(await summaryOf(rows, draft, seconds(services))),
    ...{ document: draft.document, revision: draft.revision, problems: problemsOf(draft) },
    differences: published === undefined || draft.state === 'published' ? [] : differences(published, draft.document),
    submissions: submissions.map((one) => formatSubmission(draft, one)),
    revisions: revisions.map(({ revision: number, version, savedAt }) => ({
      ...{ revision: number, version, savedAt: formatInstant(savedAt) },
    })),
    credential: credential ?? null,
    providerContract: (approved && (await providerContractOf(rows, approved))) || (await providerContractInForce(rows)),
  }
}

const own = async (services: Services, { caller }: Access, listing: string): Promise<Draft> =>
  ownDraft(await readDraft(services.store.rows, listing), actorOf(caller))

export const getService = defineRoute({
  method: 'get',
  path: '/v1/market/services/{listing}',
  summary: 'One of the own listings: what is drafted, what is not as needed yet, applications and their answers.',
  access: 'publish',
  params: listingParams,
  answers: workbench,
  handle: async ({ params: { listing } }, services, access) =>
    workbenchOf(services, await own(services, access, listing)),
})

export const getServiceRevision = defineRoute({
  method: 'get',
  path: '/v1/market/services/{listing}/revisions/{revision}',
  summary: 'What was drafted before, to look at or to go back to.',
  access: 'publish',
  params: listingParams.extend({ revision: z.coerce.number().int().min(1) }),
  answers: z.object({ document: documentShape }),
  async handle({ params }, services, access) {
    await own(services, access, params.listing)
    const found = (await revisionsOf(services.store.rows, params.listing)).find(
      (one) => one.revision === params.revision,
    )
    if (found) return { document: found.document }
    throw new Refusal(404, 'ERR_REVISION_UNKNOWN', `revision ${params.revision} is not kept; the newest 30 are`)
  },
})

const saved = z.object({ revision: count, problems: z.array(fieldProblem), next: serviceShape.shape.next })

export const putDraft = defineRoute({
  method: 'put',
  path: '/v1/market/services/{listing}/draft',
  summary: 'Saves what is drafted, as far as it is, and says what is not as needed yet.',
  access: 'publish',
  params: listingParams,
  body: z.strictObject({ revision, document: draftDocument }),
  bodyLimit: 512_000,
  answers: saved,
  async handle({ params: { listing }, body }, services, { caller }) {
    const now = seconds(services)
    const document = { schema: 'opem/listing/1', ...body.document } as DraftDocument
    const draft = await services.store.transaction((rows) =>
      save(rows, { actor: actorOf(caller), listing: listing as Hex, now, revision: body.revision, document }),
    )
    const problems = problemsOf(draft)
    return {
      ...{ revision: draft.revision, problems },
      next: nextStep(draft, undefined, { problems: problems.length, now }),
    }
  },
})

export const deleteDraft = defineRoute({
  method: 'delete',
  path: '/v1/market/services/{listing}/draft',
  summary:
    'Discards what is drafted: a listing that was never published is gone, another goes back to its published version.',
  access: 'publish',
  params: listingParams,
  answers: z.object({ listing: bytes32 }),
  async handle({ params }, services, access) {
    const listing = params.listing as Hex
    const published = await publishedDocument(services.store.rows, await own(services, access, listing))
    const step = { actor: actorOf(access.caller), listing, now: seconds(services), published }
    await services.store.transaction((rows) => discard(rows, step))
    return { listing }
  },
})

/** A step that needs nothing but the listing. */
const stepRoute = (name: string, summary: string, take: typeof withdraw) =>
  defineRoute({
    method: 'post',
    path: `/v1/market/services/{listing}/${name}`,
    summary,
    access: 'publish',
    params: listingParams,
    answers: workbench,
    async handle({ params }, services, access) {
      const [actor, listing] = [actorOf(access.caller), params.listing as Hex]
      await services.store.transaction((rows) => take(rows, { actor, listing, now: seconds(services) }))
      return workbenchOf(services, await own(services, access, listing))
    },
  })

export const postWithdraw = stepRoute('withdraw', 'Takes the application back, to change the draft again.', withdraw)
export const postUpdate = stepRoute('update', 'Begins the next version from the published one.', beginUpdate)

export const postSubmit = defineRoute({
  method: 'post',
  path: '/v1/market/services/{listing}/submit',
  summary: "Submits the draft to the operator's review; every field has to be as needed.",
  access: 'publish',
  params: listingParams,
  body: z.strictObject({ revision }),
  answers: workbench,
  async handle({ params, body }, services, access) {
    const [actor, listing] = [actorOf(access.caller), params.listing as Hex]
    await services.store.transaction((rows) =>
      submit(rows, { actor, listing, now: seconds(services), revision: body.revision }),
    )
    return workbenchOf(services, await own(services, access, listing))
  },
})

export const getProviderContract = defineRoute({
  method: 'get',
  path: '/v1/market/provider-contracts/{digest}',
  summary:
    'The contract between provider and marketplace behind a digest on chain: sha2-256 of `content` as canonical JSON.',
  access: 'signed-in',
  params: z.strictObject({ digest: bytes32 }),
  answers: providerContractShape.extend({ content: z.record(z.string(), z.unknown()) }),
  async handle({ params: { digest } }, { store }) {
    const found = await providerContractOf(store.rows, digest)
    if (found === undefined)
      throw new Refusal(404, 'ERR_CONTRACT_UNKNOWN', `no provider contract has the digest ${digest}`)
    const content = contractContent(found)
    if (contentDigest(content, sha256) !== digest) throw unknownListing()
    return { ...found, content }
  },
})
