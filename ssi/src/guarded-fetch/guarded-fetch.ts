import type { LookupAddress } from 'node:dns'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { LookupFunction } from 'node:net'
import { OpemError } from '@opem/domain'
import { checkedAddresses, type ResolveHost } from './address.ts'
import { refuseFetch } from './refusal.ts'
import { parseTarget, type TargetPolicy } from './target.ts'

export interface GuardedFetchOptions extends Partial<TargetPolicy> {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Most bytes of an answer's body; 65,536 when left out. */
  readonly maxBytes?: number
  /** Milliseconds for everything together, from the name to the last byte; 5,000 when left out. */
  readonly timeoutMs?: number
  readonly resolveHost?: ResolveHost
}

/** Fetches what a stranger named; the policy is set already. */
export type GuardedFetch = (
  url: string,
  init?: Pick<GuardedFetchOptions, 'method' | 'headers' | 'body'>,
) => Promise<Response>

const MAX_BYTES = 65_536
const TIMEOUT_MS = 5_000

/**
 * Fetches a URL that a stranger gave, without letting the stranger reach where only we can (SSRF): the host is resolved
 * once, its addresses are checked, and the connection goes to exactly those. Redirects are not followed.
 * @returns the answer with its whole body read, whatever its status (never 3xx)
 * @throws ERR_FETCH_URL, ERR_FETCH_ADDRESS, ERR_FETCH_REDIRECT, ERR_FETCH_SIZE; retryable: ERR_FETCH_TIMEOUT,
 * ERR_FETCH_UNREACHABLE
 */
export async function guardedFetch(text: string, options: GuardedFetchOptions = {}): Promise<Response> {
  const { allowLoopback = false, ports, timeoutMs = TIMEOUT_MS } = options
  const url = parseTarget(text, { allowLoopback, ports })
  const timeout = AbortSignal.timeout(timeoutMs)
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () =>
      reject(refuseFetch('ERR_FETCH_TIMEOUT', `${url.host} did not answer within ${timeoutMs / 1000} s.`)),
    )
  })
  const answer = checkedAddresses(url, allowLoopback, options.resolveHost).then((addresses) =>
    exchange(url, addresses, options, timeout),
  )
  return Promise.race([answer, late])
}

/** `guardedFetch` with its policy set once, for whoever only knows URLs. */
export const createGuardedFetch =
  (policy: Omit<GuardedFetchOptions, 'method' | 'headers' | 'body'>): GuardedFetch =>
  (url, init = {}) =>
    guardedFetch(url, { ...policy, ...init })

/** Node asks this instead of the system: a second answer of the name server cannot matter. */
export const lookupOf =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_host, { all }, done) => {
    const [first] = addresses
    if (all) done(null, [...addresses])
    else if (first) done(null, first.address, first.family)
    else done(new Error('no address'), '', 0)
  }

async function exchange(
  url: URL,
  addresses: readonly LookupAddress[],
  { method = 'GET', headers = {}, body, maxBytes = MAX_BYTES }: GuardedFetchOptions,
  signal: AbortSignal,
): Promise<Response> {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, {
        method,
        // A connection of one's own: none of a pool, whose address somebody else chose.
        agent: false,
        lookup: lookupOf(addresses),
        headers: { ...headers, 'accept-encoding': 'identity', connection: 'close' },
        signal,
      })
        .on('response', resolve)
        .on('error', reject)
        .end(body)
    })
    return await responseOf(url, answer, maxBytes)
  } catch (cause) {
    if (cause instanceof OpemError) throw cause
    throw refuseFetch('ERR_FETCH_UNREACHABLE', `${url.host} could not be reached.`, cause)
  }
}

async function responseOf(url: URL, answer: IncomingMessage, maxBytes: number): Promise<Response> {
  const status = answer.statusCode ?? 0
  if (status < 200 || status > 599 || (status >= 300 && status < 400)) {
    answer.destroy()
    throw refuseFetch(
      'ERR_FETCH_REDIRECT',
      `${url.host} answered ${status} and sends elsewhere: name the place itself.`,
    )
  }
  const parts: Buffer[] = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) {
      answer.destroy()
      throw refuseFetch('ERR_FETCH_SIZE', `${url.host} answered more than ${maxBytes} bytes.`)
    }
    parts.push(part)
  }
  const type = answer.headers['content-type']
  const empty = status === 204 || status === 205
  return new Response(empty ? null : Buffer.concat(parts), { status, headers: type ? { 'content-type': type } : {} })
}
