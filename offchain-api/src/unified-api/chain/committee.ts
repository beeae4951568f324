import { settlementAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import type { PublicClient } from 'viem'
import { told } from './told.ts'

const SEATED = 1

/** Whether different nodes that hold a seat now are a quorum. @throws ERR_CHAIN_AWAY (retryable) */
export const isQuorum = (client: PublicClient, settlement: Hex, nodes: readonly Hex[]): Promise<boolean> =>
  told(async () => {
    const contract = { address: settlement, abi: settlementAbi } as const
    const [quorum, ...statuses] = await Promise.all([
      client.readContract({ ...contract, functionName: 'quorum' }),
      ...[...new Set(nodes)].map((node) =>
        client.readContract({ ...contract, functionName: 'statusOf', args: [node] }),
      ),
    ])
    return statuses.filter((status) => status === SEATED).length >= quorum
  })
