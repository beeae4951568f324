import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ResolveHost } from '@opem/ssi/guarded-fetch'
import { createSystemKey, openSystemKey, type SystemKey } from '@opem/ssi/http-signature'
import type { Express, Request, Response } from 'express'
import { callerOf } from '../../access/caller/admit.ts'
import { certificateOf } from '../../access/caller/certificate.ts'
import { take } from '../../access/limit/bucket.ts'
import { bodyOf } from '../../unified-api/body.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Services } from '../../unified-api/services.ts'
import { serveChain } from '../composition/serve-chain.ts'
import { chainUnder } from '../composition/served-chain.ts'
import { agreementOfKey, isAccessKey } from './access-key.ts'
import { admitCall } from './admit-call.ts'
import { answerHeaders, forward, MOST_CALL_BYTES, newRequestId, targetOf } from './forward.ts'
import { addressed, type MayUseMoney, type ServiceCaller, usableService } from './may-call.ts'
import { parametersOf } from './parameters.ts'
import { checkPolicy, policyFor } from './policy.ts'
import { countedUnits, formatUnits } from './units.ts'
import { noteCounted, noteFailed } from './usage.ts'

const PATH = /^\/v1\/services\/(0x[0-9a-f]{64})(\/[^?]*)?(\?.*)?$/
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const REQUEST_ID = /^[A-Za-z0-9_.:-]{8,100}$/
const LONGEST_CALL_MS = 300_000
const AT_ONCE = 32

/** The door to providers' services. */
export interface Gateway {
  /** The key that signs calls to providers, made at the first start. */
  key(): Promise<SystemKey>
  /** Billing says whether an agreement may be used more. */
  readonly mayUseMoney: MayUseMoney
  readonly allowLoopback: boolean
  readonly resolveHost?: ResolveHost
  /** How many calls of one agreement run at once, and in a minute: whoever calls, from wherever. */
  readonly limits: CallLimits
}

export function createGateway(settings: {
  readonly dir: string
  readonly development: boolean
  readonly mayUseMoney: MayUseMoney
}): Gateway {
  let opened: Promise<SystemKey> | undefined
  const path = join(settings.dir, 'gateway.json')
  return {
    key() {
      opened ??= (existsSync(path) ? openSystemKey(path) : createSystemKey(path)).catch((cause) => {
        opened = undefined
        throw cause
      })
      return opened
    },
    mayUseMoney: settings.mayUseMoney,
    allowLoopback: settings.development,
    limits: createCallLimits(),
  }
}

/**
 * `ALL /v1/services/{agreement}/…`: a user's call of a service, checked, forwarded to its provider and counted. A call is counted
 * once, before a byte of its answer goes on.
 */
export function mountGateway(app: Express, services: Services): void {
  const { limits } = services.gateway
  app.all('/v1/services/:agreement{/*rest}', async (request, response) => {
    const [, agreement, path = '/', query = ''] = PATH.exec(request.originalUrl) ?? []
    if (agreement === undefined || !METHODS.includes(request.method))
      throw new Refusal(404, 'ERR_NOT_FOUND', 'a service is called as /v1/services/{agreement}/{path}')
    const release = limits.enter(agreement)
    try {
      await call(services, request, response, { agreement, rest: `${path}${query}`, limits })
    } finally {
      release()
    }
  })
}

