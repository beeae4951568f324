import type { Hex } from '@opem/domain'
import { formatInstant } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { readCredential } from '../contract/credentials.ts'
import { issueNextVersion, type Update } from '../contract/next-version.ts'

/** A credential is renewed in the last 60 days of its year … */
export const RENEWABLE_SECONDS = 60 * 86_400
/** … or up to 30 days after it, by a session that is still open; later its holder proves anew who they are. */
export const GRACE_SECONDS = 30 * 86_400

/**
 * The holder of an account, who is signed in, asks for its credential for another year: the next version, pending until
 * the receipt. Asked again it is the same one; a version that waits already is one for a year as well.
 * @throws Refusal ERR_RENEWAL_EARLY (with the day), ERR_RENEWAL_LATE and those of issueNextVersion
 */
export async function renewCredential(
  parts: Pick<AccessParts, 'store' | 'identity' | 'pendingSeconds' | 'wakeDeliveries' | 'limits' | 'now'>,
  { account, version }: { account: Hex; version: number },
): Promise<Update> {
  const { limits, now } = parts
  return issueNextVersion(parts, {
    ...{ account, addLines: [], request: `renewal of ${version}`, whenOneWaits: 'answer-it' },
    async check(rows) {
      const { expiresAt } = (await readCredential(rows, account, version))!
      if (now() < expiresAt - RENEWABLE_SECONDS)
        throw new Refusal(
          409,
          'ERR_RENEWAL_EARLY',
          `the Account credential is good until ${formatInstant(expiresAt)} and can be renewed from ${formatInstant(expiresAt - RENEWABLE_SECONDS)} on`,
        )
      if (now() > expiresAt + GRACE_SECONDS)
        throw new Refusal(
          409,
          'ERR_RENEWAL_LATE',
          'the Account credential expired more than 30 days ago; ask for it again as for a lost one',
        )
      limits.registration(now() * 1000)
    },
  })
}
