import type { Hex } from '@opem/domain'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Address, Bytes32, Instant } from './shapes.ts'

const Whole = z.number().int()
const Stage = z.enum(['draft', 'requested', 'approved', 'rejected', 'withdrawn'])
const head = { id: Bytes32, title: z.string(), state: Stage, mine: z.boolean(), steps: Whole, createdAt: Instant }
const service = {
  listing: Bytes32,
  title: z.string(),
  provider: z.string(),
  category: z.string(),
  agreement: Bytes32.nullable(),
}
const Service = z.strictObject(service)
export type ChainedService = z.infer<typeof Service>

const Lines = z.strictObject({ items: z.array(z.strictObject(head)), next: z.string().nullable() })
export const compositionsQuery = infiniteQueryOptions({
  queryKey: ['compositions'],
  queryFn: ({ pageParam, signal }) =>
    exchange(`/v1/compositions${query({ after: pageParam ?? undefined })}`, Lines, { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
})

const Choices = z.strictObject({
  chain: z.array(Service),
  verdict: z.strictObject({
    ok: z.boolean(),
    at: Whole.nullable(),
    problem: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  next: z.array(Service),
})
export const choicesQuery = (chain: readonly Hex[]) =>
  queryOptions({
    queryKey: ['composition-choices', ...chain],
    queryFn: ({ signal }) => exchange('/v1/compositions/choices', Choices, { body: { chain }, signal }),
  })

const Step = z.strictObject({
  place: Whole,
  attempt: Whole,
  state: z.enum(['running', 'done', 'failed']),
  status: Whole.nullable(),
  code: z.string().nullable(),
  bytesIn: Whole,
  bytesOut: Whole.nullable(),
  milliUnits: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
})
const Run = z.strictObject({
  id: z.string(),
  agreement: Bytes32.nullable(),
  state: z.enum(['running', 'done', 'failed']),
  place: Whole,
  startedAt: Instant,
  endedAt: Instant.nullable(),
  steps: z.array(Step),
})
export type Run = z.infer<typeof Run>

const Shown = z.strictObject({
  ...head,
  description: z.string(),
  content: Bytes32,
  party: Address,
  user: z.string(),
  listing: Bytes32.nullable(),
  services: z.array(
    z.strictObject({
      ...service,
      state: z.string(),
      own: z.boolean(),
      decision: z.strictObject({ approved: z.boolean(), reason: z.string().nullable(), decidedAt: Instant }).nullable(),
    }),
  ),
  runs: z.array(Run),
})
export type ShownComposition = z.infer<typeof Shown>

const LIVE_MS = 700

const WAITING_MS = 3000

/** Asked again while a run is under way or providers are to answer, so that what happens is seen. */
export const compositionQuery = (id: Hex) =>
  queryOptions({
    queryKey: ['compositions', id],
    queryFn: ({ signal }) => exchange(`/v1/compositions/${id}`, Shown, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data?.runs.some((run) => run.state === 'running')
        ? LIVE_MS
        : data?.state === 'draft' || data?.state === 'requested'
          ? WAITING_MS
          : false,
  })

const Written = z.strictObject({ id: Bytes32, party: Address, content: Bytes32, listings: z.array(Bytes32) })
export const writeComposition = (body: { title: string; description: string; chain: readonly Hex[] }) =>
  exchange('/v1/compositions', Written, { body })
export const keepReason = async (id: Hex, words: string): Promise<Hex> =>
  words === ''
    ? `0x${'0'.repeat(64)}`
    : (await exchange(`/v1/compositions/${id}/reasons`, z.strictObject({ reason: Bytes32 }), { body: { words } }))
        .reason
export const runComposition = (id: Hex, input: unknown) =>
  exchange(`/v1/compositions/${id}/run`, Run, { body: { input } })
export const retryRun = (id: Hex, run: string) =>
  exchange(`/v1/compositions/${id}/runs/${run}/retry`, Run, { method: 'POST' })
const Output = z.strictObject({ contentType: z.string(), body: z.string() })
export const outputQuery = (id: Hex, run: string) =>
  queryOptions({
    queryKey: ['composition-output', id, run],
    queryFn: ({ signal }) => exchange(`/v1/compositions/${id}/runs/${run}/output`, Output, { signal }),
  })
export const draftComposedListing = (id: Hex) =>
  exchange(`/v1/compositions/${id}/listing`, z.strictObject({ listing: Bytes32 }), { method: 'POST' })

export type PairRule = 'allow' | 'forbid' | 'none'
const pair = { before: z.string(), after: z.string() }
const Pairs = z.strictObject({
  items: z.array(
    z.strictObject({ ...pair, rule: z.enum(['allow', 'forbid']), reason: z.string(), changedAt: Instant }),
  ),
})
export const pairsQuery = queryOptions({
  queryKey: ['composition-pairs'],
  queryFn: ({ signal }) => exchange('/v1/market/composition-pairs', Pairs, { signal }),
})
const Put = z.strictObject({ ...pair, rule: z.string() })
export const putPair = (body: { before: string; after: string; rule: PairRule; reason: string }) =>
  exchange('/v1/market/composition-pairs', Put, { method: 'PUT', body })
