import { randomUUID } from 'node:crypto'
import { type Hex, type MarketRole, OpemError, roleBits } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { lockAccount, moveWallet, readAccount, storePending } from '../accounts/accounts.ts'
import { writeCall } from '../chain/calls.ts'
import type { Fate } from '../chain/outbox.ts'
import { pendingCredential, storeCredential } from '../contract/credentials.ts'
import type { Identity, RepresentativeClaims } from '../identity.ts'
import { credentialOf, type Taken, takePresentation } from '../presentation/take-presentation.ts'
import type { GivenProof } from '../proof.ts'
import { TERMS } from './terms.ts'

/** An Account credential is good for a year; each contract issues the next version. */
export const CREDENTIAL_SECONDS = 365 * 86_400
export const CHAIN_WAIT_MS = 10_000
export const ACCOUNT_KINDS = { company: 0, citizen: 1, machine: 2 } as const

export interface Application {
  readonly kind: 'company' | 'citizen'
  readonly roles: readonly MarketRole[]
  readonly terms: string
  readonly presentation: GivenProof
  readonly browser: string | undefined
}

export interface Opened {
  readonly account: Hex
  readonly credential: string
  readonly credentialHash: Hex
}

/** Who applies: the holder of the account to be, and what is known of them. */
interface Applicant {
  readonly did: string
  readonly name: string
  readonly walletEndpoint: string | null
}

/**
 * Opens a pending account and issues version 1 of its credential. Asked again while it is pending, it answers with the
 * same credential: nothing is opened twice.
 * @throws Refusal ERR_TERMS, ERR_WRONG_ROLE, ERR_ACCOUNT_EXISTS, ERR_TOO_MANY and those of the presentation
 */
export async function register(parts: AccessParts, application: Application): Promise<Opened> {
  const { store, outbox, now } = parts
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
  const account = identity.accountIdOf(applicant.did)
  const onChain = await identity.accountOnChain(account)
  if (onChain.status !== 'none' && onChain.status !== 'pending') throw exists(onChain.status)

  const opened = await store.transaction(async (rows) => {
    await lockAccount(rows, account)
    const before = await readAccount(rows, account)
    if (before && before.status !== 'pending') throw exists(before.status)
    const waiting = before && before.pendingUntil > now() ? await pendingCredential(rows, account) : undefined
    const bits = roleBits(roles)
    if (before && waiting?.jwt) {
      if (before.kind !== kind || roleBits(before.roles) !== bits)
        throw new Refusal(
          409,
          'ERR_ACCOUNT_EXISTS',
          `a registration as ${before.kind} in the roles ${before.roles.join(', ')} waits for its receipt; finish it, or wait until it expires`,
        )
      await moveWallet(rows, account, applicant.walletEndpoint)
      const call = {
        kind: 'open',
        accountKind: ACCOUNT_KINDS[kind],
        roles: bits,
        credentialHash: waiting.hash,
      } as const
      const id = await writeCall(rows, account, { ...call, pendingUntil: waiting.pendingUntil }, now())
      return { id, credential: waiting.jwt, credentialHash: waiting.hash }
    }
    parts.limits.registration(now() * 1000)
    const pendingUntil = now() + parts.pendingSeconds
    const expiresAt = now() + CREDENTIAL_SECONDS
    const jti = `urn:uuid:${randomUUID()}`
    const claims = { account, kind, version: 1, previous: null, roles, name: applicant.name, contracts: [] }
    const { jwt, hash } = await identity.issueAccountCredential({ subject: applicant.did, claims, expiresAt, jti })
    await storePending(rows, {
      ...{ account, did: applicant.did, kind, name: applicant.name, roles, terms, credentialHash: hash, pendingUntil },
      ...{ walletEndpoint: applicant.walletEndpoint, createdAt: now() },
    })
    await storeCredential(rows, {
      ...{
        account,
        version: 1,
        hash,
        jti,
        previous: null,
        claims,
        jwt,
        expiresAt,
        pendingUntil,
        request: 'registration',
      },
    })
    const call = {
      kind: 'open',
      accountKind: ACCOUNT_KINDS[kind],
      roles: bits,
      credentialHash: hash,
      pendingUntil,
    } as const
    return { id: await writeCall(rows, account, call, now()), credential: jwt, credentialHash: hash }
  })
  await toldToChain(await outbox.settle(opened.id, CHAIN_WAIT_MS))
  if (kind === 'company') parts.wakeDeliveries()
  return { account, credential: opened.credential, credentialHash: opened.credentialHash }
}

function companyOf(taken: Taken, identity: Identity): Applicant {
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

function citizenOf(taken: Taken): Applicant {
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

const exists = (status: string) =>
  new Refusal(
    409,
    'ERR_ACCOUNT_EXISTS',
    `this DID has an account already, which is ${status}; ${status === 'active' ? 'sign in instead' : 'ask the operator'}`,
  )

/** @throws what the chain said, or ERR_CHAIN_AWAY (retryable) while it has not said anything */
export function toldToChain(fate: Fate | undefined): void {
  if (fate?.status === 'done') return
  if (fate === undefined)
    throw new OpemError({
      code: 'ERR_CHAIN_AWAY',
      shortMessage: 'the chain has not confirmed yet; it is told until it does: try again in a moment',
      retryable: true,
    })
  if (/^Account(Exists|StillPending)/.test(fate.why)) throw exists('known to the chain')
  throw new Refusal(409, 'ERR_CHAIN_REFUSED', `the account registry refused: ${fate.why}; start again`)
}
