import { settlementAbi } from '@opem/contracts'
import { totalsHash } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import type { Address, Hash, Hex, PublicClient } from 'viem'
import { encodeAbiParameters, getAbiItem, keccak256 } from 'viem'
import type { Settings } from '../api/settings.ts'
import { keccak } from './keccak.ts'

/** A batch as `BatchSettled` tells it, with the words that `verifyBalance` wants. */
export type ChainBatch = {
  community: Address
  start: number
  periods: number
  revision: number
  rules: number
  settledAt: number
  signers: bigint
  root: Hex
  totals: readonly bigint[]
  block: bigint
  transaction: Hash
}

const settled = getAbiItem({ abi: settlementAbi, name: 'BatchSettled' })

/**
 * The batches of a community from the chain's own events, oldest first, every revision.
 * @param starts only batches that start then; all when not given
 */
export async function readBatches(
  client: Pick<PublicClient, 'getLogs'>,
  settings: Settings,
  community: Address,
  starts?: readonly number[],
): Promise<ChainBatch[]> {
  if (starts?.length === 0) return []
  const logs = await client.getLogs({
    address: settings.addresses.Settlement,
    event: settled,
    args: { community, ...(starts === undefined ? {} : { start: starts.map(BigInt) }) },
    fromBlock: BigInt(settings.block),
    strict: true,
  })
  return logs.map(({ args, blockNumber, transactionHash }) => ({
    community,
    start: Number(args.start),
    periods: args.periods,
    revision: args.revision,
    rules: args.rules,
    settledAt: Number(args.settledAt),
    signers: args.signers,
    root: args.root,
    totals: args.totals,
    block: blockNumber,
    transaction: transactionHash,
  }))
}

/** Newest revision of each batch. */
export function currentBatches(batches: readonly ChainBatch[]): ChainBatch[] {
  const newest = new Map<number, ChainBatch>()
  for (const batch of batches) {
    const known = newest.get(batch.start)
    if (known === undefined || known.revision < batch.revision) newest.set(batch.start, batch)
  }
  return [...newest.values()].sort((a, b) => a.start - b.start)
}

/** The `Batch` struct of ISettlement.sol. */
export const batchStruct = (batch: ChainBatch) => ({
  community: batch.community,
  start: BigInt(batch.start),
  periods: batch.periods,
  revision: batch.revision,
  rules: batch.rules,
  settledAt: BigInt(batch.settledAt),
  signers: batch.signers,
  root: batch.root,
  totalsHash: totalsHash(keccak, [...batch.totals]),
})

const structType = [
  {
    type: 'tuple',
    components: [
      { name: 'community', type: 'address' },
      { name: 'start', type: 'uint64' },
      { name: 'periods', type: 'uint16' },
      { name: 'revision', type: 'uint32' },
      { name: 'rules', type: 'uint32' },
      { name: 'settledAt', type: 'uint64' },
      { name: 'signers', type: 'uint256' },
      { name: 'root', type: 'bytes32' },
      { name: 'totalsHash', type: 'bytes32' },
    ],
  },
] as const

/** What the contract stores of a batch: keccak256(abi.encode(batch)). */
export const batchHash = (batch: ChainBatch): Hex => keccak256(encodeAbiParameters(structType, [batchStruct(batch)]))

export const batchesQuery = (client: PublicClient, settings: Settings, community: Address, starts: readonly number[]) =>
  queryOptions({
    queryKey: ['chain', 'batches', community, ...starts],
    queryFn: () => readBatches(client, settings, community, starts),
  })
