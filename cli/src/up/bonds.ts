import { settlementAbi } from '@opem/contracts'
import { type Address, type Chain, createPublicClient, createWalletClient, http, type LocalAccount } from 'viem'

const SEATED = 1

/** Posts what is missing of each node's bond, out of the node's own account: without it, its signatures count for nothing. */
export async function postBonds(chain: Chain, address: Address, nodes: readonly LocalAccount[]): Promise<void> {
  const client = createPublicClient({ chain, transport: http() })
  const committee = { address, abi: settlementAbi } as const
  const minimum = await client.readContract({ ...committee, functionName: 'minimumBond' })
  for (const account of nodes) {
    const of = { ...committee, args: [account.address] } as const
    const status = await client.readContract({ ...of, functionName: 'statusOf' })
    const bond = await client.readContract({ ...of, functionName: 'bondOf' })
    if (status !== SEATED || bond >= minimum) continue
    const wallet = createWalletClient({ account, chain, transport: http() })
    const hash = await wallet.writeContract({ ...committee, functionName: 'postBond', value: minimum - bond })
    await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  }
}
