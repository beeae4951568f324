import { mayUse } from '@opem/domain'
import { readAccount } from '../../access/accounts/accounts.ts'
import type { Caller } from '../../access/caller/caller.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { isInForce, readAgreement, type StoredAgreement } from '../contracting/agreements.ts'
import { type ContractedListing, readListing } from '../contracting/listing.ts'
import type { Rows } from '../contracting/offers.ts'
import { unknownAgreement } from '../contracting/party.ts'
import { readInstance, type StoredInstance } from './instances.ts'

/** Who calls: somebody with the key of this very service, a person who is signed in, or a machine of the user's company. */
export type ServiceCaller =
  | { readonly by: 'key'; readonly agreement: string }
  | { readonly by: 'session'; readonly caller: Caller & { kind: 'person' } }
  | { readonly by: 'signature' | 'mtls'; readonly caller: Caller & { kind: 'system' } }

/** A service that may be used now. */
export interface UsableService {
  readonly agreement: StoredAgreement
  readonly listing: ContractedListing
  readonly instance: StoredInstance
}

export interface CallableService extends UsableService {
  readonly baseUrl: string
}

/**
 * Whether what is due has been paid, as far as it must be, and `milliUnits` more may be used beside what is under way; the hook of
 * billing. One unit when left out. Within a transaction, nobody else's judgement comes between this one and the end.
 */
export type MayUseMoney = (
  rows: Rows,
  agreement: string,
  milliUnits?: bigint,
) => Promise<{ ok: true } | { ok: false; code: string; reason: string }>

/**
 * Whether a service may be used now, by whom calls; whether it is paid is said when the call is admitted. Fails closed.
 * @throws Refusal ERR_AGREEMENT_UNKNOWN, ERR_NOT_ALLOWED, ERR_ACCOUNT_NOT_ACTIVE, ERR_AGREEMENT_NOT_IN_FORCE, ERR_LISTING_SUSPENDED, ERR_SERVICE_NOT_RUNNING
 */
export async function usableService(
  rows: Rows,
  id: string,
  who: ServiceCaller,
  { now }: { now: number },
): Promise<UsableService> {
  const agreement = await readAgreement(rows, id)
  if (!agreement || !isUser(who, agreement)) throw unknownAgreement(id)
  if (who.by === 'session') {
    const capability = agreement.kind === 'data' ? 'access-data' : 'use-service'
    if (!mayUse(who.caller.actors, capability))
      throw new Refusal(
        403,
        'ERR_NOT_ALLOWED',
        `this service is used by somebody who may "${capability}"; your roles do not say so`,
      )
  }
  // Sessions and machines of an account end with it; a key lives on its own.
  const account = await readAccount(rows, agreement.consumer_account)
  if (account?.status !== 'active')
    throw new Refusal(
      403,
      'ERR_ACCOUNT_NOT_ACTIVE',
      `the user's account is ${account?.status ?? 'unknown'}; services are used while it is active`,
    )
  if (!isInForce(agreement, now))
    throw new Refusal(403, 'ERR_AGREEMENT_NOT_IN_FORCE', 'the agreement has not begun, or is over; its page tells')
  const [listing, instance] = await Promise.all([readListing(rows, agreement.listing), readInstance(rows, id)])
  if (!listing || !instance) throw unknownAgreement(id)
  if (listing.state === 'suspended')
    throw new Refusal(403, 'ERR_LISTING_SUSPENDED', 'the marketplace suspended this service; its operator decides')
  if (instance.state !== 'running')
    throw new Refusal(
      409,
      'ERR_SERVICE_NOT_RUNNING',
      `the service is ${instance.state}; it is used while it is running`,
    )
  return { agreement, listing, instance }
}

/** The same, with the address at which the provider's own software is called. @throws Refusal ERR_SERVICE_WITHOUT_ADDRESS */
export function addressed(service: UsableService): CallableService {
  const baseUrl = service.instance.service?.baseUrl ?? service.listing.document?.access?.baseUrl
  if (baseUrl === undefined)
    throw new Refusal(409, 'ERR_SERVICE_WITHOUT_ADDRESS', 'the provider has given no address of the service; ask them')
  return { ...service, baseUrl }
}

const isUser = (who: ServiceCaller, { id, consumer_account }: StoredAgreement): boolean =>
  who.by === 'key' ? who.agreement === id : who.caller.account === consumer_account
