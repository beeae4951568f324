import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'

/** Names the browser that asked for a challenge; says nothing about who sits before it. */
export const BROWSER = 'opem_browser'
export const ACCESS = 'opem_access'
export const REFRESH = 'opem_refresh'

/** What a route may do with the cookies of its caller. */
export interface Cookies {
  get(name: string): string | undefined
  set(name: string, value: string, seconds: number, path?: string): void
  drop(name: string, path?: string): void
  /** The browser's cookie, made when it has none. */
  browser(): string
}

const BROWSER_SECONDS = 365 * 86_400

/** @param secure whether the client's way here is encrypted: loopback is plain HTTP, where a Secure cookie would not be kept */
export function cookiesOf(request: Request, response: Response, secure: boolean): Cookies {
  const known = parseCookies(request.headers.cookie)
  const write = (name: string, value: string, maxAge: number, path: string) =>
    response.append(
      'Set-Cookie',
      `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`,
    )
  const cookies: Cookies = {
    get: (name) => known.get(name),
    set: (name, value, seconds, path = '/') => {
      known.set(name, value)
      write(name, value, seconds, path)
    },
    drop: (name, path = '/') => {
      known.delete(name)
      write(name, '', 0, path)
    },
    browser() {
      const before = known.get(BROWSER)
      if (before !== undefined && /^[A-Za-z0-9_-]{43}$/.test(before)) return before
      const made = randomBytes(32).toString('base64url')
      cookies.set(BROWSER, made, BROWSER_SECONDS)
      return made
    },
  }
  return cookies
}

/** A name that comes twice is not taken: somebody may have put a second one beside ours. */
export function parseCookies(header: string | undefined): Map<string, string> {
  const found = new Map<string, string>()
  const twice = new Set<string>()
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=')
    if (at < 0) continue
    const name = pair.slice(0, at).trim()
    if (found.has(name)) twice.add(name)
    found.set(name, pair.slice(at + 1).trim())
  }
  for (const name of twice) found.delete(name)
  return found
}
