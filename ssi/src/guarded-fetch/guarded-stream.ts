import { type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { OpemError } from '@opem/domain'
import { checkedAddresses, type ResolveHost } from './address.ts'
import { lookupOf } from './guarded-fetch.ts'
import { refuseFetch } from './refusal.ts'
import { parseTarget, type TargetPolicy } from './target.ts'

export interface GuardedStreamOptions extends Partial<TargetPolicy> {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  /** Milliseconds until the first byte of the answer; 30,000 when left out. */
  readonly timeoutMs?: number
  /** Most bytes of the answer's body; reading on fails with ERR_FETCH_SIZE. */
  readonly maxBytes: number
  /** Ends the exchange, at any time. */
  readonly signal?: AbortSignal
  readonly resolveHost?: ResolveHost
}

export interface GuardedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The body as it comes; whoever does not read it to its end calls `close`. */
  readonly body: AsyncIterable<Uint8Array>
  close(): void
}

/**
 * `guardedFetch` for answers that are passed on while they come: the same checks of URL and addresses, one connection of its
 * own, no redirect.
 * @throws ERR_FETCH_URL, ERR_FETCH_ADDRESS, ERR_FETCH_REDIRECT; retryable: ERR_FETCH_TIMEOUT, ERR_FETCH_UNREACHABLE
 */
export async function guardedStream(text: string, options: GuardedStreamOptions): Promise<GuardedAnswer> {
  const { allowLoopback = false, ports, timeoutMs = 30_000, maxBytes } = options
  const url = parseTarget(text, { allowLoopback, ports })
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, late.signal]) : late.signal
  try {
    const ended = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    )
    ended.catch(() => undefined)
    const addresses = await Promise.race([checkedAddresses(url, allowLoopback, options.resolveHost), ended])
    const send = url.protocol === 'https:' ? requestSecure : requestPlain
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, {
        method: options.method,
        agent: false,
        lookup: lookupOf(addresses),
        headers: { ...options.headers, 'accept-encoding': 'identity', connection: 'close' },
        signal,
      })
        .on('response', resolve)
        .on('error', reject)
        .end(options.body)
    })
    const status = answer.statusCode ?? 0
    if (status < 200 || status > 599 || (status >= 300 && status < 400 && status !== 304)) {
      answer.destroy()
      throw refuseFetch('ERR_FETCH_REDIRECT', `${url.host} answered ${status} and sends elsewhere.`)
    }
    return { status, headers: answer.headers, body: limited(answer, url, maxBytes), close: () => answer.destroy() }
  } catch (cause) {
    if (cause instanceof OpemError) throw cause
    if (late.signal.aborted)
      throw refuseFetch('ERR_FETCH_TIMEOUT', `${url.host} did not answer within ${timeoutMs / 1000} s.`)
    throw refuseFetch('ERR_FETCH_UNREACHABLE', `${url.host} could not be reached.`, cause)
  } finally {
    clearTimeout(timer)
  }
}

async function* limited(answer: IncomingMessage, url: URL, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) {
      answer.destroy()
      throw refuseFetch('ERR_FETCH_SIZE', `${url.host} answered more than ${maxBytes} bytes.`)
    }
    yield part
  }
}
