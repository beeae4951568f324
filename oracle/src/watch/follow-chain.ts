import type { DatabaseSync } from 'node:sqlite'
import { communityFactoryAbi, energyCommunityAbi, settlementAbi } from '@opem/contracts'
import { type Address, type Log as ChainLog, type Hex, type PublicClient, parseEventLogs } from 'viem'
import type { Log } from '../log.ts'
import { atomically, cursors } from '../state/open-state.ts'
import { type Batches, fallen, hashTotals, keyOf, type SettledBatch } from './batches.ts'
import type { Deployment } from './deployment.ts'
import { type Committee, readCommittee } from './read-committee.ts'
import {
  type ChainCommunity,
  type ChainMember,
  readMembers,
  readPeriodSeconds,
  readProgress,
  readRules,
} from './read-community.ts'

const events = [...communityFactoryAbi, ...energyCommunityAbi, ...settlementAbi].filter(({ type }) => type === 'event')
const BLOCKS_PER_READ = 5_000n
const COMMITTEE = new Set([
  'NodeSeated',
  'BondPosted',
  'NodeLeaving',
  'NodeRemoved',
  'BondWithdrawn',
  'BondTaken',
  'QuorumChanged',
])
const MEMBERS = new Set(['MemberJoined', 'MemberLeft', 'MeteringPointAssigned'])

export interface ChainView {
  /** Reads what happened since the last call; when it returns, the view is at least as new as the call. */
  sync(): Promise<void>
  committee(): Committee
  communities(): readonly ChainCommunity[]
  community(id: Address): ChainCommunity | undefined
  /** Seconds in which a settled batch may be corrected. */
  correctionWindow(): Promise<number>
  /** Chain time at the last sync, epoch seconds. */
  time(): number
}

/**
 * Follows the contracts: events say *what* changed, the contracts say *how it is now*. A poll without news costs one call.
 * When the chain's history is not the one last read (it was restored, or replaced), everything is read again.
 */
