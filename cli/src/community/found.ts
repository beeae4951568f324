import { communityFactoryAbi } from '@opem/contracts'
import { canonicalJson, type RulesDocument, rulesHash, rulesOnChain } from '@opem/domain'
import { type Address, type Hex, keccak256, type LocalAccount, parseEventLogs, stringToBytes } from 'viem'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { type CommunityToBe, rulesWithIds } from './community-file.ts'
import type { DataSources } from './data-sources.ts'
import { type Candidate, candidate, joinMembers } from './members.ts'
import { runningCalls } from './running.ts'
import { call, send, sendAll } from './transactions.ts'

/** What the chain may not know but anybody may check: the hash of the community's name and time zone. */
export const profileHash = ({ name, timeZone }: Pick<CommunityToBe, 'name' | 'timeZone'>): Hex =>
  keccak256(stringToBytes(canonicalJson({ name, timeZone })))

/** A rules document as the chain keeps it. */
export const ruleVersion = (rules: RulesDocument) => ({
  ...rulesOnChain(rules),
  rulesHash: rulesHash((data) => keccak256(data, 'bytes'), rules),
})

export interface Founded {
  readonly id: Address
  readonly name: string
  readonly administrator: Address
  readonly members: readonly { readonly id: Hex; readonly name: string; readonly account: Address }[]
  readonly started: boolean
}

/**
 * Founds a community through the public doors: contract, profile, consents, memberships and, if wanted, the start.
 * @param walletOf the wallet that signs a member's consent
 */
export async function foundCommunity(
  instance: Instance,
  administrator: LocalAccount,
  community: CommunityToBe,
  walletOf: (member: CommunityToBe['members'][number], index: number) => Promise<LocalAccount>,
  { start, dataSources }: { readonly start: boolean; readonly dataSources: DataSources },
): Promise<Founded> {
  const { api, chain, contracts } = instance
  if (contracts.factory === undefined) {
    throw refusal(
      'ERR_NO_FACTORY',
      `This marketplace's deployment is on another chain than ${chain.chain?.id}: found the community where the factory is.`,
    )
  }
  const candidates: Candidate[] = []
  for (const [index, member] of community.members.entries())
    candidates.push(candidate(member, await walletOf(member, index)))
  const ids = new Map(candidates.map(({ member, id }) => [member.name, id]))
  const rules = community.rules.map((document) => rulesWithIds(document, ids))

  const { periodSeconds, startsAt } = community
  const terms = { profileHash: profileHash(community), periodSeconds, scheme: 1, startsAt: BigInt(startsAt) }
  const receipt = await send(
    chain,
    administrator,
    call(contracts.factory, communityFactoryAbi, 'createCommunity', [terms, rules.map(ruleVersion)]),
  )
  const [created] = parseEventLogs({ abi: communityFactoryAbi, eventName: 'CommunityCreated', logs: receipt.logs })
  const id = created!.args.community.toLowerCase() as Address
  const { name, timeZone, batchPeriods } = community
  await api.post('/v1/communities', { id, name, timeZone, periodSeconds, batchPeriods, rules, members: [] })
  await joinMembers(instance, administrator, id, candidates, startsAt, dataSources)
  if (start) await sendAll(chain, administrator, runningCalls(id, community.stopsAt))
  return {
    id,
    name,
    administrator: administrator.address.toLowerCase() as Address,
    members: candidates.map(({ id: member, wallet, member: { name: memberName } }) => ({
      id: member,
      name: memberName,
      account: wallet.address.toLowerCase() as Address,
    })),
    started: start,
  }
}
