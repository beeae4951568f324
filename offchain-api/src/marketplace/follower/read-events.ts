import { type Hex, OpemError } from '@opem/domain'
import { type Abi, decodeEventLog, type Log, type PublicClient } from 'viem'
import { MARKET_ABIS, MARKET_CONTRACTS, type MarketContract } from './market-contracts.ts'
import type { MarketEvent } from './reaction.ts'

/** Where a chain of blocks ends: the hash tells the whole past. */
export interface Place {
  readonly block: number
  readonly hash: Hex
}

export type Addresses = Readonly<Record<MarketContract, Hex>>

/** undefined when the chain is not that long. */
export async function placeAt(client: PublicClient, block: number): Promise<(Place & { time: number }) | undefined> {
  try {
    const { hash, timestamp } = await client.getBlock({ blockNumber: BigInt(block) })
    return { block, hash, time: Number(timestamp) }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'BlockNotFoundError') return undefined
    throw cause
  }
}

/**
 * What the contracts said from block `from` to `until.block`, in order, all of one past: that which `until.hash` ends.
 * @throws ERR_CHAIN_REORGANISED (retryable) when the chain changed its past while it was read
 */
export async function readEvents(
  client: PublicClient,
  addresses: Addresses,
  { from, until }: { from: number; until: Place },
): Promise<MarketEvent[]> {
  const logs = await client.getLogs({
    address: Object.values(addresses),
    fromBlock: BigInt(from),
    toBlock: BigInt(until.block),
  })
  const blocks = [...new Set(logs.map(({ blockNumber }) => Number(blockNumber)))]
  const places = new Map(await Promise.all(blocks.map(async (block) => [block, await placeAt(client, block)] as const)))
  for (const { blockNumber, blockHash } of logs)
    if (places.get(Number(blockNumber))?.hash !== blockHash) throw reorganised(Number(blockNumber))
  if ((await placeAt(client, until.block))?.hash !== until.hash) throw reorganised(until.block)
  const contracts = new Map(MARKET_CONTRACTS.map((name) => [addresses[name].toLowerCase(), name]))
  return logs
    .flatMap((log) => {
      const contract = contracts.get(log.address.toLowerCase())
      const event = contract && decode(contract, log)
      if (!event) return []
      const { block, hash, time } = places.get(Number(log.blockNumber))!
      const where = { block, blockHash: hash, time, transaction: log.transactionHash, logIndex: log.logIndex }
      return [{ contract, ...event, ...where } as MarketEvent]
    })
    .sort((a, b) => a.block - b.block || a.logIndex - b.logIndex)
}

/** undefined for events that the ABI does not know, as those of a later version of a contract. */
function decode(contract: MarketContract, { topics, data }: Log): { name: string; args: unknown } | undefined {
  try {
    const abi: Abi = MARKET_ABIS[contract]
    const { eventName, args }: { eventName?: unknown; args?: unknown } = decodeEventLog({ abi, topics, data })
    return { name: String(eventName), args: lowerCased(args ?? {}) }
  } catch {
    return undefined
  }
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/

/** Addresses as we write them: lower case, without the checksum that viem adds. */
function lowerCased(value: unknown): unknown {
  if (typeof value === 'string') return ADDRESS.test(value) ? value.toLowerCase() : value
  if (Array.isArray(value)) return value.map(lowerCased)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, lowerCased(item)]))
}

const reorganised = (block: number) =>
  new OpemError({
    code: 'ERR_CHAIN_REORGANISED',
    shortMessage: `block ${block} was replaced while it was read; it is read again`,
    retryable: true,
  })
