import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { OpemError } from '@opem/domain'
import { type Address, getAddress, isAddress } from 'viem'
import { z } from 'zod'

const address = z.custom<Address>((v) => typeof v === 'string' && isAddress(v, { strict: false }), 'an address')

const DeploymentFile = z.strictObject({
  chainId: z.int().positive(),
  block: z.int().nonnegative(),
  addresses: z.object({ CommunityFactory: address, Settlement: address }),
})

/** Where the contracts are, and the block from which their events are read. */
export interface Deployment {
  readonly chainId: number
  readonly block: bigint
  readonly factory: Address
  readonly settlement: Address
}

export function parseDeployment(raw: unknown): Deployment {
  const parsed = DeploymentFile.safeParse(raw)
  if (!parsed.success) {
    throw new OpemError({
      code: 'ERR_ORACLE_DEPLOYMENT',
      shortMessage: `the deployment file is not what opem writes: ${z.prettifyError(parsed.error)}`,
    })
  }
  const { chainId, block, addresses } = parsed.data
  return {
    chainId,
    block: BigInt(block),
    factory: getAddress(addresses.CommunityFactory),
    settlement: getAddress(addresses.Settlement),
  }
}

/** Waits until the deployment file exists: nodes and contracts are started together. */
export async function awaitDeployment(path: string, pollMs: number, signal: AbortSignal): Promise<Deployment> {
  for (;;) {
    signal.throwIfAborted()
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    const raw: unknown = text === undefined ? undefined : JSON.parse(text)
    // A deployment under way has no addresses yet.
    if (typeof raw === 'object' && raw !== null && 'addresses' in raw) return parseDeployment(raw)
    await pause(pollMs, undefined, { signal })
  }
}
