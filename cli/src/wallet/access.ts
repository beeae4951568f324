import type { Operation } from '@opem/domain'
import { refusal } from '../failure.ts'
import { openApi } from '../instance/api.ts'

/** A challenge as the API makes it: for one operation of one browser, used once. */
export interface Challenge {
  readonly challenge: `0x${string}`
  /** DID of the marketplace. */
  readonly audience: string
  readonly expiresAt: string
}

/** The API as a browser sees it: the cookie that a challenge is bound to goes with every request that follows. */
export interface Access {
  challenge(operation: Operation): Promise<Challenge>
  post<T>(path: string, body: unknown): Promise<T>
  get<T>(path: string): Promise<T>
  /** The value of `opem_browser`. */
  browser(): string | undefined
}

const COOKIE = 'opem_browser'
/** RFC 6265 §4.1.1: what a cookie's value may hold. */
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,512}$/

/**
 * @param url the API's address
 * @param kept the cookie of an earlier command
 * @param send as whom; unset: nobody who is signed in
 * @throws ERR_ACCESS_URL: tokens travel over https only, or to this machine
 */
export function openAccess(url: string, kept?: string, send: typeof fetch = fetch): Access {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw refusal('ERR_ACCESS_URL', `${url} begins with ${protocol} and needs https://, because tokens travel there.`)
  }
  let browser = kept
  const api = openApi(url, async (input, init) => {
    const headers = new Headers(init?.headers)
    if (browser !== undefined) headers.set('cookie', `${COOKIE}=${browser}`)
    const response = await send(input, { ...init, headers, redirect: 'error' })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';', 1)[0]!.split('=', 2)
      if (name?.trim() === COOKIE && value !== undefined && VALUE.test(value)) browser = value
    }
    return response
  })
  return {
    challenge: (operation) => api.post('/v1/access/challenges', { operation }),
    post: (path, body) => api.post(path, body),
    get: (path) => api.get(path),
    browser: () => browser,
  }
}
