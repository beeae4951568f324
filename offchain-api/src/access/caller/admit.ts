import type { Request } from 'express'
import { Refusal } from '../../unified-api/problem.ts'
import type { Access } from '../../unified-api/route.ts'
import type { Services } from '../../unified-api/services.ts'
import { asksCommunity, couldPass, judge, NO_RELATIONS, refusal } from '../rules/judge.ts'
import { relationsOf } from '../rules/relations.ts'
import { RULES, type RuleName } from '../rules/rules.ts'
import type { Cookies } from '../session/cookies.ts'
import type { Caller } from './caller.ts'
import { identify, showsIdentity } from './identify.ts'

/**
 * First half, before the body is read: who asks, and whether they could pass at all. Public routes ask nobody, so that a
 * spoilt cookie never bars the way to a new one.
 * @throws Refusal 401, 403; retryable when the store is away: then nobody is let in
 */
export async function callerOf(
  services: Services,
  request: Request,
  { rule, route, body }: { rule: RuleName; route: string; body: () => Promise<Uint8Array> },
): Promise<Caller> {
  if (rule === 'public') return { kind: 'nobody' }
  const caller: Caller = showsIdentity(request) ? await identify(services.access, request, body) : { kind: 'nobody' }
  if (!couldPass(rule, caller)) refuse(refusal(rule, RULES[rule].needs, caller, route))
  return caller
}

/** Second half, when it is known what the request is about. @throws Refusal 401, 403 */
export async function admit(
  services: Services,
  it: {
    rule: RuleName
    route: string
    caller: Caller
    community: string | undefined
    cookies: Cookies
    origin: string
    address: string
  },
): Promise<Access> {
  const { rule, route, caller, community, cookies } = it
  const relations =
    asksCommunity(rule) && community !== undefined ? await relationsOf(services, caller, community) : NO_RELATIONS
  const verdict = judge(rule, caller, relations, route)
  if (!verdict.allowed) refuse(verdict)
  return {
    caller,
    grants: verdict.grants,
    relations,
    cookies,
    origin: it.origin,
    address: it.address,
    refuse: (needs) => refuse(refusal(rule, needs, caller, route)),
  }
}

function refuse({ status, code, reason }: ReturnType<typeof refusal>): never {
  throw new Refusal(status, code, reason)
}
