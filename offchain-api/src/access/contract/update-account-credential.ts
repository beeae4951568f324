import type { AccessParts } from '../access.ts'
import type { AccountClaims } from '../identity.ts'
import { issueNextVersion, type NextVersion, type Update } from './next-version.ts'

export type { Update } from './next-version.ts'
export type ContractLines = AccountClaims['contracts']

// Apart from renewals and reissues, whatever the contract is called.
const PREFIX = 'contract '

/**
 * A contract adds lines to an account: the next version of its credential is issued with them, pending until its
 * holder shows the receipt (operation `receipt` or `contract`), and then takes the place of the one in force, on the
 * chain and here; sessions of older versions end. One update of an account at a time.
 * @param request names what asked, such as a contract's id: asked again, the same update is answered
 * @param check more to check, under the lock on the account
 * @throws Refusal ERR_ACCOUNT_UNKNOWN, ERR_ACCOUNT_NOT_ACTIVE, ERR_UPDATE_PENDING (another one waits for its receipt),
 * ERR_CONTRACT_LINES (200 fit)
 */
export const updateAccountCredential = (
  parts: Pick<AccessParts, 'store' | 'identity' | 'pendingSeconds' | 'wakeDeliveries' | 'now'>,
  it: Pick<NextVersion, 'account' | 'addLines' | 'request' | 'check'>,
): Promise<Update> => issueNextVersion(parts, { ...it, request: `${PREFIX}${it.request}`, whenOneWaits: 'refuse' })
