import { energyCommunityAbi } from '@opem/contracts'
import type { Address } from 'viem'
import { shortHex } from '../format/hex.ts'
import { dateClock } from '../format/time.ts'
import type { BusinessAction } from './action.ts'

type OfCommunity = { community: Address; timeZone: string }

/** Starts settlement at the next unsettled period, or resumes it after a stop. */
export const startSettlement = {
  title: 'Start settlement',
  describe: ({ community }) => [['Community', shortHex(community)]],
  prepare: ({ community }) => ({ address: community, abi: energyCommunityAbi, functionName: 'start', args: [] }),
} satisfies BusinessAction<OfCommunity>

/** Stops settlement: no period that starts at or after `at` is settled. */
export const stopSettlement = {
  title: 'Stop settlement',
  describe: ({ community, at, timeZone }) => [
    ['Community', shortHex(community)],
    ['No period settled from', dateClock(at, timeZone)],
  ],
  prepare: ({ community, at }) => ({
    address: community,
    abi: energyCommunityAbi,
    functionName: 'stop',
    args: [BigInt(at)],
  }),
} satisfies BusinessAction<OfCommunity & { at: number }>

/** The member's own way out, at a period boundary. */
export const leaveCommunity = {
  title: 'Leave the community',
  describe: ({ member, until, timeZone }) => [
    ['Member', shortHex(member)],
    ['Last period ends', dateClock(until, timeZone)],
  ],
  prepare: ({ community, member, until }) => ({
    address: community,
    abi: energyCommunityAbi,
    functionName: 'leave',
    args: [member, BigInt(until), 0n, '0x'],
  }),
} satisfies BusinessAction<OfCommunity & { member: `0x${string}`; until: number }>
