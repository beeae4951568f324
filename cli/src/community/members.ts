import { randomBytes } from 'node:crypto'
import { energyCommunityAbi } from '@opem/contracts'
import { formatInstant, meteringPointId } from '@opem/domain'
import { signJoin } from '@opem/ssi'
import { type Address, type Hex, keccak256, type LocalAccount } from 'viem'
import { inLanes } from '../chain/lanes.ts'
import type { Instance } from '../instance/instance.ts'
import type { MemberToBe } from './community-file.ts'
import type { DataSources } from './data-sources.ts'
import { call, sendAll } from './transactions.ts'

const bytes = (length: number): Hex => `0x${randomBytes(length).toString('hex')}`

/** A member to be with an identity of its own: a random id, a random salt key, the account that consents. */
export interface Candidate {
  readonly id: Hex
  readonly saltKey: Hex
  readonly wallet: LocalAccount
  readonly member: MemberToBe
}

export const candidate = (member: MemberToBe, wallet: LocalAccount): Candidate => ({
  id: bytes(32),
  saltKey: bytes(32),
  wallet,
  member,
})

/** How long a consent may be used, s. */
const CONSENT_SECONDS = 86_400

/**
 * Brings members into a community the way everybody does: each signs the consent, the consent goes to the API, and the
 * administrator joins them on chain, all in one go.
 * @param from first period of each membership, epoch seconds, unless the member has its own
 * @param dataSources says that the meters are theirs; by joining they let the community use them
 */
export async function joinMembers(
  { api, chain, chainId }: Pick<Instance, 'api' | 'chain' | 'chainId'>,
  administrator: LocalAccount,
  community: Address,
  candidates: readonly Candidate[],
  from: number,
  dataSources: DataSources,
): Promise<void> {
  const { timestamp } = await chain.getBlock()
  const deadline = Number(timestamp) + CONSENT_SECONDS
  const consents = await Promise.all(
    candidates.map(async ({ id, saltKey, wallet, member }) => {
      const meteringPoints = member.meters.map(({ meter, participation }) => ({
        id: meteringPointId((data) => keccak256(data, 'bytes'), saltKey, meter),
        participation,
      }))
      const nonce = await chain.readContract({
        address: community,
        abi: energyCommunityAbi,
        functionName: 'nonces',
        args: [wallet.address],
      })
      const terms = {
        chainId,
        community,
        member: id,
        account: wallet.address,
        from: member.from ?? from,
        meteringPoints,
      }
      const consent = await signJoin(wallet, { ...terms, nonce, deadline })
      const meters = member.meters.map(({ meter }) => meter)
      const shown = member.dataSources ?? (await dataSources(wallet.address, meters))
      return { ...terms, saltKey, consent, name: member.name, meters, dataSources: shown }
    }),
  )
  await inLanes(consents, ({ chainId: _, community: __, ...consent }) =>
    api.post(`/v1/communities/${community.toLowerCase()}/consents`, {
      ...consent,
      account: consent.account.toLowerCase(),
      from: formatInstant(consent.from),
      deadline: formatInstant(deadline),
    }),
  )
  await sendAll(
    chain,
    administrator,
    consents.map(({ member, account, from: since, meteringPoints, consent }) =>
      call(community, energyCommunityAbi, 'join', [
        member,
        account,
        BigInt(since),
        meteringPoints,
        BigInt(deadline),
        consent,
      ]),
    ),
  )
}
