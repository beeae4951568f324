import { settlementAbi } from '@opem/contracts'
import type { Address, PublicClient } from 'viem'

/** Who may sign, and how many must. */
export interface Committee {
  readonly quorum: number
  readonly minimumBond: bigint
  /** Nodes that hold a seat, by lower-case address. */
  readonly seated: ReadonlyMap<string, { readonly bond: bigint }>
  /** Whether `node` (any case) is seated with its bond posted. */
  signs(node: Address): boolean
}

const SEATED = 1

export async function readCommittee(
  client: Pick<PublicClient, 'readContract'>,
  settlement: Address,
): Promise<Committee> {
  const contract = { address: settlement, abi: settlementAbi } as const
  const [quorum, minimumBond, nodes] = await Promise.all([
    client.readContract({ ...contract, functionName: 'quorum' }),
    client.readContract({ ...contract, functionName: 'minimumBond' }),
    client.readContract({ ...contract, functionName: 'nodes' }),
  ])
  const seated = new Map<string, { bond: bigint }>()
  await Promise.all(
    nodes.map(async (node) => {
      const [status, bond] = await Promise.all([
        client.readContract({ ...contract, functionName: 'statusOf', args: [node] }),
        client.readContract({ ...contract, functionName: 'bondOf', args: [node] }),
      ])
      if (status === SEATED) seated.set(node.toLowerCase(), { bond })
    }),
  )
  return {
    quorum,
    minimumBond,
    seated,
    signs: (node) => (seated.get(node.toLowerCase())?.bond ?? -1n) >= minimumBond,
  }
}
