import { accessManagerAbi } from '@opem/contracts'
import { formatInstant } from '@opem/domain'
import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  type LocalAccount,
} from 'viem'

/** AccessManager roles (contracts/ignition/modules). */
export const ROLES = { administrator: 0n, governor: 1n, operator: 3n } as const

export interface RoleChange {
  readonly what: 'grantRole' | 'revokeRole'
  readonly role: 'governor' | 'operator'
  readonly address: Address
  /** Seconds between what whoever gets the role announces and its effect; none when left out. */
  readonly notice?: number
}

/** Makes a change, or announces it where the administrator decides with notice; said in one line. A second call announces nothing anew. */
export function createRoleChange({
  chain,
  accessManager,
  administrator,
  say,
}: {
  readonly chain: Chain
  readonly accessManager: Address
  /** Administers the AccessManager. */
  readonly administrator: LocalAccount
  readonly say: (line: string) => void
}): (change: RoleChange) => Promise<'done' | 'announced' | 'may not'> {
  const client = createPublicClient({ chain, transport: http() })
  const wallet = createWalletClient({ account: administrator, chain, transport: http() })
  const manager = { address: accessManager, abi: accessManagerAbi } as const
  const mined = async (hash: Hex) => {
    const { status } = await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
    if (status !== 'success') throw new Error(`the transaction ${hash} was reverted`)
  }

  return async ({ what, role, address, notice = 0 }) => {
    const sentence = `${address} ${what === 'grantRole' ? 'gets' : 'loses'} the ${role}'s role on chain${notice > 0 ? `, with ${notice} s of notice` : ''}`
    const tell = (words: string) => say(`${`${role}s`.padEnd(13)}${words}`)
    const [member, delay] = await client.readContract({
      ...manager,
      functionName: 'hasRole',
      args: [ROLES.administrator, administrator.address],
    })
    if (!member) {
      tell(
        `NOT DONE: ${sentence}; ${administrator.address} does not administer ${accessManager}: its administrator has to`,
      )
      return 'may not'
    }
    const call = { grantRole: [ROLES[role], address, notice], revokeRole: [ROLES[role], address] } as const
    const data = encodeFunctionData({ abi: accessManagerAbi, functionName: what, args: call[what] } as never)
    if (delay === 0) {
      await mined(await wallet.sendTransaction({ to: accessManager, data }))
      tell(sentence)
      return 'done'
    }
    const operation = await client.readContract({
      ...manager,
      functionName: 'hashOperation',
      args: [administrator.address, accessManager, data],
    })
    const [due, { timestamp }] = await Promise.all([
      client.readContract({ ...manager, functionName: 'getSchedule', args: [operation] }),
      client.getBlock(),
    ])
    const now = Math.max(Number(timestamp), Math.floor(Date.now() / 1000))
    if (due !== 0 && due <= now) {
      await mined(await wallet.writeContract({ ...manager, functionName: 'execute', args: [accessManager, data] }))
      tell(sentence)
      return 'done'
    }
    if (due === 0)
      await mined(await wallet.writeContract({ ...manager, functionName: 'schedule', args: [accessManager, data, 0] }))
    const at = due === 0 ? now + delay : due
    tell(
      `NOT YET: ${sentence}; the administrator decides with ${delay} s of notice: ${role === 'operator' ? 'start again' : 'say it again'} after ${formatInstant(at)}`,
    )
    return 'announced'
  }
}
