import { randomUUID } from 'node:crypto'
import { OpemError } from '@opem/domain'
import createClient, { type Client } from 'openapi-fetch'
import type { paths } from '../../generated/api.d.ts'

export type { components, paths } from '../../generated/api.d.ts'
export type OpemClient = Client<paths>

/**
 * A client of the unified API, with the paths, bodies and answers of its OpenAPI document as types. Every POST carries an
 * Idempotency-Key of its own unless one is given.
 * @param fetch how to ask: one that signs requests, or brings a session along; the global one asks as nobody
 * @example
 * const api = createOpemClient({ url: 'http://127.0.0.1:8400', fetch: createSignedFetch(key) })
 * const { communities } = answerOf(await api.GET('/v1/communities'))
 */
export function createOpemClient({
  url,
  fetch = globalThis.fetch,
}: {
  url: string
  fetch?: typeof globalThis.fetch
}): OpemClient {
  // The request is taken apart: a fetch that signs wants to read the body itself.
  const ask = async (request: Request) => {
    const headers = new Headers(request.headers)
    if (request.method === 'POST' && !headers.has('idempotency-key')) headers.set('idempotency-key', randomUUID())
    const body = request.body === null ? undefined : await request.text()
    return fetch(request.url, { method: request.method, headers, ...(body === undefined ? {} : { body }) })
  }
  return createClient<paths>({ baseUrl: url.replace(/\/+$/, ''), fetch: ask })
}

interface Answer<T> {
  readonly data?: T | undefined
  readonly error?: unknown
  readonly response: Response
}

/** The answer, or the refusal as an error. @throws OpemError with the problem's own code; retryable when it may get better */
export function answerOf<T>({ data, error, response }: Answer<T>): T {
  if (response.ok && data !== undefined) return data
  const { code, detail } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: string
    detail?: string
  }
  throw new OpemError({
    code: code ?? 'ERR_ANSWER_SHAPE',
    shortMessage: detail ?? `the marketplace answered ${response.status} to ${new URL(response.url).pathname}`,
    details: { status: response.status },
    retryable: response.status === 429 || response.status >= 500,
  })
}

/**
 * Every item of a list, page by page.
 * @example for await (const one of everyItem((after) => api.GET('/v1/notifications', { params: { query: { after } } }))) …
 */
export async function* everyItem<T>(
  page: (after: string | undefined) => Promise<Answer<{ items: readonly T[]; next: string | null }>>,
): AsyncGenerator<T> {
  let after: string | undefined
  do {
    const { items, next } = answerOf(await page(after))
    yield* items
    after = next ?? undefined
  } while (after !== undefined)
}
