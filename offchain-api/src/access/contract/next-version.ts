import { randomUUID } from 'node:crypto'
import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { lockAccount, readAccount, type StoredAccount } from '../accounts/accounts.ts'
import type { AccountClaims } from '../identity.ts'
import { CREDENTIAL_SECONDS } from '../registration/open-account.ts'
import {
  credentialOfRequest,
  pendingCredential,
  readCredential,
  type StoredCredential,
  storeCredential,
} from './credentials.ts'

/** Lines of an Account credential, at most (its schema). */
export const MOST_LINES = 200

export interface Update {
  readonly account: Hex
  readonly version: number
  readonly credentialHash: Hex
  readonly status: 'pending' | 'active'
  /** To hand to a citizen or machine; a company's wallet is brought it. */
  readonly credential: string | null
}

export interface NextVersion {
  readonly account: Hex
  readonly addLines: AccountClaims['contracts']
  /** Names what asked, such as a contract's id: asked again, the same update is answered. */
  readonly request: string
  /** Whoever asks for a credential and not for lines is content with the version that waits already. */
  readonly whenOneWaits: 'refuse' | 'answer-it'
  /** More to check, under the lock on the account. */
  readonly check?: (rows: OperationalStore['rows'], account: StoredAccount) => Promise<void>
}

type Parts = Pick<AccessParts, 'store' | 'identity' | 'pendingSeconds' | 'wakeDeliveries' | 'now'>

/**
 * Issues the next version of an account's credential, pending until its holder shows the receipt. Under a lock on the
 * account: one at a time.
 * @throws Refusal ERR_ACCOUNT_UNKNOWN, ERR_ACCOUNT_NOT_ACTIVE, ERR_UPDATE_PENDING, ERR_CONTRACT_LINES
 */
export async function issueNextVersion(parts: Parts, it: NextVersion): Promise<Update> {
  const { store, now } = parts
  const identity = await parts.identity()
  const update = await store.transaction(async (rows): Promise<Update> => {
    await lockAccount(rows, it.account)
    const account = await readAccount(rows, it.account)
    if (!account) throw new Refusal(404, 'ERR_ACCOUNT_UNKNOWN', 'there is no such account')
    const asked = await credentialOfRequest(rows, it.account, it.request)
    if (asked && (asked.status !== 'pending' || asked.pendingUntil > now())) return answerOf(asked)
    if (account.status !== 'active')
      throw new Refusal(
        409,
        'ERR_ACCOUNT_NOT_ACTIVE',
        `the account is ${account.status}; only an active one gets another version of its credential`,
      )
    await it.check?.(rows, account)
    const waiting = await pendingCredential(rows, it.account)
    if (waiting && waiting.pendingUntil > now()) {
      if (it.whenOneWaits === 'answer-it') return answerOf(waiting)
      throw new Refusal(
        409,
        'ERR_UPDATE_PENDING',
        `version ${waiting.version} of the Account credential waits for its receipt; present it first`,
      )
    }
    if (waiting) await abandon(rows, waiting)
    const current = (await readCredential(rows, it.account, account.version))!
    const before = current.claims as unknown as AccountClaims
    const contracts = [...before.contracts, ...it.addLines]
    if (contracts.length > MOST_LINES)
      throw new Refusal(
        409,
        'ERR_CONTRACT_LINES',
        `the account would have ${contracts.length} contracts, and ${MOST_LINES} fit its credential`,
      )
    const version = account.version + 1
    const claims: AccountClaims = {
      ...before,
      ...{ version, previous: current.hash, roles: account.roles, contracts },
    }
    const [expiresAt, pendingUntil] = [now() + CREDENTIAL_SECONDS, now() + parts.pendingSeconds]
    const jti = `urn:uuid:${randomUUID()}`
    const { jwt, hash } = await identity.issueAccountCredential({ subject: account.did, claims, expiresAt, jti })
    await storeCredential(rows, {
      ...{ account: it.account, version, hash, jti, previous: current.hash, claims: { ...claims }, jwt, expiresAt },
      ...{ pendingUntil, request: it.request },
    })
    return { account: it.account, version, credentialHash: hash, status: 'pending', credential: jwt }
  })
  if (update.status === 'pending') parts.wakeDeliveries()
  return update
}

const answerOf = ({ account, version, hash, jwt, status }: StoredCredential): Update => ({
  ...{ account, version, credentialHash: hash, credential: jwt },
  status: status === 'pending' ? 'pending' : 'active',
})

/** It waited too long for its receipt. One whose receipt came, and of which the chain is being told, is no such. */
async function abandon(rows: OperationalStore['rows'], { account, version, hash }: StoredCredential): Promise<void> {
  const told = await rows(
    `SELECT 1 FROM chain_calls WHERE account = $1 AND kind = 'renew' AND call ->> 'credentialHash' = $2
     AND state IN ('wanted', 'signed')`,
    [account, hash],
  )
  if (told.length > 0)
    throw new Refusal(
      409,
      'ERR_UPDATE_PENDING',
      `the chain is being told of version ${version} of the Account credential; try again in a moment`,
    )
  await rows(`UPDATE account_credentials SET status = 'abandoned', jwt = NULL WHERE account = $1 AND version = $2`, [
    account,
    version,
  ])
}
