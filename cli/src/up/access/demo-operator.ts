import { accessManagerAbi } from '@opem/contracts'
import { developmentWallet } from '@opem/ssi'
import { type Address, type Chain, createPublicClient, http, type LocalAccount } from 'viem'
import { DEVELOPMENT_CHAIN_ID } from '../keys.ts'
import type { Settings } from '../settings.ts'
import { createRoleChange, ROLES } from './role-change.ts'

/** The development account that operates and governs the demo: the page offers it, its key is public. */
export const DEMO_OPERATOR: Address = developmentWallet(8).address

/** So long after it is announced the demo's governor carries a decision out: long enough to see that it waits. Seconds. */
const NOTICE_SECONDS = 30

/**
 * Whether the demo's wallet operates the marketplace: on the development chain of this machine alone, only while nobody else is
 * named, and never where the marketplace is reached under a public name.
 */
export const demoOperates = (
  { replaced }: Pick<Settings, 'replaced'>,
  demo: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean => demo && !replaced.has('chain') && !env.OPEM_OPERATOR_DIDS && !env.OPEM_PUBLIC_URL

/**
 * Makes the demo's wallet a governor while it operates the marketplace, and takes that back when it does no longer. A second call
 * sends nothing; on any other chain nothing is looked at.
 */
export async function bringDemoGovernor({
  operates,
  ...parts
}: {
  readonly operates: boolean
  readonly chain: Chain
  readonly accessManager: Address
  readonly administrator: LocalAccount
  readonly say: (line: string) => void
}): Promise<void> {
  const { chain, accessManager } = parts
  if (chain.id !== DEVELOPMENT_CHAIN_ID) return
  const [governs] = await createPublicClient({ chain, transport: http() }).readContract({
    ...{ address: accessManager, abi: accessManagerAbi, functionName: 'hasRole' },
    args: [ROLES.governor, DEMO_OPERATOR],
  })
  if (governs === operates) return
  const change = { role: 'governor', address: DEMO_OPERATOR } as const
  await createRoleChange(parts)(
    operates ? { ...change, what: 'grantRole', notice: NOTICE_SECONDS } : { ...change, what: 'revokeRole' },
  )
}
