import { type MarketRole, OpemError } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import type { Identity, RepresentativeClaims } from '../identity.ts'
import { credentialOf, type Taken, takePresentation } from '../presentation/take-presentation.ts'
import type { GivenProof } from '../proof.ts'
import { type Applicant, type Opened, openAccount } from './open-account.ts'
import { TERMS } from './terms.ts'

export interface Application {
  readonly kind: 'company' | 'citizen'
  readonly roles: readonly MarketRole[]
  readonly terms: string
  readonly presentation: GivenProof
  readonly browser: string | undefined
}

type Who = Pick<Applicant, 'did' | 'name' | 'walletEndpoint'>

/**
 * Opens a pending account and issues version 1 of its credential. Asked again while it is pending, it answers with the
 * same credential: nothing is opened twice.
 * @throws Refusal ERR_TERMS, ERR_WRONG_ROLE, ERR_ACCOUNT_EXISTS, ERR_TOO_MANY and those of the presentation
 */
export async function register(parts: AccessParts, application: Application): Promise<Opened> {
  const { kind, roles, terms } = application
  if (terms !== TERMS.version)
    throw new Refusal(
      422,
      'ERR_TERMS',
      `version "${terms}" of the terms was accepted, version "${TERMS.version}" holds; read GET /v1/access/terms`,
    )
  const taken = await takePresentation(parts, application.presentation, {
    browser: application.browser,
    operation: kind === 'company' ? 'register-company' : 'register-citizen',
    accepts: [[kind === 'company' ? 'RepresentativeCredential' : 'IdentityCredential']],
  })
  const identity = await parts.identity()
  const applicant = kind === 'company' ? companyOf(taken, identity) : citizenOf(taken)
  if (applicant.walletEndpoint !== null) await checkEndpoint(parts, applicant.walletEndpoint)
  const opened = await openAccount(parts, { ...applicant, kind, roles, terms, company: null })
  if (kind === 'company') parts.wakeDeliveries()
  return opened
}

function companyOf(taken: Taken, identity: Identity): Who {
  const { claims } = credentialOf<RepresentativeClaims>(taken, 'RepresentativeCredential')!
  if (!claims.roles.includes('administrator'))
    throw new Refusal(
      403,
      'ERR_WRONG_ROLE',
      `only an administrator registers a company; this credential has the roles ${claims.roles.join(', ')}`,
    )
  const did = identity.parseDid(claims.company.did)
  if (!did.ok) throw new Refusal(422, did.code, did.reason)
  return { did: did.value, name: claims.company.name, walletEndpoint: claims.company.walletEndpoint }
}

function citizenOf(taken: Taken): Who {
  const { claims } = credentialOf<{ name: string }>(taken, 'IdentityCredential')!
  return { did: taken.holder, name: claims.name, walletEndpoint: null }
}

/** An address of our own machine or network is refused before anything is opened for it. */
export async function checkEndpoint(parts: AccessParts, endpoint: string): Promise<void> {
  try {
    await (await parts.wallet()).check(endpoint)
  } catch (cause) {
    if (!(cause instanceof OpemError) || cause.retryable) throw cause
    throw new Refusal(422, cause.code, `the wallet endpoint of the company is not taken: ${cause.shortMessage}`)
  }
}
