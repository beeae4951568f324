import { type Address, getAbiItem, type PublicClient } from 'viem'
import { accessManagerAbi } from './abi/index.ts'

/** AccessManager role that changes the fee, expels listings and upgrades contracts (ignition/modules/governed-marketplace.ts). */
const GOVERNOR = 1n

export interface Governor {
  readonly address: Address
  /** Seconds between what they announce and its effect; 0: what they decide takes effect at once. */
  readonly notice: number
}

/** Who governs now, from the manager's events, each asked of the manager itself; in the order in which they first came. */
export async function readGovernors(
  client: Pick<PublicClient, 'getLogs' | 'readContract'>,
  { accessManager, fromBlock }: { readonly accessManager: Address; readonly fromBlock: bigint },
): Promise<Governor[]> {
  const granted = await client.getLogs({
    ...{ address: accessManager, event: getAbiItem({ abi: accessManagerAbi, name: 'RoleGranted' }) },
    ...{ args: { roleId: GOVERNOR }, fromBlock, strict: true },
  })
  const known = [...new Set(granted.map(({ args }) => args.account))]
  const asked = await Promise.all(
    known.map(async (address) => {
      const [governs, notice] = await client.readContract({
        ...{ address: accessManager, abi: accessManagerAbi, functionName: 'hasRole', args: [GOVERNOR, address] },
      })
      return { address, notice, governs }
    }),
  )
  return asked.flatMap(({ address, notice, governs }) => (governs ? [{ address, notice }] : []))
}
