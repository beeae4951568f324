import { communityFactoryAbi, energyCommunityAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { createPublicClient, http, type PublicClient } from 'viem'
import type { Deployment } from './deployment.ts'
import { revertOf, told } from './told.ts'

/** What a community was founded with, as the chain tells it. Instants in seconds since 1970. */
export interface Founding {
  readonly profileHash: Hex
  readonly periodSeconds: number
}

export interface ChainMembership {
  readonly account: Hex
  readonly from: number
  /** null while the member stays */
  readonly until: number | null
  readonly meteringPoints: readonly { readonly id: Hex; readonly participation: number }[]
}

/** EnergyCommunity's answer for who has not left. */
const NOT_LEFT = 2n ** 64n - 1n

/** The few questions that the unified API asks the chain. @throws ERR_CHAIN_AWAY (retryable) */
export interface Chain {
  readonly client: PublicClient
  /** undefined when our factory founded no such community. */
  founding(id: Hex): Promise<Founding | undefined>
  /** Hash of a committed rule version; undefined when there is no such version. */
  committedRules(id: Hex, version: number): Promise<Hex | undefined>
  /** undefined when the member never joined. */
  membership(id: Hex, member: Hex): Promise<ChainMembership | undefined>
  nonceOf(id: Hex, account: Hex): Promise<bigint>
  /** undefined when our factory founded no such community. */
  administratorOf(id: Hex): Promise<Hex | undefined>
  isReady(): Promise<boolean>
}

export function createChain({ url, deployment }: { url: string; deployment: () => Promise<Deployment> }): Chain {
  const client = createPublicClient({
    transport: http(url, { retryCount: 1, timeout: 10_000, batch: { wait: 1 } }),
  })
  const community = (id: Hex) => ({ address: id, abi: energyCommunityAbi }) as const

  return {
    client,
    founding: (id) =>
      told(async () => {
        const { addresses, block } = await deployment()
        const factory = { address: addresses.CommunityFactory as Hex, abi: communityFactoryAbi } as const
        if (!(await client.readContract({ ...factory, functionName: 'isCommunity', args: [id] }))) return undefined
        const [founded] = await client.getContractEvents({
          ...factory,
          eventName: 'CommunityCreated',
          args: { community: id },
          fromBlock: BigInt(block),
          strict: true,
        })
        return founded && { profileHash: founded.args.profileHash, periodSeconds: founded.args.periodSeconds }
      }),
    committedRules: (id, version) =>
      told(async () => {
        const versions = await client.readContract({ ...community(id), functionName: 'rulesCount' })
        if (version > versions) return undefined
        return (await client.readContract({ ...community(id), functionName: 'rules', args: [version] })).rulesHash
      }),
    membership: (id, member) =>
      told(async () => {
        try {
          const [membership, meteringPoints] = await Promise.all([
            client.readContract({ ...community(id), functionName: 'membership', args: [member] }),
            client.readContract({ ...community(id), functionName: 'meteringPoints', args: [member] }),
          ])
          if (BigInt(membership.account) === 0n) return undefined
          return {
            account: membership.account.toLowerCase() as Hex,
            from: Number(membership.from),
            until: membership.until === NOT_LEFT ? null : Number(membership.until),
            meteringPoints,
          }
        } catch (cause) {
          if (revertOf(cause) !== undefined) return undefined
          throw cause
        }
      }),
    nonceOf: (id, account) =>
      told(() => client.readContract({ ...community(id), functionName: 'nonces', args: [account] })),
    administratorOf: (id) =>
      told(async () => {
        const { addresses } = await deployment()
        const factory = { address: addresses.CommunityFactory as Hex, abi: communityFactoryAbi } as const
        // Anybody may deploy a contract that names them its administrator.
        if (!(await client.readContract({ ...factory, functionName: 'isCommunity', args: [id] }))) return undefined
        const administrator = await client.readContract({ ...community(id), functionName: 'administrator' })
        return administrator.toLowerCase() as Hex
      }),
    isReady: () =>
      client.getChainId().then(
        () => true,
        () => false,
      ),
  }
}
