import {
  contentDigest,
  formatInstant,
  type Hex,
  type InnovationRequestDocument,
  mayUse,
  type ProposalDocument,
} from '@opem/domain'
import { sha256, toHex } from 'viem'
import { z } from 'zod'
import { moderate, postsOf, writePost } from '../../marketplace/innovation/posts.ts'
import { contractsOf, proposalsOf, storeProposal } from '../../marketplace/innovation/proposals.ts'
import {
  type Eyes,
  listRequests,
  type StoredRequest,
  seenRequest,
  serviceProviders,
  storeRequest,
} from '../../marketplace/innovation/requests.ts'
import { proposalDocument, requestDocument } from '../../marketplace/innovation/shapes.ts'
import { type Actor, actorOf, addressOfAccount } from '../../marketplace/publish/owner.ts'
import { paragraphs } from '../../marketplace/publish/text.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import { type Services, seconds } from '../services.ts'
import { address, bytes32, count, instantText } from '../shapes.ts'

const params = z.strictObject({ id: bytes32 })
const state = z.enum(['draft', 'open', 'withdrawn', 'chosen'])

const line = {
  id: bytes32,
  title: z.string(),
  state,
  mine: z.boolean(),
  closesAt: instantText,
  createdAt: instantText,
}
const written = z.object({
  id: bytes32,
  content: bytes32,
  party: address.meta({ description: 'for whom the wallet acts' }),
})

const post = z
  .object({
    id: count,
    thread: count.nullable(),
    by: z.enum(['asker', 'you', 'provider']),
    name: z.string().nullable().meta({ description: 'of the provider, for the asker alone' }),
    words: z.string(),
    state: z.enum(['waiting', 'shown', 'hidden']),
    writtenAt: instantText,
  })
  .meta({ id: 'InnovationPost' })

const proposal = z
  .object({
    id: bytes32,
    content: bytes32,
    party: address.meta({ description: 'address that stands for whoever wrote it on the chain' }),
    state,
    mine: z.boolean(),
    provider: z.string().nullable(),
    listing: bytes32.nullable(),
    listingState: z.string().nullable().meta({ description: 'published, or null: not on the market yet' }),
    agreement: bytes32.nullable().meta({ description: 'the newest offer or agreement of who asked under the listing' }),
    createdAt: instantText,
    document: proposalDocument,
  })
  .meta({ id: 'InnovationProposal' })

const shown = z
  .object({
    ...line,
    content: bytes32,
    party: address.meta({ description: 'address that stands for whoever wrote it on the chain' }),
    user: z.string(),
    audience: z.array(bytes32).nullable(),
    chosen: bytes32.nullable(),
    document: requestDocument,
    posts: z.array(post),
    proposals: z.array(proposal),
  })
  .meta({ id: 'InnovationRequest' })

/** Whose eyes look, and whether they are shown what others ask for. */
const eyesOf = ({ account, person }: Actor): Eyes => ({
  account,
  provides: mayUse(person.actors, 'open-innovation-service-procurement'),
})

export const getInnovationRequests = defineRoute({
  method: 'get',
  path: '/v1/innovation/requests',
  summary:
    'Services that are asked for: the caller’s own, and to providers those that they are shown. The newest first.',
  access: 'see-innovation',
  query: z.strictObject({ ...paging }),
  answers: pageOf(
    z.object({ ...line, proposals: count.meta({ description: 'to the asker all; to a provider their own' }) }).meta({
      id: 'InnovationLine',
    }),
  ),
  async handle({ query: { after, limit } }, { store }, { caller }) {
    const key = fromCursor(after, z.tuple([z.number().int(), z.string()]))
    const found = await listRequests(store.rows, eyesOf(actorOf(caller)), { after: key, limit: limit + 1 })
    const { items, next } = pageFrom(found, limit, ({ createdAt, id }) => [createdAt, id])
    return { items: items.map((one) => ({ ...lineOf(one, one.mine), proposals: one.proposals })), next }
  },
})