async function call(
  services: Services,
  request: Request,
  response: Response,
  { agreement, rest, limits }: { agreement: string; rest: string; limits: CallLimits },
): Promise<void> {
  const { store, gateway, access } = services
  const { rows } = store
  const body = bodyOf(request, response, MOST_CALL_BYTES)
  const who = await whoCalls(services, request, body.bytes)
  const used = await usableService(rows, agreement, who, { now: access.now() })
  const from = services.place.clientOf(request) || '0.0.0.0'
  const policy = await policyFor(store, used.agreement.listing, from)
  const shown = who.by === 'key' || who.by === 'session' ? 'token' : who.by
  checkPolicy(policy, shown)
  limits.count(agreement, policy.requestsPerMinute, services.now())

  const id = requestIdOf(request)
  const chain = await chainUnder(rows, used.agreement)
  if (chain !== undefined) {
    return serveChain(services, request, response, {
      ...used,
      chain,
      rest,
      id,
      shown,
      from,
      bytes: await body.bytes(),
    })
  }
  const service = addressed(used)
  const target = targetOf(service.baseUrl, rest)
  const { method } = request
  const bytes = await body.bytes()
  const key = await gateway.key()
  const parameters = await parametersOf(services, service)
  const usage = { agreement, request: id }
  const asked = { ...usage, method, now: access.now() }
  await store.transaction((inside) => admitCall(inside, gateway.mayUseMoney, asked))
  response.set('OPEM-Request-Id', id)

  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(LONGEST_CALL_MS)])
  const answer = await forward(
    { method, target, headers: request.headers, body: bytes, ...{ agreement, parameters, request: id, signal } },
    { key, allowLoopback: gateway.allowLoopback, resolveHost: gateway.resolveHost },
  ).catch(async (cause) => {
    await noteFailed(rows, { ...usage, status: null })
    throw cause
  })
  try {
    const milliUnits = countedUnits(answer.status, answer.headers['opem-units'])
    if (milliUnits === undefined) await noteFailed(rows, { ...usage, status: answer.status })
    else if (!(await noteCounted(rows, { ...usage, milliUnits, status: answer.status })))
      throw new Refusal(409, 'ERR_REQUEST_REPEATED', `the request ${id} was counted already`)
    response.status(answer.status).set(answerHeaders(answer.headers))
    response.set('OPEM-Units', formatUnits(milliUnits ?? 0n))
    for await (const part of answer.body)
      if (!response.write(part)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    response.end()
  } catch (cause) {
    if (response.headersSent) return void response.destroy() // half an answer must not look like a whole one
    throw cause
  } finally {
    answer.close()
  }
}

async function whoCalls(services: Services, request: Request, body: () => Promise<Uint8Array>): Promise<ServiceCaller> {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined && isAccessKey(bearer)) {
    const agreement = await agreementOfKey(services.store.rows, bearer)
    if (agreement === undefined)
      throw new Refusal(
        401,
        'ERR_ACCESS_KEY',
        'this access key opens nothing: it was replaced, or the service ended; make another',
      )
    return { by: 'key', agreement }
  }
  const caller = await callerOf(services, request, {
    rule: 'use-service',
    route: 'ALL /v1/services/{agreement}',
    body,
  })
  if (caller.kind === 'person') return { by: 'session', caller }
  if (caller.kind === 'system') return { by: certificateOf(request) === undefined ? 'signature' : 'mtls', caller }
  throw new Refusal(401, 'ERR_SIGN_IN_NEEDED', 'a service is called by its user: sign in, or show the access key')
}

function requestIdOf(request: Request): string {
  const given = request.headers['opem-request-id']
  if (given === undefined) return newRequestId()
  if (typeof given === 'string' && REQUEST_ID.test(given)) return given
  throw new Refusal(
    400,
    'ERR_REQUEST_ID',
    'OPEM-Request-Id needs 8 to 100 letters, digits, dots, colons, hyphens or underscores',
  )
}

export interface CallLimits {
  /** @returns what ends the call @throws Refusal ERR_TOO_MANY */
  enter(agreement: string): () => void
  /** @throws Refusal ERR_TOO_MANY */
  count(agreement: string, perMinute: number, now: number): void
}

const MOST_REMEMBERED = 10_000

function createCallLimits(): CallLimits {
  const running = new Map<string, number>()
  const fullAt = new Map<string, number>()
  return {
    enter(agreement) {
      const before = running.get(agreement) ?? 0
      if (before >= AT_ONCE)
        throw new Refusal(429, 'ERR_TOO_MANY', `${AT_ONCE} calls of this service are under way; wait for one to end`, 1)
      running.set(agreement, before + 1)
      return () => {
        const left = running.get(agreement)! - 1
        if (left === 0) running.delete(agreement)
        else running.set(agreement, left)
      }
    },
    count(agreement, perMinute, now) {
      const taken = take(fullAt.get(agreement), now, { burst: perMinute, perSecond: perMinute / 60 })
      if (!taken.ok)
        throw new Refusal(
          429,
          'ERR_TOO_MANY',
          `the provider takes ${perMinute} calls a minute under one agreement`,
          Math.ceil(taken.waitMs / 1000),
        )
      fullAt.delete(agreement)
      fullAt.set(agreement, taken.fullAt)
      if (fullAt.size > MOST_REMEMBERED) fullAt.delete(fullAt.keys().next().value as string)
    },
  }
}
