import { randomUUID } from 'node:crypto'
import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { lockAccount, readAccount } from '../accounts/accounts.ts'
import type { AccountClaims } from '../identity.ts'
import { CREDENTIAL_SECONDS } from '../registration/register.ts'
import { credentialOfRequest, pendingCredential, readCredential, storeCredential } from './credentials.ts'

export type ContractLines = AccountClaims['contracts']

export interface Update {
  readonly account: Hex
  readonly version: number
  readonly credentialHash: Hex
  readonly status: 'pending' | 'active'
  /** To hand to a citizen or machine; a company's wallet is brought it. */
  readonly credential: string | null
}

/**
 * A contract adds lines to an account: the next version of its credential is issued with them, pending until its
 * holder shows the receipt (operation `receipt`), and then takes the place of the one in force, on the chain and here;
 * sessions of older versions end. One update of an account at a time.
 * @param request names what asked, such as a contract's id: asked again, the same update is answered
 * @throws Refusal ERR_ACCOUNT_UNKNOWN, ERR_ACCOUNT_NOT_ACTIVE, ERR_UPDATE_PENDING (another one waits for its receipt)
 */
export async function updateAccountCredential(
  parts: Pick<AccessParts, 'store' | 'identity' | 'pendingSeconds' | 'wakeDeliveries' | 'now'>,
  it: { account: Hex; addLines: ContractLines; request: string },
): Promise<Update> {
  const { store, now } = parts
  const identity = await parts.identity()
  const update = await store.transaction(async (rows): Promise<Update> => {
    await lockAccount(rows, it.account)
    const account = await readAccount(rows, it.account)
    if (!account) throw new Refusal(404, 'ERR_ACCOUNT_UNKNOWN', 'there is no such account')
    const asked = await credentialOfRequest(rows, it.account, it.request)
    if (asked && (asked.status !== 'pending' || asked.pendingUntil > now()))
      return {
        ...{ account: it.account, version: asked.version, credentialHash: asked.hash, credential: asked.jwt },
        status: asked.status === 'pending' ? 'pending' : 'active',
      }
    if (account.status !== 'active')
      throw new Refusal(
        409,
        'ERR_ACCOUNT_NOT_ACTIVE',
        `the account is ${account.status}; only an active one makes contracts`,
      )
    const waiting = await pendingCredential(rows, it.account)
    if (waiting && waiting.pendingUntil > now())
      throw new Refusal(
        409,
        'ERR_UPDATE_PENDING',
        `version ${waiting.version} of the Account credential waits for its receipt; present it first`,
      )
    if (waiting)
      await rows(
        `UPDATE account_credentials SET status = 'abandoned', jwt = NULL WHERE account = $1 AND version = $2`,
        [it.account, waiting.version],
      )
    const current = (await readCredential(rows, it.account, account.version))!
    const version = account.version + 1
    const claims: AccountClaims = {
      ...(current.claims as unknown as AccountClaims),
      ...{ version, previous: current.hash, roles: account.roles },
      contracts: [...(current.claims as unknown as AccountClaims).contracts, ...it.addLines],
    }
    const [expiresAt, pendingUntil, jti] = [
      now() + CREDENTIAL_SECONDS,
      now() + parts.pendingSeconds,
      `urn:uuid:${randomUUID()}`,
    ]
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
