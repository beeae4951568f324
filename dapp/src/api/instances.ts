import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'

const Verdict = z.strictObject({
  name: z.string(),
  meter: z.string().nullable(),
  from: z.strictObject({ title: z.string() }).nullable(),
  state: z.enum(['complete', 'gaps', 'missing', 'handed-over']),
  seconds: z.number().int().nullable(),
  periods: z.number().int(),
  possible: z.number().int(),
  completenessBps: z.number().int(),
  last: Instant.nullable(),
  advice: z.string(),
})
export type DataVerdict = z.infer<typeof Verdict>

export const Instance = z.strictObject({
  agreement: Bytes32,
  state: z.enum(['requested', 'checking-data', 'adapting', 'ready', 'running', 'stopped', 'ended', 'revoked']),
  stoppedBy: z.string().nullable(),
  reason: z.string().nullable(),
  dataCheck: z.strictObject({ at: Instant, days: z.number().int(), items: z.array(Verdict) }).nullable(),
  notes: z.string(),
  configuration: z.record(z.string(), z.string()),
  service: z
    .strictObject({
      baseUrl: z.string().optional(),
      documentation: z.string().optional(),
      notes: z.string().optional(),
    })
    .nullable(),
  hasKey: z.boolean(),
  keyMadeAt: Instant.nullable(),
  gateway: z.string(),
  chain: z.array(z.strictObject({ listing: Bytes32, title: z.string() })).nullable(),
  steps: z.array(
    z.strictObject({
      step: z.string(),
      previous: z.string(),
      state: z.string(),
      actor: z.string(),
      note: z.string().nullable(),
      at: Instant,
    }),
  ),
  usage: z.strictObject({ calls: z.number().int(), units: z.string() }),
})
export type Instance = z.infer<typeof Instance>

export const instanceQuery = (id: string) =>
  queryOptions({
    queryKey: ['instance', id],
    queryFn: ({ signal }) => exchange(`/v1/agreements/${id}/instance`, Instance, { signal }),
    refetchInterval: 3_000,
  })

const act = (id: string, path: string, body: object) =>
  exchange(`/v1/agreements/${id}/instance/${path}`, Instance, { body })

export const checkData = (id: string, days: number) => act(id, 'data-checks', { days })
export const adapt = (id: string, it: { notes: string; configuration: Record<string, string> }) =>
  act(id, 'adaptations', it)
export const markReady = (id: string, it: { baseUrl?: string; documentation?: string; notes?: string }) =>
  act(id, 'readiness', it)
export const startService = (id: string) => act(id, 'starts', {})
export const stopService = (id: string, reason: string) => act(id, 'stops', reason === '' ? {} : { reason })

export const Key = z.strictObject({ key: z.string(), gateway: z.string() })
export const makeKey = (id: string) => exchange(`/v1/agreements/${id}/instance/keys`, Key, { method: 'POST' })

export const Usage = z.strictObject({
  hours: z.array(z.strictObject({ hour: Instant, calls: z.number().int(), units: z.string() })),
  total: z.strictObject({ calls: z.number().int(), units: z.string() }),
})
export type UsageHour = z.infer<typeof Usage>['hours'][number]

export const serviceUsageQuery = (id: string) =>
  queryOptions({
    queryKey: ['service-usage', id],
    queryFn: ({ signal }) => exchange(`/v1/agreements/${id}/usage`, Usage, { signal }),
  })

export interface ServiceAnswer {
  readonly status: number
  readonly units: string
  readonly text: string
}

const answerOf = async (answer: Response): Promise<ServiceAnswer> => ({
  status: answer.status,
  units: answer.headers.get('opem-units') ?? '0',
  text: (await answer.text()).slice(0, 20_000),
})

/** A call of the service through the gateway, as whoever is signed in. */
export const callService = async (gateway: string, path: string): Promise<ServiceAnswer> =>
  answerOf(await fetch(`${gateway}/${path.replace(/^\/+/, '')}`, { headers: { accept: 'application/json' } }))

/** A call of a composed service: its input goes to the first of the chain. @param request its name, by which it may be asked again */
export const callChain = async (gateway: string, input: unknown, request: string): Promise<ServiceAnswer> =>
  answerOf(
    await fetch(gateway, {
      ...{ method: 'POST', body: JSON.stringify(input) },
      headers: { accept: 'application/json', 'content-type': 'application/json', 'opem-request-id': request },
    }),
  )

const ChainCall = z.strictObject({
  id: z.string(),
  request: z.string().nullable(),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: Instant,
  endedAt: Instant.nullable(),
  steps: z.array(
    z.strictObject({
      listing: Bytes32,
      title: z.string(),
      state: z.enum(['waiting', 'running', 'done', 'failed']),
      attempts: z.number().int(),
      code: z.string().nullable(),
      startedAt: z.number().nullable(),
      endedAt: z.number().nullable(),
    }),
  ),
})
export type ChainCall = z.infer<typeof ChainCall>
export const ChainCalls = z.strictObject({ items: z.array(ChainCall) })

/** Calls of a composed service; asked often while one is under way, so that its progress is seen. */
export const chainCallsQuery = (id: string) =>
  queryOptions({
    queryKey: ['chain-calls', id],
    queryFn: ({ signal }) => exchange(`/v1/agreements/${id}/runs`, ChainCalls, { signal }),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state === 'running') ? 700 : 3_000),
  })

export const ChainOutput = z.strictObject({ contentType: z.string(), body: z.string() })
export const chainOutputQuery = (id: string, run: string) =>
  queryOptions({
    queryKey: ['chain-output', id, run],
    queryFn: ({ signal }) => exchange(`/v1/agreements/${id}/runs/${run}/output`, ChainOutput, { signal }),
  })