export function followChain({
  client,
  deployment,
  db,
  batches,
  log,
}: {
  readonly client: PublicClient
  readonly deployment: Deployment
  readonly db: DatabaseSync
  readonly batches: Batches
  readonly log: Log
}): ChainView {
  const { factory, settlement } = deployment
  const marks = cursors(db)
  const communities = new Map<Address, ChainCommunity>()
  const points = new Map<Address, Map<Hex, ChainMember['points']>>()
  // Batches survive a restart, communities are read anew: they are few, and the contracts are the truth about them.
  let read = deployment.block - 1n
  let readHash: Hex | undefined
  let batchesRead = BigInt(marks.read('batches.block') ?? read)
  let committee: Committee | undefined
  let time = 0
  let correctionWindow: number | undefined
  let scanned: Set<string> | undefined
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined

  async function begin() {
    const hash = marks.read('batches.hash')
    const block = hash && (await client.getBlock({ blockNumber: batchesRead }).catch(() => undefined))
    if (!block || block.hash !== hash) startOver()
  }

  function startOver() {
    read = deployment.block - 1n
    readHash = undefined
    batchesRead = read
    scanned = new Set()
    communities.clear()
    points.clear()
    committee = undefined
  }

  async function advance() {
    const head = await client.getBlock({ blockTag: 'latest' })
    time = Number(head.timestamp)
    if (readHash === undefined) await begin()
    else if (head.hash === readHash) return
    else if (head.number <= read || (await ancestorAt(head, read)) !== readHash) {
      log.warn('chain-changed', { block: read })
      startOver()
    }
    for (let from = read + 1n; from <= head.number; from += BLOCKS_PER_READ) {
      const to = from + BLOCKS_PER_READ - 1n < head.number ? from + BLOCKS_PER_READ - 1n : head.number
      await advanceTo(from, to, head.number)
    }
    read = head.number
    readHash = head.hash
    if (scanned) batches.keepOnly(scanned)
    scanned = undefined
    if (batchesRead < read) batchesRead = read
    atomically(db, () => {
      marks.write('batches.block', read.toString())
      marks.write('batches.hash', head.hash)
    })
  }

  const ancestorAt = async (head: { number: bigint; parentHash: Hex }, blockNumber: bigint) =>
    head.number === blockNumber + 1n ? head.parentHash : (await client.getBlock({ blockNumber })).hash

  async function advanceTo(fromBlock: bigint, toBlock: bigint, head: bigint) {
    const logs = await logsOf([factory, settlement, ...communities.keys()], fromBlock, toBlock)
    const founded = logs.filter((e) => e.eventName === 'CommunityCreated').map((e) => lower(e.args.community))
    // A community found just now may have spoken in the same blocks: read it whole, whatever it said.
    const changed = new Map<Address, Set<string>>(founded.map((id) => [id, new Set(['CommunityCreated'])]))
    for (const event of logs) {
      const id = communityOf(event)
      if (id && (communities.has(id) || changed.has(id)))
        changed.set(id, (changed.get(id) ?? new Set()).add(event.eventName))
    }
    for (const [id, names] of changed) await readCommunity(id, names, head)
    if (!committee || logs.some(({ eventName }) => COMMITTEE.has(eventName))) {
      committee = await readCommittee(client, settlement)
    }
    atomically(db, () => {
      for (const event of logs) if (event.blockNumber! > batchesRead || scanned) record(event)
    })
  }

  async function readCommunity(id: Address, names: ReadonlySet<string>, head: bigint) {
    const was = communities.get(id)
    const reads = (kinds: (name: string) => boolean) => !was || [...names].some(kinds)
    const known = points.get(id) ?? new Map()
    if (names.has('MeteringPointAssigned')) known.clear()
    const [periodSeconds, members, rules, progress] = await Promise.all([
      was?.periodSeconds ?? readPeriodSeconds(client, id),
      reads((n) => MEMBERS.has(n)) ? readMembers(client, id, known) : was!.members,
      reads((n) => n === 'RulesCommitted') ? readRules(client, id) : was!.rules,
      readProgress(client, settlement, id, head),
    ])
    points.set(id, new Map(members.map((m) => [m.id, m.points])))
    communities.set(id, { id, periodSeconds, members, rules, ...progress })
    if (!was) log.info('community', { community: id, members: members.length, next: progress.next })
  }

  function record(event: Decoded) {
    if (event.eventName === 'BatchSettled') {
      const { start, periods, revision, rules, settledAt, signers, root, totals } = event.args
      const community = lower(event.args.community)
      const seconds = communities.get(community)?.periodSeconds
      if (seconds === undefined) return
      const batch: SettledBatch = {
        community,
        start: Number(start),
        end: Number(start) + periods * seconds,
        periods,
        revision,
        rules,
        settledAt: Number(settledAt),
        signers,
        root: root.toLowerCase() as Hex,
        totalsHash: hashTotals(totals),
      }
      batches.put(batch)
      scanned?.add(keyOf(batch))
    }
    if (event.eventName === 'BatchFallen') {
      const was = batches.get(lower(event.args.community), Number(event.args.start))
      if (was && was.revision === event.args.revision) batches.put(fallen(was))
    }
  }

  const logsOf = async (address: Address[], fromBlock: bigint, toBlock: bigint) => {
    const raw = await client.getLogs({ address, fromBlock, toBlock })
    return parseEventLogs({ abi: events, logs: raw as ChainLog[] })
  }
  type Decoded = Awaited<ReturnType<typeof logsOf>>[number]

  const communityOf = (event: Decoded): Address | undefined =>
    'community' in event.args && event.args.community ? lower(event.args.community) : lower(event.address)

  return {
    sync() {
      if (!running) {
        running = advance().finally(() => {
          running = undefined
        })
        return running
      }
      // The running read may have begun before the caller's news: wait for one that begins now.
      queued ??= running
        .catch(() => undefined)
        .then(() => {
          queued = undefined
          return this.sync()
        })
      return queued
    },
    committee() {
      if (!committee) throw new Error('the committee is read at the first sync')
      return committee
    },
    communities: () => [...communities.values()],
    community: (id) => communities.get(lower(id)),
    async correctionWindow() {
      correctionWindow ??= Number(
        await client.readContract({ address: settlement, abi: settlementAbi, functionName: 'correctionWindow' }),
      )
      return correctionWindow
    },
    time: () => time,
  }
}

const lower = (hex: string) => hex.toLowerCase() as Address
