import { energyCommunityAbi } from '@opem/contracts'
import type { Address } from 'viem'
import { type Call, call } from './transactions.ts'

/** More than a stop costs: it rests on the start sent just ahead, so it cannot be estimated yet. */
const STOP_GAS = 200_000n

/**
 * Starts settlement; with `until` (epoch seconds) stops it there in the same breath, so that no oracle node settles a
 * period after `until` in between.
 */
export function runningCalls(community: Address, until: number | undefined): Call[] {
  const start = call(community, energyCommunityAbi, 'start', [])
  if (until === undefined) return [start]
  return [start, { ...call(community, energyCommunityAbi, 'stop', [BigInt(until)]), gas: STOP_GAS }]
}
