import type { PublicClient } from 'viem'

/**
 * The last block whose timestamp is at or before `time` (epoch seconds), searched within [from, until).
 * `from` must be such a block itself.
 */
export async function blockAt(client: PublicClient, time: number, from: bigint, until: bigint): Promise<bigint> {
  let [low, high] = [from, until]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    const { timestamp } = await client.getBlock({ blockNumber: middle })
    if (timestamp <= BigInt(time)) low = middle
    else high = middle
  }
  return low
}
