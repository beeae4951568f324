import type { MarketRole } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { changeStatus, lockAccount, machinesOf, readAccount, type StoredAccount } from '../accounts/accounts.ts'
import type { Person } from '../caller/caller.ts'
import { writeCall } from '../chain/calls.ts'
import type { Update } from '../contract/next-version.ts'
import { type Opened, openAccount } from '../registration/open-account.ts'
import { TERMS } from '../registration/terms.ts'
import { issueAgain } from '../renewal/reissue.ts'
import { endSessionsOfAccount } from '../session/sessions.ts'

/** Machines of one company, at most. */
export const MOST_MACHINES = 1000

type Company = Pick<Person, 'account' | 'accountRoles'>

/**
 * A company's administrator opens an account for a machine, in some of the company's roles. It is pending until the
 * machine itself shows the receipt with its own key: nobody opens an account that acts for a key of somebody else.
 * @throws Refusal ERR_DID, ERR_WRONG_ROLE, ERR_MACHINES and those of openAccount
 */
export async function openMachine(
  parts: AccessParts,
  company: Company,
  it: { did: string; name: string; roles: readonly MarketRole[] },
): Promise<Opened> {
  const did = (await parts.identity()).parseDid(it.did)
  if (!did.ok) throw new Refusal(422, did.code, did.reason)
  if (!did.value.startsWith('did:ethr:'))
    throw new Refusal(422, 'ERR_DID', `a machine's account is of a did:ethr of this chain, not of ${did.value}`)
  const lacking = it.roles.filter((role) => !company.accountRoles.includes(role))
  if (lacking.length > 0)
    throw new Refusal(
      403,
      'ERR_WRONG_ROLE',
      `the company's account lacks ${lacking.join(', ')}; a machine gets some of its roles ${company.accountRoles.join(', ')}`,
    )
  const known = await machinesOf(parts.store.rows, company.account)
  if (known.length >= MOST_MACHINES && !known.some((one) => one.did === did.value))
    throw new Refusal(409, 'ERR_MACHINES', `the company has ${known.length} machines, and ${MOST_MACHINES} fit`)
  return openAccount(parts, {
    ...{ did: did.value, kind: 'machine', name: it.name, roles: it.roles, terms: TERMS.version },
    ...{ walletEndpoint: null, company: company.account as Opened['account'] },
  })
}

/** The credential of a machine that lost it, as the next version. @throws Refusal ERR_MACHINE_UNKNOWN and those of issueAgain */
export const reissueForMachine = async (parts: AccessParts, company: Company, account: string): Promise<Update> =>
  issueAgain(parts, await knownMachine(parts, company, account))

/** Revokes a machine's account for ever: its sessions end at once. @throws Refusal ERR_MACHINE_UNKNOWN */
export async function closeMachine(parts: AccessParts, company: Company, account: string): Promise<StoredAccount> {
  const { store, now, outbox } = parts
  await knownMachine(parts, company, account)
  const id = await store.transaction(async (rows) => {
    await lockAccount(rows, account)
    const because = "the company's administrator closed the machine's account"
    const from = ['pending', 'active', 'suspended'] as const
    if (!(await changeStatus(rows, { account, from, to: 'revoked', reason: because }))) return undefined
    await endSessionsOfAccount(rows, { account, now: now(), because })
    return writeCall(rows, account, { kind: 'revoke' }, now())
  })
  // What the chain has not heard yet it is told until it has.
  if (id !== undefined) await outbox.settle(id, CHAIN_WAIT_MS).catch(() => undefined)
  return (await readAccount(store.rows, account))!
}

const CHAIN_WAIT_MS = 5000

async function knownMachine(parts: AccessParts, company: Company, account: string): Promise<StoredAccount> {
  const found = await readAccount(parts.store.rows, account)
  if (found?.company === company.account) return found
  throw new Refusal(
    404,
    'ERR_MACHINE_UNKNOWN',
    `the company has no machine ${account}; list them with GET /v1/company/machines`,
  )
}
