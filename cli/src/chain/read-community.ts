import { energyCommunityAbi, settlementAbi, unpackSignatures } from '@opem/contracts'
import type { ChainBatch, ChainMember, ChainRules, ChainView, Hex, SignedReport } from '@opem/domain'
import { type Address, decodeFunctionData, type PublicClient } from 'viem'
import { refusal } from '../failure.ts'
import { type MarketEvent, readEvents } from './events.ts'
import { inLanes } from './lanes.ts'

/** A community as its chain tells it: who, by which rules, and every batch in its current revision, in time order. */
export interface CommunityOnChain {
  readonly view: ChainView
  readonly batches: readonly ChainBatch[]
  /** Seconds in which a settled batch may be corrected. */
  readonly correctionWindow: number
  /** Block time of the chain's head. */
  readonly time: number
}

/** What time it is: the later of this machine's clock and the chain's, seconds since 1970. */
export const nowOf = ({ time }: CommunityOnChain): number => Math.max(Math.floor(Date.now() / 1000), time)

const lower = (hex: string) => hex.toLowerCase() as Hex
/** Block times, each asked for once. */
function blockTimes(client: PublicClient) {
  const known = new Map<bigint, Promise<number>>()
  return (event: MarketEvent): Promise<number> => {
    const number = event.blockNumber
    const time =
      known.get(number) ?? client.getBlock({ blockNumber: number }).then(({ timestamp }) => Number(timestamp))
    known.set(number, time)
    return time
  }
}

type TimeOf = ReturnType<typeof blockTimes>
type Named<N extends MarketEvent['eventName']> = Extract<MarketEvent, { eventName: N }>

const named = <N extends MarketEvent['eventName']>(events: readonly MarketEvent[], name: N): Named<N>[] =>
  events.filter((event): event is Named<N> => event.eventName === name)

async function rulesOf(events: readonly MarketEvent[], timeOf: TimeOf): Promise<ChainRules[]> {
  return inLanes(named(events, 'RulesCommitted'), async (event) => {
    const { version, from, key, plain, exact, rulesHash } = event.args
    const committedAt = await timeOf(event)
    return { version, from: Number(from), key, plain, exact, rulesHash: lower(rulesHash), committedAt }
  })
}

function membersOf(events: readonly MarketEvent[]): ChainMember[] {
  const left = new Map(named(events, 'MemberLeft').map(({ args }) => [lower(args.member), Number(args.until)]))
  return named(events, 'MemberJoined').map(({ args }) => ({
    member: lower(args.member),
    from: Number(args.from),
    until: left.get(lower(args.member)) ?? null,
  }))
}

async function committeeOf(events: readonly MarketEvent[], timeOf: TimeOf): Promise<ChainView['committee']> {
  const seats = named(events, 'NodeSeated').map(({ args: { node, seat } }) => ({ node: lower(node), seat }))
  const quorums = await inLanes(named(events, 'QuorumChanged'), async (event) => ({
    since: await timeOf(event),
    quorum: event.args.current,
  }))
  return { seats, quorums }
}

/** What the nodes signed, out of the calldata; undefined when the report came through another contract. */
async function reportOf(
  client: PublicClient,
  settlement: Address,
  event: MarketEvent,
  nonce: number,
): Promise<SignedReport | undefined> {
  const transaction = await client.getTransaction({ hash: event.transactionHash })
  if (transaction.to?.toLowerCase() !== settlement.toLowerCase()) return undefined
  const { functionName, args } = decodeFunctionData({ abi: settlementAbi, data: transaction.input })
  if (functionName === 'settle') return signedReport(nonce, args[0], args[1])
  if (functionName === 'correct') return signedReport(nonce, args[1], args[2])
  return undefined
}

const signedReport = (nonce: number, packed: Hex, { deadline }: { readonly deadline: bigint }): SignedReport => ({
  nonce,
  deadline,
  signatures: unpackSignatures(packed),
})

async function batchesOf(
  client: PublicClient,
  settlement: Address,
  events: readonly MarketEvent[],
  timeOf: TimeOf,
): Promise<ChainBatch[]> {
  const settled = named(events, 'BatchSettled')
  const fallen = new Set(named(events, 'BatchFallen').map(({ args }) => `${args.start} ${args.revision}`))
  const current = new Map(settled.map((event, nonce) => [event.args.start, { event, nonce }]))
  const inTime = [...current.values()].sort((a, b) => Number(a.event.args.start - b.event.args.start))
  return inLanes(inTime, async ({ event, nonce }) => {
    const { community, start, periods, revision, rules, settledAt, signers, root, totals } = event.args
    const [timestamp, report, batchHash] = await Promise.all([
      timeOf(event),
      reportOf(client, settlement, event, nonce),
      client.readContract({
        address: settlement,
        abi: settlementAbi,
        functionName: 'batchHash',
        args: [community, start],
      }),
    ])
    return {
      start: Number(start),
      periods,
      revision,
      rules,
      settledAt: Number(settledAt),
      signers,
      root: lower(root),
      totals: totals as readonly bigint[],
      timestamp,
      batchHash: lower(batchHash),
      fallen: fallen.has(`${start} ${revision}`),
      ...(report && { report }),
    }
  })
}

/**
 * Reads a community from its chain alone: no index, no API.
 * @throws ERR_NOT_REGISTERED when this Settlement does not know the community
 */
export async function readCommunity(
  client: PublicClient,
  where: { readonly settlement: Address; readonly community: Address; readonly fromBlock: bigint },
): Promise<CommunityOnChain> {
  const all = await readEvents(client, where)
  const community = lower(where.community)
  const events = all.filter(
    ({ args }) => !('community' in args) || args.community === undefined || lower(args.community) === community,
  )
  const [registered] = named(events, 'CommunityRegistered')
  const chainId = await client.getChainId()
  if (registered === undefined) {
    throw refusal(
      'ERR_NOT_REGISTERED',
      `The settlement contract ${where.settlement} on chain ${chainId} knows no community ${community}: is it the right chain, --settlement and --community?`,
    )
  }
  const timeOf = blockTimes(client)
  const historic = await client.readContract({ address: community, abi: energyCommunityAbi, functionName: 'historic' })
  const [rules, committee, createdAt, batches, correctionWindow, head] = await Promise.all([
    rulesOf(events, timeOf),
    committeeOf(events, timeOf),
    timeOf(registered),
    batchesOf(client, where.settlement, events, timeOf),
    client.readContract({ address: where.settlement, abi: settlementAbi, functionName: 'correctionWindow' }),
    client.getBlock(),
  ])
  const view: ChainView = {
    chainId,
    settlement: lower(where.settlement),
    community,
    periodSeconds: registered.args.periodSeconds as 900 | 3600,
    startsAt: Number(registered.args.startsAt),
    createdAt,
    historic,
    rules,
    members: membersOf(events),
    committee,
  }
  return { view, batches, correctionWindow: Number(correctionWindow), time: Number(head.timestamp) }
}
