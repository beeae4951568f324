import type { Request } from 'express'
import { clientAddress, type Networks } from './proxies.ts'

/** Under which names the API is asked, and who asks it through a proxy. */
export interface Place {
  /** Whether the Host header is a name of ours: this machine's own, or that of the public URL. */
  isOurs(host: string): boolean
  /** Whether a page may write that says it comes from `origin`: one that was asked for under the same name. */
  mayWrite(origin: string, host: string): boolean
  /** `https://market.example`, or `http://127.0.0.1:8400`. */
  originOf(request: Request): string
  /** Whether the client's way here is encrypted, by the proxy or by ourselves. */
  isSecure(request: Request): boolean
  /** Who asks, behind the proxies that are believed. */
  clientOf(request: Request): string
}

/** A name or an address, and a port: nothing else that a URL could have there. */
const HOST = /^[a-z0-9.-]+(:\d+)?$|^\[[0-9a-f:.]+\](:\d+)?$/i
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * @param publicUrl how people and machines elsewhere reach this API, through a proxy that hands the Host header on
 * @param proxies whose word on the client's address counts
 */
export function createPlace({ publicUrl, proxies }: { publicUrl: string | undefined; proxies: Networks }): Place {
  const open = publicUrl === undefined ? undefined : new URL(publicUrl)
  const isPublic = (host: string) => open !== undefined && urlOf(`${open.protocol}//${host}`)?.host === open.host
  const isLoopback = (url: string) => LOOPBACK.has(urlOf(url)?.hostname ?? '')
  const isEncrypted = ({ socket }: Request) => 'encrypted' in socket && socket.encrypted === true
  const hostOf = ({ headers }: Request) => headers.host ?? ''
  return {
    isOurs: (host) => HOST.test(host) && (isLoopback(`http://${host}`) || isPublic(host)),
    mayWrite: (origin, host) => (isPublic(host) ? urlOf(origin)?.origin === open?.origin : isLoopback(origin)),
    originOf: (request) =>
      open && isPublic(hostOf(request))
        ? open.origin
        : `${isEncrypted(request) ? 'https' : 'http'}://${hostOf(request)}`,
    isSecure: (request) => isEncrypted(request) || (open?.protocol === 'https:' && isPublic(hostOf(request))),
    clientOf: ({ socket, headers }) => clientAddress(proxies, socket.remoteAddress, headers['x-forwarded-for']),
  }
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
