import type { Hex } from '@opem/domain'
import { addressOf, type Caller, type Person } from '../../access/caller/caller.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Draft } from './drafts.ts'

/** Somebody who signed in and acts for an account. */
export interface Actor {
  readonly did: string
  readonly account: Hex
  readonly person: Person
}

/** @throws Refusal 403: the rules of these routes let only people in */
export function actorOf(caller: Caller): Actor {
  if (caller.kind === 'person') return { did: caller.did, account: caller.account as Hex, person: caller }
  throw new Refusal(403, 'ERR_NOT_ALLOWED', 'this is for somebody who signed in with a wallet')
}

/** The address of the account on chain. @throws Refusal ERR_ACCOUNT_WITHOUT_ADDRESS for accounts of EU wallets */
export function addressOfAccount({ person }: Actor): Hex {
  const address = addressOf(person.accountDid)
  if (address !== undefined) return address as Hex
  throw new Refusal(
    409,
    'ERR_ACCOUNT_WITHOUT_ADDRESS',
    'listings are signed on chain, and this account has no address there; register with a wallet whose DID is did:ethr',
  )
}

/** A listing of others is none: who asks for it learns nothing. @throws Refusal 404 ERR_LISTING_UNKNOWN */
export function ownDraft(draft: Draft | undefined, actor: Actor): Draft {
  if (draft !== undefined && draft.account === actor.account) return draft
  throw unknownListing(draft?.listing)
}

export const unknownListing = (listing = '') =>
  new Refusal(
    404,
    'ERR_LISTING_UNKNOWN',
    `your account has no listing ${listing}; list them with GET /v1/market/services`,
  )

/** Data is for data providers, services for service providers (D2.3 Table 5). @throws Refusal 403 ERR_NOT_ALLOWED */
export function mayOffer({ person }: Actor, kind: unknown): void {
  const role = kind === 'data' ? 'data-provider' : 'service-provider'
  if (person.actors.includes(role)) return
  throw new Refusal(
    403,
    'ERR_NOT_ALLOWED',
    `a listing of the kind "${String(kind)}" needs the role "${role}" (D2.3 Table 5); the caller acts as ${person.actors.join(', ') || 'nobody'}`,
  )
}
