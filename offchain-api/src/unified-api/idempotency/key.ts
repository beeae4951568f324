import type { Request } from 'express'
import type { Caller } from '../../access/caller/caller.ts'
import type { Body } from '../body.ts'
import { Refusal } from '../problem.ts'
import type { Route } from '../route.ts'
import type { KeyedRequest } from './once.ts'

export const IDEMPOTENCY_KEY = 'Idempotency-Key'

/** Whether a route takes a key: every POST of somebody whom we know. What is public proves itself by its challenge. */
export const takesKey = ({ method, access }: Pick<Route, 'method' | 'access'>): boolean =>
  method === 'post' && access !== 'public'

/**
 * The key that a request carries, as draft-ietf-httpapi-idempotency-key-header says: text in quotes; without them it is
 * taken too. @throws Refusal 400 ERR_IDEMPOTENCY_KEY_FORM
 */
export async function keyedRequest(
  route: Route,
  request: Request,
  { caller, body, now }: { caller: Caller; body: Body; now: number },
): Promise<KeyedRequest | undefined> {
  const given = request.headers[IDEMPOTENCY_KEY.toLowerCase()]
  const who = nameOf(caller)
  if (given === undefined || who === undefined || !takesKey(route)) return undefined
  const key = /^"?([\x21\x23-\x5b\x5d-\x7e]{8,255})"?$/.exec(String(given))?.[1]
  if (key === undefined)
    throw new Refusal(
      400,
      'ERR_IDEMPOTENCY_KEY_FORM',
      'an Idempotency-Key is 8 to 255 visible ASCII characters that nobody else chooses, such as a UUID',
    )
  return {
    ...{ caller: who, key, method: request.method, target: request.originalUrl, body: await body.bytes() },
    ...{ unrepeatable: route.unrepeatable === true, now },
  }
}

function nameOf(caller: Caller): string | undefined {
  if (caller.kind === 'person') return `${caller.did} ${caller.account}`
  return caller.kind === 'system' ? `system ${caller.id}` : undefined
}