export const getInnovationProviders = defineRoute({
  method: 'get',
  path: '/v1/innovation/providers',
  summary: 'Active providers of services: who can be chosen to see a request.',
  access: 'request-innovation',
  answers: z.object({ items: z.array(z.object({ account: bytes32, name: z.string() })) }),
  handle: async (_, { store }, { caller }) => ({
    items: (await serviceProviders(store.rows, actorOf(caller).account)).map(({ account, name }) => ({
      account,
      name,
    })),
  }),
})

export const postInnovationRequest = defineRoute({
  method: 'post',
  path: '/v1/innovation/requests',
  summary:
    'Writes a request down and answers the id and digest that the user’s wallet sends to OpenInnovation. Until then nobody else sees it.',
  access: 'request-innovation',
  body: z.strictObject({
    document: requestDocument,
    audience: z.array(bytes32).min(1).max(200).nullable().default(null).meta({ description: 'null: every provider' }),
  }),
  answers: written,
  async handle({ body: { document, audience } }, services, { caller }) {
    const actor = actorOf(caller)
    const party = addressOfAccount(actor)
    const now = seconds(services)
    if (document.closesAt <= now)
      throw new Refusal(422, 'ERR_INNOVATION_CLOSES', 'the day on which the request closes is over; choose a later one')
    const known = new Set((await serviceProviders(services.store.rows, actor.account)).map(({ account }) => account))
    const unknown = audience?.find((one) => !known.has(one as Hex))
    if (unknown !== undefined)
      throw new Refusal(422, 'ERR_INNOVATION_AUDIENCE', `${unknown} is no active provider of services`)
    const [id, content] = [randomId(), contentDigest(document, sha256)]
    await storeRequest(services.store.rows, {
      ...{ id, account: actor.account, address: party, content, closesAt: document.closesAt, now },
      document: document as InnovationRequestDocument,
      audience: audience as Hex[] | null,
    })
    return { id, content, party }
  },
})

export const getInnovationRequest = defineRoute({
  method: 'get',
  path: '/v1/innovation/requests/{id}',
  summary: 'One request with its questions and answers; all proposals to who asked, to a provider their own.',
  access: 'see-innovation',
  params,
  answers: shown,
  async handle({ params: { id } }, { store: { rows } }, { caller }) {
    const actor = actorOf(caller)
    const request = await seenRequest(rows, id, eyesOf(actor))
    const mine = request.account === actor.account
    const [posts, proposals, [asker]] = await Promise.all([
      postsOf(rows, request, actor.account),
      proposalsOf(rows, { request: id, account: actor.account, all: mine }),
      rows<{ name: string }>('SELECT name FROM accounts WHERE account = $1', [request.account]),
    ])
    const contracts = await contractsOf(
      rows,
      proposals.flatMap(({ state, listing }) => (state === 'chosen' && listing !== null ? [listing] : [])),
      request.account,
    )
    const listed = await rows<{ listing: string; state: string }>(
      'SELECT listing, state FROM market_listings WHERE listing = ANY($1)',
      [proposals.flatMap(({ listing }) => listing ?? [])],
    )
    return {
      ...lineOf(request, mine),
      ...{
        content: request.content,
        party: request.address,
        user: asker?.name ?? '',
        chosen: request.chosen,
        document: request.document,
      },
      audience: mine ? request.audience : null,
      posts: posts.map((one) => ({ ...one, writtenAt: formatInstant(one.writtenAt) })),
      proposals: proposals.map((one) => ({
        ...{
          id: one.id,
          content: one.content,
          party: one.address,
          state: one.state,
          mine: one.account === actor.account,
        },
        ...{
          provider: one.name,
          listing: one.listing,
          document: one.document,
          createdAt: formatInstant(one.createdAt),
        },
        listingState: listed.find(({ listing }) => listing === one.listing)?.state ?? null,
        agreement: contracts.find(({ listing }) => listing === one.listing)?.id ?? null,
      })),
    }
  },
})

