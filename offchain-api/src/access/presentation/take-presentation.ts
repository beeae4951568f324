import type { Hex, Operation } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { type ChallengeRefusal, useChallenge } from '../challenge/challenges.ts'
import type { CredentialType, Presented, Verified } from '../identity.ts'
import { readRequest } from '../openid4vp/requests.ts'
import { claimsOfProof, type GivenProof, type HolderProof } from '../proof.ts'

export interface Taken extends Presented {
  /** Of the account that the challenge was made for, if for one. */
  readonly account: string | undefined
}

/**
 * Uses the challenge up and verifies what was presented for `operation`. The credentials must be one of the
 * combinations in `accepts`, no more and no fewer.
 * @throws Refusal with the verifier's code, or ERR_CHALLENGE_…; ERR_CHAIN_UNREACHABLE (retryable)
 */
export async function takePresentation(
  { store, identity, now }: Pick<AccessParts, 'store' | 'identity' | 'now'>,
  given: GivenProof,
  expected: {
    readonly browser: string | undefined
    readonly operation: Operation
    readonly accepts: readonly (readonly CredentialType[])[]
  },
): Promise<Taken> {
  const { operation, accepts } = expected
  const proof = await proofOf(store, given, expected.browser, now())
  const { challenge, types } = claimsOfProof(proof)
  if (challenge === undefined || !/^0x[0-9a-f]{64}$/.test(challenge)) throw challengeRefusal('unknown', operation)
  if (expected.browser === undefined) throw challengeRefusal('foreign', operation)
  const used = await useChallenge(store, { challenge, browser: expected.browser, operation, now: now() })
  if (!used.ok) throw challengeRefusal(used.why, operation)

  const wanted = accepts.find((one) => sameTypes(one, types)) ?? accepts[0]!
  const verified = await (await identity()).verify(proof, {
    operation,
    challenge: challenge as Hex,
    types: wanted,
    now: now(),
  })
  if (!verified.ok) throw new Refusal(422, verified.code, verified.reason)
  return { ...verified.value, account: used.account }
}

/** A proof as it came, or the answer that an EU wallet left here for the same browser. */
async function proofOf(
  store: OperationalStore,
  given: GivenProof,
  browser: string | undefined,
  now: number,
): Promise<HolderProof> {
  if (!('request' in given)) return given
  const request = browser === undefined ? undefined : await readRequest(store, { id: given.request, now, browser })
  if (!request)
    throw new Refusal(
      422,
      'ERR_WALLET_REQUEST_UNKNOWN',
      'there is no such request of this browser, or it is over; make a new one',
    )
  if (request.vpToken) return { kind: 'openid4vp', vpToken: request.vpToken }
  throw new Refusal(
    409,
    'ERR_WALLET_WAITING',
    `the wallet has not answered yet${request.reason === null ? '' : `: ${request.reason}`}; answer the request in it`,
  )
}

/** The credential of a type among those presented. */
export const credentialOf = <C>({ credentials }: Presented, type: CredentialType): Verified<C> | undefined =>
  credentials.find((credential) => credential.type === type) as Verified<C> | undefined

const sameTypes = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && [...a].sort().join() === [...b].sort().join()

const CHALLENGES: Readonly<Record<ChallengeRefusal, readonly [code: string, why: string]>> = {
  unknown: ['ERR_CHALLENGE_UNKNOWN', 'the challenge was never made, or has been answered already'],
  foreign: ['ERR_CHALLENGE_FOREIGN', 'the challenge was made for another browser; the cookie opem_browser names it'],
  'other-operation': ['ERR_CHALLENGE_OPERATION', 'the challenge was made for another operation'],
  expired: ['ERR_CHALLENGE_EXPIRED', 'the challenge is older than two minutes'],
}

function challengeRefusal(why: ChallengeRefusal, operation: Operation): Refusal {
  const [code, reason] = CHALLENGES[why]
  return new Refusal(
    422,
    code,
    `${reason}; ask for a new one with POST /v1/access/challenges {"operation": "${operation}"}`,
  )
}
