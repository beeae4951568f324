import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Services } from '../../unified-api/services.ts'
import type { Rows } from '../contracting/offers.ts'
import { unknownAgreement } from '../contracting/party.ts'
import { admitCall } from './admit-call.ts'
import { forward, MOST_CALL_BYTES, targetOf } from './forward.ts'
import { addressed, usableService } from './may-call.ts'
import { parametersOf } from './parameters.ts'
import { checkPolicy, policyFor } from './policy.ts'
import { countedUnits } from './units.ts'
import { noteCounted, noteFailed } from './usage.ts'

export type CallParts = Pick<Services, 'store' | 'gateway'> & { readonly access: { now(): number } }

export interface ServiceCall {
  readonly agreement: Hex
  /** For whom: the consumer of the agreement. */
  readonly account: Hex
  /** How they showed who they are, and from which address they asked: the provider's policy judges both. */
  readonly shown: 'token' | 'signature' | 'mtls'
  readonly from: string
  readonly path: string
  readonly body: Uint8Array
  readonly type: string
  /** Unique to this call; counted once. */
  readonly request: string
  readonly signal: AbortSignal
}

export interface ServiceAnswer {
  readonly status: number
  readonly type: string
  readonly bytes: Buffer
  readonly milliUnits: bigint
}

/**
 * Calls a service for its user from within the marketplace, under all the rules of the gateway: checked, forwarded, counted. The
 * answer is counted in the transaction in which `keep` keeps it, so that nobody pays for an answer that was lost.
 * @throws Refusal as the gateway does, and ERR_SERVICE_FAILED, ERR_SERVICE_REFUSED, ERR_ANSWER_TOO_LARGE
 */
export async function callService(
  parts: CallParts,
  call: ServiceCall,
  keep: (rows: Rows, answer: ServiceAnswer) => Promise<void>,
): Promise<ServiceAnswer> {
  const { store, gateway, access } = parts
  const { agreement, request, signal } = call
  const release = gateway.limits.enter(agreement)
  try {
    const service = addressed(
      await usableService(store.rows, agreement, { by: 'key', agreement }, { now: access.now() }),
    )
    if (service.agreement.consumer_account !== call.account) throw unknownAgreement(agreement)
    const policy = await policyFor(store, service.agreement.listing, call.from)
    checkPolicy(policy, call.shown)
    gateway.limits.count(agreement, policy.requestsPerMinute, access.now() * 1000)
    const target = targetOf(service.baseUrl, call.path)
    const [key, parameters] = await Promise.all([gateway.key(), parametersOf(parts, service)])
    const usage = { agreement, request }
    const asked = { ...usage, method: 'POST', now: access.now() }
    await store.transaction((rows) => admitCall(rows, gateway.mayUseMoney, asked))
    try {
      const headers = { accept: 'application/json', 'content-type': call.type }
      const answer = await forward(
        { method: 'POST', target, headers, body: call.body, ...{ agreement, parameters, request, signal } },
        { key, allowLoopback: gateway.allowLoopback, resolveHost: gateway.resolveHost },
      )
      try {
        const { status } = answer
        if (status < 200 || status > 299) throw refusedBy(status)
        const bytes = await bytesOf(answer.body)
        const milliUnits = countedUnits(status, answer.headers['opem-units']) ?? 0n
        const type = answer.headers['content-type'] ?? 'application/octet-stream'
        const got: ServiceAnswer = { status, type, bytes, milliUnits }
        await store.transaction(async (rows) => {
          if (!(await noteCounted(rows, { ...usage, milliUnits, status })))
            throw new Refusal(409, 'ERR_REQUEST_REPEATED', `the request ${request} was counted already`)
          await keep(rows, got)
        })
        return got
      } finally {
        answer.close()
      }
    } catch (cause) {
      await noteFailed(store.rows, { ...usage, status: null }).catch(() => undefined)
      if (signal.aborted && !(cause instanceof Refusal))
        throw new Refusal(504, 'ERR_SERVICE_SLOW', 'the service did not answer in time; try again')
      throw cause
    }
  } finally {
    release()
  }
}

const refusedBy = (status: number) =>
  status >= 500
    ? new Refusal(
        502,
        'ERR_SERVICE_FAILED',
        `the service answered ${status}: it failed, which costs nothing; try again`,
      )
    : new Refusal(502, 'ERR_SERVICE_REFUSED', `the service answered ${status}: it does not take what it was given`)

/** As much as the next service may be sent. */
async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    if (length > MOST_CALL_BYTES)
      throw new Refusal(
        502,
        'ERR_ANSWER_TOO_LARGE',
        `the answer has more than ${MOST_CALL_BYTES} bytes, too many for a chain`,
      )
    parts.push(part)
  }
  return Buffer.concat(parts)
}
