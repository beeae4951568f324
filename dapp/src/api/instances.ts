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

/** A call of the service through the gateway, as whoever is signed in. */
export async function callService(
  gateway: string,
  path: string,
): Promise<{ status: number; units: string; text: string }> {
  const answer = await fetch(`${gateway}/${path.replace(/^\/+/, '')}`, { headers: { accept: 'application/json' } })
  return {
    status: answer.status,
    units: answer.headers.get('opem-units') ?? '0',
    text: (await answer.text()).slice(0, 20_000),
  }
}
