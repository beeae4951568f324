import { randomUUID } from 'node:crypto'
import { type Hex, type MarketRole, OpemError, roleBits } from '@opem/domain'
import type { Fate } from '../../outbox/outbox.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { lockAccount, moveWallet, readAccount, storePending } from '../accounts/accounts.ts'
import type { AccountKind } from '../caller/caller.ts'
import { writeCall } from '../chain/calls.ts'
import { pendingCredential, storeCredential } from '../contract/credentials.ts'

/** An Account credential is good for a year; each contract issues the next version. */
export const CREDENTIAL_SECONDS = 365 * 86_400
export const CHAIN_WAIT_MS = 10_000
export const ACCOUNT_KINDS = { company: 0, citizen: 1, machine: 2 } as const

export interface Opened {
  readonly account: Hex
  readonly credential: string
  readonly credentialHash: Hex
}

/** Who applies: the holder of the account to be, and what is known of them. */
export interface Applicant {
  readonly did: string
  readonly kind: AccountKind
  readonly name: string
  readonly roles: readonly MarketRole[]
  /** Version of the terms that was accepted. */
  readonly terms: string
  readonly walletEndpoint: string | null
  /** Of a machine: the account of its company. */
  readonly company: Hex | null
}

/**
 * Opens a pending account and issues version 1 of its credential. Asked again while it is pending, it answers with the
 * same credential: nothing is opened twice.
 * @throws Refusal ERR_ACCOUNT_EXISTS, ERR_TOO_MANY, ERR_CHAIN_REFUSED; ERR_CHAIN_AWAY (retryable)
 */
export async function openAccount(parts: AccessParts, applicant: Applicant): Promise<Opened> {
  const { store, outbox, now } = parts
  const { kind, roles, terms } = applicant
  const identity = await parts.identity()
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
      if (before.kind !== kind || before.company !== applicant.company || roleBits(before.roles) !== bits)
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
      ...{ walletEndpoint: applicant.walletEndpoint, company: applicant.company, createdAt: now() },
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
  return { account, credential: opened.credential, credentialHash: opened.credentialHash }
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
