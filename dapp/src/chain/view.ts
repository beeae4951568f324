import { communityFactoryAbi, energyCommunityAbi, settlementAbi, unpackSignatures } from '@opem/contracts'
import type { ChainBatch, ChainView, Hex } from '@opem/domain'
import { OpemError } from '@opem/domain'
import type { Address, PublicClient } from 'viem'
import { decodeFunctionData, getAbiItem, zeroHash } from 'viem'
import type { Settings } from '../api/settings.ts'

const NEVER = 18_446_744_073_709_551_615n
const event = {
  created: getAbiItem({ abi: communityFactoryAbi, name: 'CommunityCreated' }),
  rules: getAbiItem({ abi: energyCommunityAbi, name: 'RulesCommitted' }),
  joined: getAbiItem({ abi: energyCommunityAbi, name: 'MemberJoined' }),
  left: getAbiItem({ abi: energyCommunityAbi, name: 'MemberLeft' }),
  seated: getAbiItem({ abi: settlementAbi, name: 'NodeSeated' }),
  quorum: getAbiItem({ abi: settlementAbi, name: 'QuorumChanged' }),
  settled: getAbiItem({ abi: settlementAbi, name: 'BatchSettled' }),
  fallen: getAbiItem({ abi: settlementAbi, name: 'BatchFallen' }),
} as const

type Client = Pick<PublicClient, 'getLogs' | 'getBlock' | 'getTransaction' | 'readContract'>

/** Block times, each block asked once; many nodes send the time with the log. */
function blockTimes(client: Client) {
  const known = new Map<bigint, Promise<number>>()
  return (block: bigint): Promise<number> => {
    const found = known.get(block) ?? client.getBlock({ blockNumber: block }).then(({ timestamp }) => Number(timestamp))
    known.set(block, found)
    return found
  }
}

/** What the chain says about a community, from its events alone. Code: `ERR_COMMUNITY_UNKNOWN`. */
export async function readChainView(client: Client, settings: Settings, community: Address): Promise<ChainView> {
  const fromBlock = BigInt(settings.block)
  const { CommunityFactory, Settlement } = settings.addresses
  const timeOf = blockTimes(client)
  const of = { fromBlock, strict: true } as const
  const [created, rules, joined, left, seated, quorums] = await Promise.all([
    client.getLogs({ ...of, address: CommunityFactory, event: event.created, args: { community } }),
    client.getLogs({ ...of, address: community, event: event.rules }),
    client.getLogs({ ...of, address: community, event: event.joined }),
    client.getLogs({ ...of, address: community, event: event.left }),
    client.getLogs({ ...of, address: Settlement, event: event.seated }),
    client.getLogs({ ...of, address: Settlement, event: event.quorum }),
  ])
  const founding = created[0]
  if (founding === undefined)
    throw new OpemError({
      code: 'ERR_COMMUNITY_UNKNOWN',
      shortMessage: `The factory never founded ${community}: give the address of a community of this marketplace.`,
    })
  const until = new Map(left.map(({ args }) => [args.member, args.until]))
  return {
    chainId: settings.chainId,
    settlement: Settlement,
    community,
    periodSeconds: founding.args.periodSeconds === 900 ? 900 : 3600,
    startsAt: Number(founding.args.startsAt),
    createdAt: await timeOf(founding.blockNumber),
    historic: founding.args.historic,
    rules: await Promise.all(
      rules.map(async ({ args, blockNumber }) => ({
        version: args.version,
        from: Number(args.from),
        key: args.key,
        plain: args.plain,
        exact: args.exact,
        rulesHash: args.rulesHash,
        committedAt: await timeOf(blockNumber),
      })),
    ),
    members: joined.map(({ args }) => {
      const end = until.get(args.member)
      return {
        member: args.member,
        from: Number(args.from),
        until: end === undefined || end === NEVER ? null : Number(end),
      }
    }),
    committee: {
      seats: seated.map(({ args }) => ({ node: args.node.toLowerCase() as Hex, seat: args.seat })),
      quorums: await Promise.all(
        quorums.map(async ({ args, blockNumber }) => ({ since: await timeOf(blockNumber), quorum: args.current })),
      ),
    },
  }
}

type Settled = Awaited<ReturnType<typeof readSettled>>[number]

const readSettled = (client: Client, settings: Settings, community: Address) =>
  client.getLogs({
    address: settings.addresses.Settlement,
    event: event.settled,
    args: { community },
    fromBlock: BigInt(settings.block),
    strict: true,
  })

/** A batch that an audit looks at: known by its event, read to the full only when its turn comes. */
export type Listed = { start: number; periods: number; revision: number; read(): Promise<ChainBatch> }

/** The current revision of every batch of a community, in time order. */
export async function listBatches(client: Client, settings: Settings, community: Address): Promise<Listed[]> {
  const [logs, falls] = await Promise.all([
    readSettled(client, settings, community),
    client.getLogs({
      address: settings.addresses.Settlement,
      event: event.fallen,
      args: { community },
      fromBlock: BigInt(settings.block),
      strict: true,
    }),
  ])
  const timeOf = blockTimes(client)
  const fallen = new Set(falls.map(({ args }) => `${args.start}/${args.revision}`))
  const newest = new Map<bigint, { log: Settled; nonce: number }>()
  logs.forEach((log, nonce) => {
    const known = newest.get(log.args.start)
    if (known === undefined || known.log.args.revision < log.args.revision) newest.set(log.args.start, { log, nonce })
  })
  return [...newest.values()]
    .sort((a, b) => Number(a.log.args.start - b.log.args.start))
    .map(({ log, nonce }) => ({
      start: Number(log.args.start),
      periods: log.args.periods,
      revision: log.args.revision,
      read: () => readBatch(client, settings, log, nonce, fallen.has(`${log.args.start}/${log.args.revision}`), timeOf),
    }))
}

async function readBatch(
  client: Client,
  settings: Settings,
  log: Settled,
  nonce: number,
  fallen: boolean,
  timeOf: (block: bigint) => Promise<number>,
): Promise<ChainBatch> {
  const { args, blockNumber, transactionHash } = log
  const [timestamp, stored, transaction] = await Promise.all([
    timeOf(blockNumber),
    client.readContract({
      address: settings.addresses.Settlement,
      abi: settlementAbi,
      functionName: 'batchHash',
      args: [args.community, args.start],
    }),
    client.getTransaction({ hash: transactionHash }),
  ])
  const signed = reportOf(
    transaction.to?.toLowerCase() === settings.addresses.Settlement ? transaction.input : undefined,
  )
  return {
    start: Number(args.start),
    periods: args.periods,
    revision: args.revision,
    rules: args.rules,
    settledAt: Number(args.settledAt),
    signers: args.signers,
    root: args.root,
    totals: args.totals,
    timestamp,
    ...(stored === zeroHash ? {} : { batchHash: stored }),
    ...(fallen ? { fallen } : {}),
    ...(signed === undefined ? {} : { report: { nonce, ...signed } }),
  }
}

/** Deadline and signatures out of the calldata of `settle` or `correct`; `undefined` when another contract passed the report on. */
function reportOf(input: Hex | undefined): { deadline: bigint; signatures: readonly Hex[] } | undefined {
  if (input === undefined) return undefined
  try {
    const call = decodeFunctionData({ abi: settlementAbi, data: input })
    if (call.functionName === 'settle')
      return { deadline: call.args[1].deadline, signatures: unpackSignatures(call.args[0]) }
    if (call.functionName === 'correct')
      return { deadline: call.args[2].deadline, signatures: unpackSignatures(call.args[1]) }
    return undefined
  } catch {
    return undefined
  }
}
