import { energyCommunityAbi, settlementAbi } from '@opem/contracts'
import { type Address, type Log, type PublicClient, parseEventLogs } from 'viem'

/** Events of one community and of its Settlement, in the order of the chain. */
const EVENTS = [...energyCommunityAbi, ...settlementAbi].filter(({ type }) => type === 'event')

const WIDEST = 10_000n

/** All logs, read in bounded ranges: a node that refuses a range as too wide is asked for half of it. */
export async function logsOf<L>(
  logsIn: (from: bigint, to: bigint) => Promise<readonly L[]>,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<L[]> {
  const found: L[] = []
  let width = WIDEST
  for (let from = fromBlock; from <= toBlock; ) {
    const to = from + width - 1n < toBlock ? from + width - 1n : toBlock
    try {
      found.push(...(await logsIn(from, to)))
      from = to + 1n
    } catch (error) {
      if (width === 1n) throw error
      width = width / 2n
    }
  }
  return found
}

/** Every event of the settlement contract and of the community up to the head of the chain, decoded. */
export async function readEvents(
  client: PublicClient,
  {
    settlement,
    community,
    fromBlock,
  }: { readonly settlement: Address; readonly community: Address; readonly fromBlock: bigint },
) {
  const head = await client.getBlockNumber({ cacheTime: 0 })
  const address = [settlement, community]
  const logs = await logsOf<Log>(
    (from, to) => client.getLogs({ address, fromBlock: from, toBlock: to }),
    fromBlock,
    head,
  )
  return parseEventLogs({ abi: EVENTS, logs: logs as Log<bigint, number, false>[] })
}

export type MarketEvent = Awaited<ReturnType<typeof readEvents>>[number]
