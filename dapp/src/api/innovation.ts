import type { Hex, InnovationRequestDocument, ProposalDocument } from '@opem/domain'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Address, Bytes32, Instant } from './shapes.ts'

const State = z.enum(['draft', 'open', 'withdrawn', 'chosen'])
const Whole = z.number().int()
const line = { id: Bytes32, title: z.string(), state: State, mine: z.boolean(), closesAt: Instant, createdAt: Instant }

const Lines = z.strictObject({
  items: z.array(z.strictObject({ ...line, proposals: Whole })),
  next: z.string().nullable(),
})
export type InnovationLine = z.infer<typeof Lines>['items'][number]

export const innovationsQuery = infiniteQueryOptions({
  queryKey: ['innovation'],
  queryFn: ({ pageParam, signal }) =>
    exchange(`/v1/innovation/requests${query({ after: pageParam ?? undefined })}`, Lines, { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
})

const Post = z.strictObject({
  id: Whole,
  thread: Whole.nullable(),
  by: z.enum(['asker', 'you', 'provider']),
  name: z.string().nullable(),
  words: z.string(),
  state: z.enum(['waiting', 'shown', 'hidden']),
  writtenAt: Instant,
})
export type Post = z.infer<typeof Post>

const Proposal = z.strictObject({
  id: Bytes32,
  content: Bytes32,
  party: Address,
  state: State,
  mine: z.boolean(),
  provider: z.string().nullable(),
  listing: Bytes32.nullable(),
  listingState: z.string().nullable(),
  agreement: Bytes32.nullable(),
  createdAt: Instant,
  document: z.custom<ProposalDocument>((value) => typeof value === 'object' && value !== null),
})
export type Proposal = z.infer<typeof Proposal>

const Shown = z.strictObject({
  ...line,
  content: Bytes32,
  party: Address,
  user: z.string(),
  audience: z.array(Bytes32).nullable(),
  chosen: Bytes32.nullable(),
  document: z.custom<InnovationRequestDocument>((value) => typeof value === 'object' && value !== null),
  posts: z.array(Post),
  proposals: z.array(Proposal),
})
export type ShownInnovation = z.infer<typeof Shown>

const PREPARED_SOON = 5_000

export const innovationQuery = (id: Hex) =>
  queryOptions({
    queryKey: ['innovation', id],
    queryFn: ({ signal }) => exchange(`/v1/innovation/requests/${id}`, Shown, { signal }),
    // Asked again while the chosen provider prepares the listing, or the two contract it.
    refetchInterval: ({ state: { data } }) => (data?.state === 'chosen' ? PREPARED_SOON : false),
  })

const Providers = z.strictObject({ items: z.array(z.strictObject({ account: Bytes32, name: z.string() })) })
export const providersQuery = queryOptions({
  queryKey: ['innovation-providers'],
  queryFn: ({ signal }) => exchange('/v1/innovation/providers', Providers, { signal }),
})

const Written = z.strictObject({ id: Bytes32, party: Address, content: Bytes32 })
export const writeRequest = (document: InnovationRequestDocument, audience: readonly Hex[] | null) =>
  exchange('/v1/innovation/requests', Written, { body: { document, audience } })
export const writeProposal = (request: Hex, document: ProposalDocument) =>
  exchange(`/v1/innovation/requests/${request}/proposals`, Written, { body: { document } })

export const writePost = (request: Hex, words: string, thread: number | null) =>
  exchange(`/v1/innovation/requests/${request}/posts`, z.strictObject({ id: Whole }), { body: { words, thread } })
export const moderatePost = (request: Hex, post: number, state: 'shown' | 'hidden') =>
  exchange(`/v1/innovation/requests/${request}/posts/${post}`, z.strictObject({ state: z.string() }), {
    ...{ method: 'PUT', body: { state } },
  })
