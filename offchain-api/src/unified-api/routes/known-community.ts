import type { Hex } from '@opem/domain'
import { readCommunity, type StoredCommunity } from '../../operational/communities.ts'
import { consentToMember, type PendingConsent, pendingConsents } from '../../operational/consents.ts'
import type { ChainMembership } from '../chain/chain.ts'
import { Refusal } from '../problem.ts'
import type { Services } from '../services.ts'

/** A stored community, with every consent that has become a membership meanwhile. @throws ERR_COMMUNITY_UNKNOWN */
export async function knownCommunity(services: Services, id: string): Promise<StoredCommunity> {
  const found = await readCommunity(services.store, id)
  if (!found)
    throw new Refusal(
      404,
      'ERR_COMMUNITY_UNKNOWN',
      `no community ${id} is stored here; POST /v1/communities stores its profile`,
    )
  return (await promoteConsents(services, id)) > 0 ? ((await readCommunity(services.store, id)) ?? found) : found
}

/** Makes members of everybody whose consent the administrator has used on the chain. @returns how many */
async function promoteConsents({ store, chain }: Services, id: string): Promise<number> {
  let promoted = 0
  for (const pending of await pendingConsents(store, id)) {
    const membership = await chain.membership(id as Hex, pending.member as Hex)
    if (!membership || !isSameMembership(membership, pending)) continue
    await consentToMember(store, id, pending)
    promoted += 1
  }
  return promoted
}

export const isSameMembership = (membership: ChainMembership, { account, meteringPoints }: PendingConsent) =>
  membership.account === account &&
  membership.meteringPoints.length === meteringPoints.length &&
  membership.meteringPoints.every(
    ({ id, participation }, index) =>
      id.toLowerCase() === meteringPoints[index]?.id && participation === meteringPoints[index]?.participation,
  )
