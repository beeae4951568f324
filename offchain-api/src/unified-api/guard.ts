import type { NextFunction, Request, Response } from 'express'
import { Refusal } from './problem.ts'

const WALLETS = /^\/v1\/access\/openid4vp\/(requests|responses)\/[A-Za-z0-9_-]+$/
const MAIL_PROGRAMS = /^\/v1\/notifications\/unsubscriptions\/[A-Za-z0-9_.-]+$/
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Only this machine's own names may be asked for. A page of another site whose name resolves to 127.0.0.1
 * (DNS rebinding) names itself in Host, and a foreign page that posts here names itself in Origin.
 */
export function guardHost(request: Request, _response: Response, next: NextFunction) {
  const host = request.headers.host ?? ''
  if (!isLoopback(`http://${host}`))
    throw new Refusal(
      403,
      'ERR_FOREIGN_HOST',
      'the Host header names another machine; open this page as http://127.0.0.1',
    )
  const { origin } = request.headers
  const writes = request.method !== 'GET' && request.method !== 'HEAD'
  if (writes && origin !== undefined && !isLoopback(origin))
    throw new Refusal(403, 'ERR_FOREIGN_ORIGIN', 'a page of another site may not write here')
  next()
}

/** A form of another site can post without asking first, but not as JSON. */
export function guardMediaType(request: Request, _response: Response, next: NextFunction) {
  const carries = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  const empty = request.headers['content-length'] === '0'
  // A wallet's answer and a mail program's button are forms; they carry no cookie of ours and count by what is in them.
  const form =
    (WALLETS.test(request.path) || MAIL_PROGRAMS.test(request.path)) && request.is('application/x-www-form-urlencoded')
  // A form cannot set this header: what carries a key of its own is no other site's doing.
  const toService = request.path.startsWith('/v1/services/') && request.headers.authorization !== undefined
  if (carries && !empty && !form && !toService && !request.is('application/json'))
    throw new Refusal(415, 'ERR_MEDIA_TYPE', 'send the body as application/json')
  next()
}

function isLoopback(url: string): boolean {
  try {
    return LOOPBACK.has(new URL(url).hostname)
  } catch {
    return false
  }
}
