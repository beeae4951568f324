import { OPERATIONS, type Operation, ok, type Result, refuse } from '@opem/domain'
import type { PresentationRequest } from '../didcomm/index.ts'
import type { HeldCredential } from './stored-credential.ts'

export type PolicyCode =
  | 'ERR_WALLET_AUDIENCE'
  | 'ERR_WALLET_NOT_SHARED'
  | 'ERR_WALLET_OPERATION'
  | 'ERR_WALLET_NOTHING_HELD'
  | 'ERR_WALLET_NOT_ACCEPTED'

/** For what a company's wallet answers by itself; registering is for its administrator. */
const UNATTENDED: readonly Operation[] = ['receipt', 'sign-in', 'contract']

export interface PolicyFacts {
  /** DID that proved to have sent the request. */
  readonly from: string
  /** DID of the marketplace. */
  readonly marketplace: string
  readonly held: readonly HeldCredential[]
  /** Epoch seconds. */
  readonly now: number
}

/**
 * What a serving wallet shows of itself: the Account credential, to the marketplace, under a challenge that counts for
 * the marketplace alone. Everything else needs its administrator.
 * @returns the credential to present
 */
export function decideRequest(
  { operation, audience, types, credentials }: PresentationRequest,
  { from, marketplace, held, now }: PolicyFacts,
): Result<{ readonly operation: Operation; readonly credential: HeldCredential }, PolicyCode> {
  if (from !== marketplace || audience !== marketplace) {
    return refuse('ERR_WALLET_AUDIENCE', `The wallet shows credentials to ${marketplace} only, not for ${audience}.`)
  }
  if (types.length !== 1 || types[0] !== 'AccountCredential') {
    return refuse('ERR_WALLET_NOT_SHARED', `The wallet shows an AccountCredential only, not ${types.join(', ')}.`)
  }
  const known = OPERATIONS.find((name) => name === operation)
  if (known === undefined || !UNATTENDED.includes(known)) {
    return refuse('ERR_WALLET_OPERATION', `For ${operation} the wallet needs its administrator.`)
  }
  const named = credentials?.[0]
  const candidates = held
    .filter(({ type, issuer, expiresAt }) => type === 'AccountCredential' && issuer === marketplace && expiresAt > now)
    .filter(({ hash }) => named === undefined || hash === named)
  const accepted = candidates.filter(({ status }) => status === 'accepted')
  const [credential] = accepted.sort((a, b) => versionOf(b) - versionOf(a))
  if (credential) return ok({ operation: known, credential })
  return candidates.length > 0
    ? refuse('ERR_WALLET_NOT_ACCEPTED', "The credential waits until the company's administrator accepts it.")
    : refuse('ERR_WALLET_NOTHING_HELD', `The wallet holds no such credential${named ? ` ${named}` : ''}.`)
}

const versionOf = ({ claims }: HeldCredential): number => ('version' in claims ? claims.version : 0)
