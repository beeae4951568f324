import { type Capability, mayUse } from '@opem/domain'
import type { Caller } from '../caller/caller.ts'
import { type Grant, RULES, type Rule, type RuleName } from './rules.ts'

/** What the caller is to the community that the request is about. */
export interface Relations {
  readonly administrator: boolean
  readonly auditor: boolean
  /** Ids of their own memberships. */
  readonly members: readonly string[]
}

export const NO_RELATIONS: Relations = { administrator: false, auditor: false, members: [] }

export type Verdict =
  | { readonly allowed: true; readonly grants: readonly Grant[] }
  | { readonly allowed: false; readonly status: 401 | 403; readonly code: string; readonly reason: string }

/** Judges a caller by a rule. Pure: the same caller and relations always get the same answer. */
export function judge(name: RuleName, caller: Caller, relations: Relations, route: string): Verdict {
  const { grants, needs }: Rule = RULES[name]
  const held = grants.filter((grant) => holds(grant, caller, relations))
  if (held.length > 0) return { allowed: true, grants: held }
  return refusal(name, needs, caller, route)
}

/** Whether a caller could pass without anything about a community: who cannot is refused before the body is read. */
export function couldPass(name: RuleName, caller: Caller): boolean {
  const { grants }: Rule = RULES[name]
  const every: Relations = { administrator: true, auditor: true, members: ['any'] }
  return grants.some((grant) => holds(grant, caller, every))
}

/** Whether the answer depends on the community. */
export const asksCommunity = (name: RuleName): boolean =>
  RULES[name].grants.some((grant: Grant) => grant.startsWith('community-'))

/** Names and meters of all members are for the administrator and auditors, and for the marketplace's own command line. */
export const seesAllMembers = (caller: Caller, { administrator, auditor }: Relations): boolean =>
  administrator || auditor || (caller.kind === 'system' && caller.scopes.includes('operator'))

export function refusal(name: RuleName, needs: string, caller: Caller, route: string): Verdict & { allowed: false } {
  const rule = `${route} is under the rule "${name}", which needs ${needs}`
  if (caller.kind === 'nobody')
    return { allowed: false, status: 401, code: 'ERR_SIGN_IN_NEEDED', reason: `${rule}; nobody is signed in` }
  return { allowed: false, status: 403, code: 'ERR_NOT_ALLOWED', reason: `${rule}; the caller is ${described(caller)}` }
}

function holds(grant: Grant, caller: Caller, relations: Relations): boolean {
  if (grant === 'anybody') return true
  if (caller.kind === 'system') {
    if (grant === 'system') return true
    return grant.startsWith('scope:') && caller.scopes.some((scope) => grant === `scope:${scope}`)
  }
  if (caller.kind !== 'person') return false
  switch (grant) {
    case 'person':
      return true
    case 'operator':
      return caller.operator
    case 'company-administrator':
      return caller.companyAdministrator
    case 'community-administrator':
      return relations.administrator
    case 'community-auditor':
      return relations.auditor
    case 'community-member':
      return relations.members.length > 0
    default:
      return grant.startsWith('may:') && mayUse(caller.actors, grant.slice(4) as Capability)
  }
}

/** What the caller has, without who they are. */
function described(caller: Caller): string {
  switch (caller.kind) {
    case 'system':
      return `a system with ${listed(caller.scopes, 'the scope', 'the scopes') || 'no scope'}`
    case 'person': {
      const who = caller.operator
        ? 'the operator'
        : caller.organisation === null
          ? `a ${caller.accountKind}`
          : 'a representative'
      return `${who} with ${listed(caller.roles, 'the role', 'the roles') || 'no role'}`
    }
    case 'nobody':
      return 'nobody'
    default:
      return caller satisfies never
  }
}

const listed = (words: readonly string[], one: string, many: string): string =>
  words.length === 0 ? '' : `${words.length === 1 ? one : many} ${words.map((word) => `"${word}"`).join(', ')}`