export const postInnovationPost = defineRoute({
  method: 'post',
  path: '/v1/innovation/requests/{id}/posts',
  summary: 'A question of a provider, or an answer in its thread. The asker’s words make public what they answer.',
  access: 'see-innovation',
  params,
  body: z.strictObject({ words: paragraphs(4000), thread: count.nullable().default(null) }),
  answers: z.object({ id: count }),
  async handle({ params: { id }, body: { words, thread } }, services, { caller }) {
    const actor = actorOf(caller)
    const now = seconds(services)
    return services.store.transaction(async (rows) => {
      const request = await seenRequest(rows, id, eyesOf(actor))
      return { id: await writePost(rows, { request, account: actor.account, thread, words, now }) }
    })
  },
})

export const putInnovationPost = defineRoute({
  method: 'put',
  path: '/v1/innovation/requests/{id}/posts/{post}',
  summary: 'The asker shows a question to every provider, or hides it.',
  access: 'request-innovation',
  params: params.extend({ post: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
  body: z.strictObject({ state: z.enum(['shown', 'hidden']) }),
  answers: z.object({ state: z.enum(['shown', 'hidden']) }),
  async handle({ params: { id, post: which }, body }, { store }, access) {
    const actor = actorOf(access.caller)
    const request = await seenRequest(store.rows, id, eyesOf(actor))
    needAsker(request, actor, access)
    await moderate(store.rows, request, which, body.state)
    return body
  },
})

export const postInnovationProposal = defineRoute({
  method: 'post',
  path: '/v1/innovation/requests/{id}/proposals',
  summary:
    'Writes a proposal down and answers the id and digest that the provider’s wallet sends to OpenInnovation. Only who asked reads it.',
  access: 'propose-innovation',
  params,
  body: z.strictObject({ document: proposalDocument }),
  answers: written,
  async handle({ params: { id: request }, body: { document } }, services, { caller }) {
    const actor = actorOf(caller)
    const party = addressOfAccount(actor)
    const { rows } = services.store
    const now = seconds(services)
    const wish = await seenRequest(rows, request, eyesOf(actor))
    if (wish.account === actor.account)
      throw new Refusal(409, 'ERR_INNOVATION_OWN', 'the request is your own account’s; others propose')
    if (wish.state !== 'open' || wish.closesAt <= now)
      throw new Refusal(
        409,
        'ERR_INNOVATION_STATE',
        `the request is ${wish.state === 'open' ? 'closed' : wish.state}; proposals come before it closes`,
      )
    if (document.request !== request)
      throw new Refusal(422, 'ERR_PROPOSAL_REQUEST', `the document is about the request ${document.request}`)
    if (document.listing !== null) await needOwnListing(rows, document.listing, actor.account)
    const [id, content] = [randomId(), contentDigest(document, sha256)]
    await services.store.transaction((inside) =>
      storeProposal(inside, {
        ...{ id, request: request as Hex, account: actor.account, address: party, content, now },
        document: document as ProposalDocument,
      }),
    )
    return { id, content, party }
  },
})

async function needOwnListing(rows: Services['store']['rows'], listing: string, account: string): Promise<void> {
  const [own] = await rows(
    `SELECT 1 FROM market_listings WHERE listing = $1 AND account = $2 AND state = 'published' AND kind <> 'data'`,
    [listing, account],
  )
  if (!own)
    throw new Refusal(
      422,
      'ERR_PROPOSAL_LISTING',
      `${listing} is no published service of yours; leave it out or correct it`,
    )
}

function needAsker(request: StoredRequest, { account }: Actor, { refuse }: Access): void {
  if (request.account !== account) refuse('whoever asked for the service')
}

const lineOf = (one: StoredRequest, mine: boolean) => ({
  ...{ id: one.id, title: one.document?.title ?? '', state: one.state, mine },
  ...{ closesAt: formatInstant(one.closesAt), createdAt: formatInstant(one.createdAt) },
})

const randomId = (): Hex => toHex(crypto.getRandomValues(new Uint8Array(32)))
