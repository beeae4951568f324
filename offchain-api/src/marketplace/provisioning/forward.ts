import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { OpemError } from '@opem/domain'
import { type GuardedAnswer, guardedStream, type ResolveHost } from '@opem/ssi/guarded-fetch'
import { type SystemKey, signRequest } from '@opem/ssi/http-signature'
import { Refusal } from '../../unified-api/problem.ts'

/** Headers of a call that a provider sees; whatever says who the user is elsewhere stays here. */
const PASSED_ON = ['accept', 'accept-language', 'content-type', 'if-none-match', 'if-modified-since', 'range']
/** Headers of an answer that a user sees. */
const PASSED_BACK = ['content-type', 'content-language', 'content-range', 'etag', 'last-modified', 'accept-ranges']
/** What the marketplace's signature covers besides the request itself. */
export const SIGNED_HEADERS = ['opem-agreement', 'opem-parameters', 'opem-request-id'] as const

export const MOST_CALL_BYTES = 1_000_000
export const MOST_ANSWER_BYTES = 256 * 1024 * 1024

/**
 * Where a call goes: the provider's address and what the user wrote behind it, never beside it.
 * @param rest path and query as on the wire, beginning with `/`
 * @throws Refusal ERR_PATH when the path would leave the service
 * @example targetOf('https://acme.example/forecast/v1/', '/day?x=1').href // 'https://acme.example/forecast/v1/day?x=1'
 */
export function targetOf(baseUrl: string, rest: string): URL {
  const base = new URL(baseUrl)
  const root = base.pathname.replace(/\/+$/, '')
  const target = new URL(base.origin)
  const [path = '/', ...query] = rest.split('?')
  // What is encoded once or twice, or stands before a semicolon, may mean something else to the provider than to us.
  const outside = new Refusal(400, 'ERR_PATH', 'the path leads out of the service, or is not well-formed')
  if (/%(25)*(2e|2f|5c)|\\|\/\.{1,2}(\/|;|%(25)*3b|$)|\/\//i.test(path)) throw outside
  target.pathname = `${root}${path}`
  if (!target.pathname.startsWith(`${root}/`)) throw outside
  target.search = query.length === 0 ? base.search : query.join('?')
  return target
}

export interface Call {
  readonly method: string
  readonly target: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  readonly agreement: string
  readonly parameters: Readonly<Record<string, string>>
  readonly request: string
  readonly signal: AbortSignal
}

/**
 * Asks a provider's service in the marketplace's name: signed (RFC 9421), with the agreement and its parameters in the signature, over
 * a connection that leads to the public internet alone (in development to this machine too).
 * @throws Refusal 502 ERR_SERVICE_ADDRESS, ERR_SERVICE_AWAY
 */
export async function forward(
  { method, target, headers, body, agreement, parameters, request, signal }: Call,
  {
    key,
    allowLoopback,
    resolveHost,
  }: { readonly key: SystemKey; readonly allowLoopback: boolean; readonly resolveHost?: ResolveHost | undefined },
): Promise<GuardedAnswer> {
  const passed = Object.fromEntries(
    PASSED_ON.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name] as string]] : [])),
  )
  if (body.length > 0 && passed['content-type'] === undefined) passed['content-type'] = 'application/octet-stream'
  const signed = signRequest(
    {
      method,
      url: target,
      headers: {
        ...passed,
        'opem-agreement': agreement,
        'opem-parameters': Buffer.from(JSON.stringify(parameters)).toString('base64url'),
        'opem-request-id': request,
      },
      body,
      also: SIGNED_HEADERS,
    },
    key,
  )
  try {
    return await guardedStream(target.href, {
      ...{ method, headers: signed, maxBytes: MOST_ANSWER_BYTES, allowLoopback, signal },
      ...(body.length > 0 && { body }),
      ...(resolveHost && { resolveHost }),
    })
  } catch (cause) {
    if (!(cause instanceof OpemError)) throw cause
    const never = /^ERR_FETCH_(URL|ADDRESS|REDIRECT)$/.test(cause.code)
    throw never
      ? new Refusal(
          502,
          'ERR_SERVICE_ADDRESS',
          `the provider's address cannot be asked (${cause.code}); tell the provider`,
        )
      : new Refusal(
          502,
          'ERR_SERVICE_AWAY',
          `the provider's service does not answer (${cause.code}); try again, it costs nothing`,
        )
  }
}

/**
 * Headers of an answer as they may come from our own origin: nothing in it runs as a page of ours, and no script of a provider
 * can be loaded by one.
 */
export function answerHeaders(given: IncomingHttpHeaders): Record<string, string> {
  const passed = Object.fromEntries(
    PASSED_BACK.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name] as string]] : [])),
  )
  const type = (passed['content-type'] ?? 'application/octet-stream').toLowerCase()
  const data =
    /^(application\/(json|[a-z0-9.+-]+\+json|x-ndjson|octet-stream|pdf)|text\/(plain|csv)|image\/(png|jpeg|webp))\s*(;|$)/
  return {
    ...passed,
    'content-type': data.test(type) ? type : 'application/octet-stream',
    'content-security-policy': "sandbox; default-src 'none'",
    'content-disposition': 'attachment',
    'cache-control': 'no-store',
  }
}

export const newRequestId = (): string => randomBytes(16).toString('base64url')
