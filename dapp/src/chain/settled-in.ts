import type { SettledIn } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import type { Address, PublicClient } from 'viem'
import type { Settings } from '../api/settings.ts'
import type { Range } from '../api/trading.ts'
import { currentBatches, readBatches } from './batches.ts'

/** In which batch each period of a range is settled, and what time it is: the later of this machine's clock and the chain's. */
export interface Standings {
  readonly settledIn: ReadonlyMap<number, SettledIn>
  readonly now: number
}

// A node need not take a question that names more batches than these: then all of the community's are read.
const MOST_NAMED = 100

/** @param starts batches that hold the range's periods, when they are known */
export const standingsQuery = (
  client: PublicClient,
  settings: Settings,
  community: Address,
  range: Range,
  periodSeconds: number,
  starts: readonly number[],
) =>
  queryOptions({
    queryKey: ['chain', 'settled in', community, range.from, range.to, starts.length, starts.at(-1) ?? 0],
    queryFn: async (): Promise<Standings> => {
      const named = starts.length > MOST_NAMED ? undefined : starts
      const [batches, head] = await Promise.all([readBatches(client, settings, community, named), client.getBlock()])
      const settledIn = new Map<number, SettledIn>()
      for (const batch of currentBatches(batches))
        for (let i = 0; i < batch.periods; i++) {
          const start = batch.start + i * periodSeconds
          if (start >= range.from && start < range.to) settledIn.set(start, batch)
        }
      return { settledIn, now: Math.max(Math.floor(Date.now() / 1000), Number(head.timestamp)) }
    },
  })
