import type { Hex, MarketRole } from '@opem/domain'
import { addressOf, type Caller, type Person } from '../../access/caller/caller.ts'
import { Refusal } from '../../unified-api/problem.ts'

export type Side = 'consumer' | 'provider'

export const otherSide = (side: Side): Side => (side === 'consumer' ? 'provider' : 'consumer')

/** Whoever can be a side of an agreement: an account whose DID has an address on the chain. */
export interface Party {
  readonly account: Hex
  readonly did: string
  readonly address: Hex
  readonly name: string
}

/** The role that a side needs: of a data set its own, otherwise that of services. */
export const roleOfSide = (side: Side, kind: string): MarketRole =>
  kind === 'data'
    ? side === 'consumer'
      ? 'data-user'
      : 'data-provider'
    : side === 'consumer'
      ? 'service-user'
      : 'service-provider'

/** @throws Refusal ERR_PARTY_ADDRESS for a DID without address (EU wallets): the chain cannot know it */
export function partyOf({ account, accountDid, organisation, name }: Person): Party {
  return partyOfAccount({ account: account as Hex, did: accountDid, name: organisation ?? name })
}

export function partyOfAccount({ account, did, name }: { account: Hex; did: string; name: string }): Party {
  const address = addressOf(did) as Hex | undefined
  if (address === undefined)
    throw new Refusal(
      409,
      'ERR_PARTY_ADDRESS',
      'an agreement is concluded on the chain, which knows did:ethr accounts alone; register with a wallet that has an address',
    )
  return { account, did, address, name }
}

/** Of what somebody is which side; undefined for strangers. */
export function sideOf(
  caller: Caller,
  of: { readonly provider_account: string; readonly consumer_account: string },
): Side | undefined {
  if (caller.kind === 'nobody' || caller.account === null) return undefined
  if (caller.account === of.consumer_account) return 'consumer'
  return caller.account === of.provider_account ? 'provider' : undefined
}

/** What belongs to others is not there. */
export const unknownAgreement = (id: string) =>
  new Refusal(404, 'ERR_AGREEMENT_UNKNOWN', `there is no agreement ${id} of yours; list them with GET /v1/agreements`)

/** @throws Refusal 403 when the caller may act for the account, but not in the role that this side needs */
export function needRole(caller: Caller, side: Side, kind: string): asserts caller is Person {
  const role = roleOfSide(side, kind)
  if (caller.kind === 'person' && caller.actors.includes(role)) return
  throw new Refusal(
    403,
    'ERR_NOT_ALLOWED',
    `the ${side} of this agreement acts as "${role}"; sign in as somebody with this role`,
  )
}
