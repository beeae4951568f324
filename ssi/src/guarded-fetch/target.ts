import { refuseFetch } from './refusal.ts'

export interface TargetPolicy {
  /** Development: http, and addresses of this very machine, are allowed. */
  readonly allowLoopback: boolean
  /** Ports besides 443 that may be asked; without a list, every port from 1024 (below lie mail, shells and databases). */
  readonly ports?: readonly number[] | undefined
}

const SECURE = 443
const FIRST_UNPRIVILEGED = 1024

/**
 * A URL that a stranger gave (a wallet's endpoint, a status list), as far as its text can be judged: https, no user and
 * password, a port that serves the web. WHATWG parsing has already turned 2130706433, 0x7f.1 and 017700000001 into
 * 127.0.0.1, so no other spelling of an address gets past the check that follows.
 * @throws ERR_FETCH_URL
 */
export function parseTarget(text: string, { allowLoopback, ports }: TargetPolicy): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '') {
    throw refuseFetch('ERR_FETCH_URL', 'The address is not a URL: it needs the form https://host/path.')
  }
  if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')) {
    throw refuseFetch('ERR_FETCH_URL', `The address begins with ${url.protocol} and needs https://.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw refuseFetch('ERR_FETCH_URL', 'The address holds a user name or a password: leave everything before @ out.')
  }
  const port = portOf(url)
  const allowed = ports ? ports.includes(port) : port >= FIRST_UNPRIVILEGED
  if (port !== SECURE && !allowed && !(allowLoopback && url.protocol === 'http:')) {
    throw refuseFetch('ERR_FETCH_URL', `The address asks port ${port}, which is not one for the web: use 443.`)
  }
  return url
}

/** The port that a URL asks: its own, or the one of its scheme. */
export const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? SECURE : 80) : +url.port)
