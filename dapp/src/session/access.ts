import type { Actor, Capability } from '@opem/domain'
import { mayUse, ruleText } from '@opem/domain'
import type { Session } from '../api/access.ts'
import { keccakText } from '../chain/keccak.ts'

/** What a page asks of who looks at it. */
export type Need =
  | { kind: 'session' }
  | { kind: 'capability'; capability: Capability }
  | { kind: 'any-capability'; capabilities: readonly Capability[] }
  | { kind: 'company-administrator' }
  | { kind: 'operator' }

type Who = Pick<Session, 'did' | 'account' | 'kind' | 'roles' | 'operator'> & { actors: readonly Actor[] }

export function mayEnter(need: Need, who: Who): boolean {
  switch (need.kind) {
    case 'session':
      return true
    case 'capability':
      return mayUse(who.actors, need.capability)
    case 'any-capability':
      return need.capabilities.some((capability) => mayUse(who.actors, capability))
    case 'company-administrator':
      // The company's own DID administers the company too.
      return who.kind === 'company' && (who.roles.includes('administrator') || keccakText(who.did) === who.account)
    case 'operator':
      return who.operator && mayUse(who.actors, 'management-and-governance')
  }
}

/** The rule that kept somebody out, as a sentence. */
export function ruleOf(need: Need): string {
  switch (need.kind) {
    case 'session':
      return 'This page is for who is signed in.'
    case 'capability':
      return `${ruleText(need.capability)}.`
    case 'any-capability':
      return need.capabilities.map((capability) => `${ruleText(capability)}.`).join(' ')
    case 'company-administrator':
      return 'This page is for administrators of a company: their Representative credential names the role “administrator”.'
    case 'operator':
      return `${ruleText('management-and-governance')}.`
  }
}
