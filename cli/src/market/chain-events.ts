import {
  agreementRegistryAbi,
  compositionRegistryAbi,
  escrowAbi,
  listingRegistryAbi,
  openInnovationAbi,
} from '@opem/contracts'
import type { ChainEvent } from '@opem/domain'
import { type Address, type Hex, type PublicClient, parseEventLogs } from 'viem'

export interface MarketContracts {
  readonly ListingRegistry: Address
  readonly AgreementRegistry: Address
  readonly Escrow: Address
  readonly OpenInnovation: Address
  readonly CompositionRegistry: Address
}

/** An event with its place, so that who doubts it finds it. */
export interface LocatedEvent extends ChainEvent {
  readonly block: bigint
  readonly transaction: Hex
}

const ABI = [
  ...[...listingRegistryAbi, ...agreementRegistryAbi, ...escrowAbi, ...openInnovationAbi, ...compositionRegistryAbi],
].filter(({ type }) => type === 'event')
const AT_ONCE = 5000n

/** All events of the market's contracts from `fromBlock` to `toBlock`, in the order of the chain. */
export async function chainEvents(
  client: PublicClient,
  contracts: MarketContracts,
  { fromBlock, toBlock }: { readonly fromBlock: bigint; readonly toBlock: bigint },
): Promise<LocatedEvent[]> {
  const { ListingRegistry, AgreementRegistry, Escrow, OpenInnovation, CompositionRegistry } = contracts
  const address = [ListingRegistry, AgreementRegistry, Escrow, OpenInnovation, CompositionRegistry]
  const events: LocatedEvent[] = []
  for (let from = fromBlock; from <= toBlock; from += AT_ONCE) {
    const to = from + AT_ONCE - 1n < toBlock ? from + AT_ONCE - 1n : toBlock
    const logs = await client.getLogs({ address, fromBlock: from, toBlock: to })
    const times = new Map<bigint, number>()
    for (const log of parseEventLogs({ abi: ABI, logs })) {
      const {
        eventName: name,
        args,
        blockNumber: block,
        transactionHash: transaction,
      } = log as typeof log & {
        eventName: string
        args: object
      }
      if (!times.has(block)) times.set(block, Number((await client.getBlock({ blockNumber: block })).timestamp))
      const time = times.get(block)!
      events.push({ name, args: lowered(args) as ChainEvent['args'], time, block, transaction })
    }
  }
  return events
}

/** The same value with all its texts in lower case: addresses come with capitals. */
export function lowered(value: unknown): unknown {
  if (typeof value === 'string') return value.toLowerCase()
  if (Array.isArray(value)) return value.map(lowered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, lowered(it)]))
}
