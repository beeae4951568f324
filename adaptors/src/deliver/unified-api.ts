import { OpemError } from '@opem/domain'
import { z } from 'zod'
import type { MeterReading, RejectedRow, SpotPrice } from '../harmonise/meter-reading.ts'

/** The part of the unified API that adaptors speak (docs/architecture.md). Every promise means: durable. */
export interface UnifiedApi {
  postReadings(readings: readonly MeterReading[]): Promise<Delivery>
  postRejected(rows: readonly RejectedRow[]): Promise<void>
  postPrices(prices: readonly SpotPrice[]): Promise<StoredPrices>
  listRejected(source?: string): Promise<KeptRow[]>
  markReplayed(id: string): Promise<void>
}

export const Delivery = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.array(z.object({ index: z.number(), code: z.string(), reason: z.string() })),
})
export type Delivery = z.infer<typeof Delivery>

export const StoredPrices = z.object({ stored: z.number(), known: z.number(), changed: z.number() })
export type StoredPrices = z.infer<typeof StoredPrices>

const KeptRow = z.object({
  id: z.string(),
  source: z.string(),
  meter: z.string().optional(),
  row: z.number().optional(),
  raw: z.string(),
  code: z.string(),
  reason: z.string(),
  rejectedAt: z.string(),
  replayedAt: z.string().optional(),
  format: z.string().optional(),
  options: z.record(z.string(), z.unknown()).optional(),
})
export type KeptRow = z.infer<typeof KeptRow>

export const KeptRows = z.object({ rejected: z.array(KeptRow) })

/** Largest batch of `POST /v1/readings`. */
export const MOST_READINGS = 20_000

export interface ApiOptions {
  readonly url: string
  /** Signs requests as a system (ssi/http-signature); unset: nobody's requests. */
  readonly fetch?: typeof fetch
  /** how long to try again while the API cannot answer, ms; default 60 s, `Infinity` for a process that lives on */
  readonly patience?: number
  readonly signal?: AbortSignal
  readonly onRetry?: (reason: string) => void
}

/** Refusals of a signature that another signature mends: the API has just started, or the clocks differ by a little. */
const SIGN_AGAIN = new Set(['ERR_SIGNATURE_REPLAY', 'ERR_SIGNATURE_NOT_YET', 'ERR_SIGNATURE_EXPIRED'])

/** Waits between attempts: 0.2 s, doubling to 10 s. */
const FIRST_WAIT = 200
const LONGEST_WAIT = 10_000

/**
 * Client with back-off: a connection error, 429 or 5xx is tried again until patience ends (`ERR_API_UNREACHABLE`,
 * retryable); any other refusal is thrown at once with the API's own code and sentence.
 */
export function unifiedApi({ url, fetch: ask = fetch, patience = 60_000, signal, onRetry }: ApiOptions): UnifiedApi {
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const until = Date.now() + patience
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const answer = await attempt(ask, url, method, path, body, signal)
      if ('value' in answer) return answer.value
      if (!answer.error.retryable || Date.now() + wait > until || signal?.aborted) throw answer.error
      onRetry?.(answer.error.shortMessage)
      await pause(wait, signal)
    }
  }
  return {
    postReadings: async (readings) => Delivery.parse(await send('POST', '/v1/readings', { readings })),
    postRejected: async (rows) => {
      for (const part of bySize(rows)) await send('POST', '/v1/rejected', { rejected: part })
    },
    postPrices: async (prices) => {
      const sum = { stored: 0, known: 0, changed: 0 }
      for (const [series, part] of bySeries(prices)) {
        const answer = StoredPrices.parse(await send('POST', '/v1/prices', { series, prices: part }))
        for (const what of ['stored', 'known', 'changed'] as const) sum[what] += answer[what]
      }
      return sum
    },
    listRejected: async (source) => {
      const answer = await send('GET', `/v1/rejected${source ? `?source=${encodeURIComponent(source)}` : ''}`)
      return KeptRows.parse(answer).rejected
    },
    markReplayed: async (id) => void (await send('POST', `/v1/rejected/${encodeURIComponent(id)}/replayed`, {})),
  }
}

/** Parts that fit into one request: rows may hold garbage of any length. */
function* bySize(rows: readonly RejectedRow[]): Generator<RejectedRow[]> {
  let part: RejectedRow[] = []
  let size = 0
  for (const row of rows) {
    // JSON may double the length of what must be escaped.
    size += 2 * row.raw.length + 1000
    if (size > MOST_CHARACTERS && part.length > 0) {
      yield part
      part = []
      size = 2 * row.raw.length + 1000
    }
    part.push({ ...row, reason: row.reason.slice(0, 2000), source: row.source.slice(0, 200) })
  }
  if (part.length > 0) yield part
}

const MOST_CHARACTERS = 4_000_000

function bySeries(prices: readonly SpotPrice[]) {
  const series = new Map<string, Omit<SpotPrice, 'series'>[]>()
  for (const { series: name, ...price } of prices) {
    const known = series.get(name)
    if (known) known.push(price)
    else series.set(name, [price])
  }
  return series
}

async function attempt(
  ask: typeof fetch,
  url: string,
  method: string,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<{ value: unknown } | { error: OpemError }> {
  let response: Response
  let text: string
  try {
    response = await ask(new URL(path, url), {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
    text = await response.text()
  } catch (cause) {
    return { error: unreachable(`${url} does not answer: ${causeOf(cause)}`, cause) }
  }
  if (response.status === 429 || response.status >= 500)
    return { error: unreachable(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`) }
  const value = parseJson(text)
  if (response.ok) return { value }
  const problem = z.object({ code: z.string(), detail: z.string() }).safeParse(value)
  if (SIGN_AGAIN.has(problem.data?.code ?? ''))
    return { error: unreachable(`${method} ${path} is to be signed again: ${problem.data?.detail}`) }
  return {
    error: new OpemError({
      code: problem.data?.code ?? 'ERR_API_REFUSED',
      shortMessage: `${method} ${path} was refused (${response.status}): ${problem.data?.detail ?? text.slice(0, 300)}`,
    }),
  }
}

const unreachable = (shortMessage: string, cause?: unknown) =>
  new OpemError({ code: 'ERR_API_UNREACHABLE', shortMessage, cause, retryable: true })

const causeOf = (error: unknown): string =>
  error instanceof Error
    ? error.cause instanceof Error
      ? error.cause.message || error.message
      : error.message
    : String(error)

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

const pause = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
