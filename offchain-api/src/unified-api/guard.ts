import type { NextFunction, Request, Response } from 'express'
import type { Place } from './place/place.ts'
import { Refusal } from './problem.ts'

const WALLETS = /^\/v1\/access\/openid4vp\/(requests|responses)\/[A-Za-z0-9_-]+$/
const MAIL_PROGRAMS = /^\/v1\/notifications\/unsubscriptions\/[A-Za-z0-9_.-]+$/

/**
 * Only this machine's own names and that of the public URL may be asked for. A page of another site whose name resolves
 * to 127.0.0.1 (DNS rebinding) names itself in Host, and a foreign page that posts here names itself in Origin.
 */
export const guardHost =
  ({ isOurs, mayWrite }: Pick<Place, 'isOurs' | 'mayWrite'>) =>
  (request: Request, _response: Response, next: NextFunction) => {
    const host = request.headers.host ?? ''
    if (!isOurs(host))
      throw new Refusal(
        403,
        'ERR_FOREIGN_HOST',
        'the Host header names another machine; open this page as http://127.0.0.1, or under the name of OPEM_PUBLIC_URL',
      )
    const { origin } = request.headers
    const writes = request.method !== 'GET' && request.method !== 'HEAD'
    if (writes && origin !== undefined && !mayWrite(origin, host))
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
