import { settlementAbi } from '@opem/contracts'
import { formatInstant, type Hex } from '@opem/domain'
import type { TradingHeader } from '../../lake/trading/trading.ts'
import type { Announcements } from '../stream.ts'
import type { Chain } from './chain.ts'
import type { Deployment } from './deployment.ts'

/** What the chain last said about the batch of a community that starts at a period. */
export interface SettledBatch {
  readonly revision: number
  /** undefined when a challenge felled it. */
  readonly root: Hex | undefined
  readonly settledAt: number
}

/** The chain's settled batches, followed event by event. */
export interface SettledBatches {
  of(community: string, start: number): SettledBatch | undefined
  /** Reads what is new on the chain. */
  follow(): Promise<void>
  close(): void
}

const BLOCKS_AT_ONCE = 5000n
const POLL_MS = 1000

export function createSettledBatches(deps: {
  chain: Chain
  deployment: () => Promise<Deployment>
  announcements: Announcements
}): SettledBatches {
  const batches = new Map<string, SettledBatch>()
  let next: bigint | undefined
  let contract = ''
  let following: Promise<void> | undefined
  let caughtUp = false

  async function follow() {
    const { addresses, block } = await deps.deployment()
    const { client } = deps.chain
    const latest = await client.getBlockNumber({ cacheTime: 0 })
    // Another contract, or a chain that became shorter: it was started anew, and what we know is of another world.
    if (contract !== addresses.Settlement || next === undefined || latest + 1n < next) {
      batches.clear()
      contract = addresses.Settlement
      caughtUp = false
      next = BigInt(block)
    }
    for (let from: bigint = next; from <= latest; from = next) {
      const until: bigint = from + BLOCKS_AT_ONCE <= latest ? from + BLOCKS_AT_ONCE : latest
      const events = await client.getContractEvents({
        address: contract as Hex,
        abi: settlementAbi,
        fromBlock: from,
        toBlock: until,
        strict: true,
      })
      for (const event of events) {
        if (event.eventName === 'BatchSettled') {
          const { community, start, revision, root, periods, settledAt } = event.args
          batches.set(keyOf(community, Number(start)), { revision, root, settledAt: Number(settledAt) })
          if (caughtUp)
            deps.announcements.announce({
              event: 'settled',
              data: { community: community.toLowerCase(), start: formatInstant(Number(start)), periods, revision },
            })
        } else if (event.eventName === 'BatchFallen') {
          const { community, start, revision } = event.args
          const before = batches.get(keyOf(community, Number(start)))
          batches.set(keyOf(community, Number(start)), { revision, root: undefined, settledAt: before?.settledAt ?? 0 })
        }
      }
      next = until + 1n
    }
    caughtUp = true
  }

  const once = () => {
    following ??= follow().finally(() => {
      following = undefined
    })
    return following
  }
  const timer = setInterval(() => void once().catch(() => undefined), POLL_MS) // away: asked again next time
  timer.unref()

  return {
    of: (community, start) => batches.get(keyOf(community, start)),
    follow: once,
    close: () => clearInterval(timer),
  }
}

const keyOf = (community: string, start: number) => `${community.toLowerCase()}|${start}`

/**
 * The evidence in force among everything stored: where the chain has settled a batch, the evidence with the settled root
 * (a lying node may store what it likes); where it has not yet, the newest. A batch that fell has none.
 * @param stored ordered by start, revision and time of storing
 */
export function currentEvidence(
  stored: readonly TradingHeader[],
  settled: (community: string, start: number) => SettledBatch | undefined,
): TradingHeader[] {
  return [...Map.groupBy(stored, ({ start }) => start)].flatMap(([start, candidates]) => {
    const onChain = settled(candidates[0]!.community, start)
    if (!onChain) return candidates.slice(-1)
    return candidates.filter(({ revision, root }) => revision === onChain.revision && root === onChain.root).slice(-1)
  })
}
