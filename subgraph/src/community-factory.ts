import { BigInt } from '@graphprotocol/graph-ts'
import { CommunityCreated } from '../generated/CommunityFactory/CommunityFactory'
import { Community } from '../generated/schema'
import { EnergyCommunity } from '../generated/templates'
import { record } from './diary'

export function handleCommunityCreated(event: CommunityCreated): void {
  const community = new Community(event.params.community)
  community.administrator = event.params.administrator
  community.profileHash = event.params.profileHash
  community.periodSeconds = event.params.periodSeconds.toI32()
  community.scheme = event.params.scheme
  community.startsAt = event.params.startsAt
  community.historic = event.params.historic
  community.running = false
  // As the contract says it before the first start.
  community.settlesUntil = event.params.startsAt
  community.nextPeriod = event.params.startsAt
  community.memberCount = 0
  community.ruleCount = 0
  community.batchCount = 0
  community.periodCount = 0
  community.surplus = BigInt.zero()
  community.demand = BigInt.zero()
  community.shared = BigInt.zero()
  community.createdAt = event.block.timestamp
  community.createdBlock = event.block.number
  community.transaction = event.transaction.hash
  community.save()

  const entry = record(event, community.id, 'FOUNDED')
  entry.at = event.params.startsAt
  entry.account = event.params.administrator
  entry.save()

  EnergyCommunity.create(event.params.community)
}
