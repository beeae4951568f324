import { Agent, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { type AuthorisedInterval, formatInstant, OpemError, type PeriodReading, parseInstant, Wh } from '@opem/domain'
import { type SystemKey, signRequest } from '@opem/ssi/http-signature'
import { z } from 'zod'

// Only what a node needs is read: the API may say more (a name, a later field), and that is no reason to stop settling.
const hex = z.string().regex(/^0x[0-9a-f]{64}$/)
const wh = z.int().nonnegative()
const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.reason })
  return z.NEVER
})

const Reading = z
  .object({
    meter: z.string(),
    start: instant,
    importWh: wh,
    exportWh: wh,
    quality: z.enum(['measured', 'estimated', 'substituted']),
  })
  .transform(({ importWh, exportWh, ...rest }): PeriodReading => {
    return { ...rest, energyImport: Wh(importWh), energyExport: Wh(exportWh) }
  })

// A meter that comes without intervals is no shape this node knows: it settles nothing rather than what nobody authorised.
const Interval = z
  .object({ from: instant, until: instant.nullable() })
  .transform(({ from, until }): AuthorisedInterval => ({ from, until: until ?? Number.POSITIVE_INFINITY }))

export const OracleWindow = z.object({
  community: z.object({
    timeZone: z.string(),
    batchPeriods: z.union([z.int().min(1), z.literal('day')]),
    rules: z.array(z.unknown()),
  }),
  members: z.array(
    z.object({
      id: hex,
      saltKey: hex.nullish(),
      meters: z.array(z.object({ meter: z.string(), authorised: z.array(Interval) })),
    }),
  ),
  readings: z.array(Reading),
  watermark: z.int().nonnegative(),
})

export const Changes = z.object({ cursor: z.int().nonnegative(), periods: z.array(instant) })
export const History = z.object({ readings: z.array(Reading) })
const Roots = z.object({ start: instant, membersRoot: hex })
export const Trading = z.object({
  batches: z.array(z.object({ start: instant, revision: z.int(), root: hex, books: z.array(Roots) })),
})
export const Adjustments = z.object({
  adjustments: z.array(
    z.object({
      start: instant,
      revision: z.int(),
      batchRoot: hex,
      number: z.int(),
      book: z.object({ membersRoot: hex }),
    }),
  ),
})

type OracleWindow = z.infer<typeof OracleWindow>
export type ApiProfile = OracleWindow['community']
export type ApiMember = OracleWindow['members'][number]

/** The unified API as a node sees it. Every refusal is thrown as `ERR_ORACLE_API`; those worth waiting for are retryable. */
export interface UnifiedApi {
  /** Who is measured by what, and every cleansed reading of `[from, to)` (epoch seconds). */
  oracle(community: string, from: number, to: number): Promise<OracleWindow>
  /** Cleansed readings of one meter in `[from, to)`, at periods of `seconds`. */
  readings(meter: string, from: number, to: number, seconds: number): Promise<PeriodReading[]>
  /** Measured readings of a meter that may stand in for the one missing at `start`. */
  history(community: string, meter: string, start: number): Promise<PeriodReading[]>
  changes(community: string, after: number): Promise<z.infer<typeof Changes>>
  /** Writes evidence; the same batch twice is one batch. */
  writeTrading(community: string, batch: string): Promise<void>
  /** Which batches that overlap `[from, to)` the lake already has evidence of, superseded ones included. */
  trading(community: string, from: number, to: number): Promise<z.infer<typeof Trading>['batches']>
  /** Writes an adjustment; the same twice is one. */
  writeAdjustment(community: string, adjustment: string): Promise<void>
  /** Adjustments of the periods in `[from, to)` that the lake already has, without balances. */
  adjustments(community: string, from: number, to: number): Promise<z.infer<typeof Adjustments>['adjustments']>
  close(): void
}

const TIMEOUT_MS = 30_000
// Also those of identity: a clock is set, a systems file is written, an API that has just started forgets what it has seen.
const WORTH_WAITING = new Set([401, 403, 404, 429])
// The balances of nobody: asked for one member, the API leaves out all others, and here only the roots matter.
const NOBODY = `0x${'0'.repeat(64)}`

/** @param key the node's system key: every request is signed with it (RFC 9421) */
export function connectApi(url: string, key: SystemKey): UnifiedApi {
  const secure = url.startsWith('https:')
  const agent = secure
    ? new TlsAgent({ keepAlive: true, maxSockets: 8 })
    : new Agent({ keepAlive: true, maxSockets: 8 })

  const call = (method: string, path: string, body?: string) =>
    new Promise<string>((resolve, reject) => {
      const fail = (why: string, retryable: boolean, cause?: unknown) =>
        reject(
          new OpemError({
            code: 'ERR_ORACLE_API',
            shortMessage: `${method} ${path.split('?')[0]}: ${why}`,
            retryable,
            cause,
          }),
        )
      const plain = body === undefined ? {} : { 'content-type': 'application/json' }
      const headers = signRequest({ method, url: `${url}${path}`, headers: plain, body }, key)
      const sent = (secure ? tlsRequest : request)(
        `${url}${path}`,
        { method, agent, headers, timeout: TIMEOUT_MS },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('error', (error) => fail(error.message, true, error))
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8')
            const status = answer.statusCode ?? 0
            if (status >= 200 && status < 300) resolve(text)
            else fail(`answered ${status} ${problemCode(text)}`, status >= 500 || WORTH_WAITING.has(status))
          })
        },
      )
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)))
      sent.on('error', (error) => fail(error.message, true, error))
      sent.end(body)
    })

  async function read<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    const parsed = shape.safeParse(JSON.parse(await call('GET', path)))
    if (parsed.success) return parsed.data
    // Only where, not what: the values are readings.
    const places = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    throw new OpemError({
      code: 'ERR_ORACLE_API',
      shortMessage: `GET ${path.split('?')[0]}: unexpected shape at ${places.join(', ')}`,
    })
  }

  const range = (from: number, to: number) => `from=${formatInstant(from)}&to=${formatInstant(to)}`
  const of = (community: string) => `/v1/communities/${community}`

  return {
    oracle: (community, from, to) => read(`${of(community)}/oracle?${range(from, to)}`, OracleWindow),
    readings: async (meter, from, to, seconds) => {
      const which = `meter=${encodeURIComponent(meter)}&${range(from, to)}&zone=cleansed&seconds=${seconds}`
      return (await read(`/v1/readings?${which}`, History)).readings
    },
    history: async (community, meter, start) =>
      (await read(`${of(community)}/history?meter=${encodeURIComponent(meter)}&start=${formatInstant(start)}`, History))
        .readings,
    changes: (community, after) => read(`${of(community)}/changes?after=${after}`, Changes),
    writeTrading: async (community, batch) => {
      await call('POST', `${of(community)}/trading`, batch)
    },
    trading: async (community, from, to) =>
      (await read(`${of(community)}/trading?${range(from, to)}&revisions=all&member=${NOBODY}`, Trading)).batches,
    writeAdjustment: async (community, adjustment) => {
      await call('POST', `${of(community)}/adjustments`, adjustment)
    },
    adjustments: async (community, from, to) =>
      (await read(`${of(community)}/adjustments?${range(from, to)}&member=${NOBODY}`, Adjustments)).adjustments,
    close: () => agent.destroy(),
  }
}

function problemCode(text: string): string {
  try {
    const { code, title } = JSON.parse(text) as { code?: string; title?: string }
    return code ?? title ?? ''
  } catch {
    return ''
  }
}
