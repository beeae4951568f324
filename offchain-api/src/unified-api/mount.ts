import type { IRouter, Request, Response } from 'express'
import { z } from 'zod'
import { admit, callerOf } from '../access/caller/admit.ts'
import type { Caller } from '../access/caller/caller.ts'
import { cookiesOf } from '../access/session/cookies.ts'
import { answerFile, answerRows } from './answer.ts'
import { bodyOf } from './body.ts'
import { keyedRequest } from './idempotency/key.ts'
import { giveUp, type KeptAnswer, type KeyedRequest, keepAnswer, takeKey } from './idempotency/once.ts'
import { isKept } from './kept-text.ts'
import { Refusal, toProblem } from './problem.ts'
import { isFile, isRows, isText, type Route } from './route.ts'
import type { Services } from './services.ts'

const NO_QUERY = z.strictObject({})

/** A route as Express serves it: who asks, what they ask, whether they may, and only then the answer. */
export function mount(on: IRouter, route: Route, services: Services): void {
  const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
  const name = `${route.method.toUpperCase()} ${route.path}`
  on[route.method](path, async (request, response) => {
    let caller: Caller = { kind: 'nobody' }
    const door = { name, address: services.place.clientOf(request) }
    try {
      if (route.limited) services.access.limits.address(door.name, door.address, services.now())
      const body = bodyOf(request, response, route.bodyLimit ?? 256_000)
      caller = await callerOf(services, request, { rule: route.access, route: name, body: body.bytes })
      const input = {
        params: read(route.params, request.params, 'ERR_PATH', 'the path'),
        query: read(route.query ?? NO_QUERY, request.query, 'ERR_QUERY', 'the query'),
        form: route.form ? Buffer.from(await body.bytes()).toString('utf8') : undefined,
        body: route.body ? read(route.body, await body.json(), 'ERR_BODY', 'the body') : undefined,
      }
      const cookies = cookiesOf(request, response, services.place.isSecure(request))
      const holder = route.limited?.holderOf?.(input as never, cookies)
      if (holder !== undefined) services.access.limits.holder(door.name, door.address, holder, services.now())
      const access = await admit(services, {
        ...{ rule: route.access, route: name, caller, cookies, address: door.address },
        origin: services.place.originOf(request),
        community: route.communityOf?.(input) ?? (input.params as { id?: string } | undefined)?.id,
      })
      const now = Math.floor(services.now() / 1000)
      const keyed = await keyedRequest(route, request, { caller, body, now })
      const before = keyed && (await takeKey(services.store, keyed))
      response.set('Cache-Control', 'no-store')
      if (before) {
        note(services, route, caller, before.status)
        return again(response, before)
      }
      const answer = await answerOf(() => route.handle(input, services, access), services, keyed)
      note(services, route, caller, response.statusCode)
      await send(request, response, answer)
    } catch (cause) {
      note(services, route, caller, toProblem(cause).status)
      throw cause
    }
  })
}

/** The answer; under a key it is kept for whoever sends the same request again, a refusal is not. */
async function answerOf(work: () => Promise<unknown>, { store }: Services, keyed: KeyedRequest | undefined) {
  if (keyed === undefined) return work()
  let answer: unknown
  try {
    answer = await work()
  } catch (cause) {
    await giveUp(store, keyed).catch(() => undefined)
    throw cause
  }
  // Done is done: when the answer cannot be kept, who sends the request again is told that nobody knows.
  if (!isRows(answer) && !isText(answer) && !isFile(answer))
    await keepAnswer(store, keyed, { status: 200, json: JSON.stringify(answer) }).catch(() => undefined)
  return answer
}

const again = (response: Response, { status, json }: KeptAnswer) => {
  response.status(status).set('Idempotency-Replayed', 'true').type('application/json').send(json)
}

const send = async (request: Request, response: Response, answer: unknown) => {
  if (isRows(answer)) await answerRows(request, response, answer)
  else if (isFile(answer)) await answerFile(response, answer)
  else if (isText(answer)) response.type(answer.type).send(answer.text)
  else response.json(answer)
}

function note({ access, now }: Services, route: Route, caller: Caller, outcome: number) {
  access.log.note({
    ...{ caller, method: route.method.toUpperCase(), route: route.path, rule: route.access, outcome },
    at: Math.floor(now() / 1000),
  })
}

function read(shape: z.ZodType | undefined, value: unknown, code: string, what: string): unknown {
  if (!shape) return undefined
  if (!isKept(value))
    throw new Refusal(400, code, `${what} holds a zero byte, half a character, or members more than 100 deep`)
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Refusal(400, code, `${what} is not as needed: ${z.prettifyError(parsed.error).slice(0, 2000)}`)
}
