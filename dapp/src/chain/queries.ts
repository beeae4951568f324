import { energyCommunityAbi, settlementAbi } from '@opem/contracts'
import { queryOptions } from '@tanstack/react-query'
import type { Address, PublicClient } from 'viem'
import type { Settings } from '../api/settings.ts'

const NEVER = 18_446_744_073_709_551_615n

export type ChainState = {
  administrator: Address
  members: bigint
  rules: number
  historic: boolean
  periodSeconds: number
  nextPeriod: number
  /** `undefined` while settlement runs without an end. */
  stopsAt: number | undefined
  correctionWindow: number
}

/** What the contracts themselves say about a community now. */
export async function readChainState(
  client: PublicClient,
  settlement: Address,
  community: Address,
): Promise<ChainState> {
  const of = { address: community, abi: energyCommunityAbi } as const
  const by = { address: settlement, abi: settlementAbi } as const
  const [administrator, members, rules, historic, periodSeconds, nextPeriod, until, window] = await Promise.all([
    client.readContract({ ...of, functionName: 'administrator' }),
    client.readContract({ ...of, functionName: 'memberCount' }),
    client.readContract({ ...of, functionName: 'rulesCount' }),
    client.readContract({ ...of, functionName: 'historic' }),
    client.readContract({ ...of, functionName: 'periodSeconds' }),
    client.readContract({ ...by, functionName: 'nextPeriod', args: [community] }),
    client.readContract({ ...by, functionName: 'settlesUntil', args: [community] }),
    client.readContract({ ...by, functionName: 'correctionWindow' }),
  ])
  return {
    administrator,
    members,
    rules,
    historic,
    periodSeconds,
    nextPeriod: Number(nextPeriod),
    stopsAt: until === NEVER ? undefined : Number(until),
    correctionWindow: Number(window),
  }
}

export const chainStateQuery = (client: PublicClient, settings: Settings, community: Address) =>
  queryOptions({
    queryKey: ['chain', 'state', community],
    queryFn: () => readChainState(client, settings.addresses.Settlement, community),
  })
