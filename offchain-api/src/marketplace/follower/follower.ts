import { type Hex, OpemError } from '@opem/domain'
import { accountIdOf, didOfAddress } from '@opem/ssi/did'
import { BaseError, keccak256, type PublicClient, toHex } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import type { Content } from '../content/content.ts'
import { applyBlock, byBlock, forget } from './apply.ts'
import { type Cursor, readCursor } from './cursor.ts'
import { MARKET_CONTRACTS } from './market-contracts.ts'
import type { Reaction } from './reaction.ts'
import { type Addresses, placeAt, readEvents } from './read-events.ts'

export interface FollowerState {
  /** Everything up to this block is applied; null before the first. */
  readonly block: number | null
  /** The newest block that counts; null while the chain is away. */
  readonly head: number | null
  /** Why it does not go on, as a sentence; null while it does. */
  readonly stopped: string | null
}

/** Follows what the marketplace contracts say, into the store. */
export interface Follower {
  state(): FollowerState
  /** Whether everything up to a block is applied, after at most `seconds`. */
  caughtUpTo(block: number, seconds: number): Promise<boolean>
  /** Called after blocks were applied, outside their transaction: for what the content store owed, and what is sent out. */
  afterwards(work: () => Promise<void>): void
  close(): Promise<void>
}

export interface FollowerOptions {
  readonly store: OperationalStore
  readonly client: PublicClient
  readonly deployment: () => Promise<Deployment>
  readonly content: Content
  readonly reactions: readonly Reaction[]
  /** Blocks that must follow on a block before it counts; none on a development chain. */
  readonly confirmations: number
  /** Told once about each new reason to stop: codes and our own sentences. */
  readonly log: (line: string) => void
  readonly blocksAtOnce?: number
  readonly pollMs?: number
}

/**
 * Runs until it is closed, and never ends by itself: what stops it (chain, store or content away, a reaction that fails)
 * is tried again. Where it has got to stands in the store with the block's hash, so that a restart misses nothing and
 * another past of the chain is noticed: then everything is forgotten and told anew.
 */
export function createFollower(options: FollowerOptions): Follower {
  const { store, client, deployment, reactions, confirmations, log, blocksAtOnce = 2000, pollMs = 500 } = options
  const hooks: (() => Promise<void>)[] = []
  let block: number | null = null
  let head: number | null = null
  let stopped: string | null = 'it has not begun yet'
  let closed = false
  let wake = () => {}
  let asked = false
  const waiting = new Set<() => void>()

  /** @returns whether it is at the head */
  async function round(): Promise<boolean> {
    const known = await deployment()
    const addresses = addressesOf(known)
    const setup = keccak256(toHex(JSON.stringify([known.chainId, known.block, addresses, reactions.map(nameOf)])))
    const newest = Number(await client.getBlockNumber({ cacheTime: 0 })) - confirmations
    head = newest
    const cursor = await readCursor(store.rows)
    if (cursor && !(await stands(client, cursor, setup))) {
      log(
        `market: the chain, its contracts or what follows from them changed; everything is read again from block ${known.block}`,
      )
      await forget(store, reactions, cursor)
      block = null
      return false
    }
    block = cursor?.block ?? null
    const from = cursor ? cursor.block + 1 : known.block
    if (from > newest) return true
    const until = await placeAt(client, Math.min(newest, from + blocksAtOnce - 1))
    if (!until) return false
    const events = await readEvents(client, addresses, { from, until })
    const accountOf = (address: Hex) => accountIdOf(didOfAddress(known.chainId, address))
    const contractAt = (address: Hex) => MARKET_CONTRACTS.find((name) => addresses[name].toLowerCase() === address)
    let before: Cursor | undefined = cursor
    for (const step of byBlock(events, until)) {
      const to: Cursor = { setup, block: step.to.block, hash: step.to.hash }
      const parts = { content: options.content, accountOf, contractAt }
      if (!(await applyBlock(store, reactions, parts, { before, events: step.events, to }))) return false
      before = to
      block = to.block
    }
    return until.block >= newest
  }

  async function run(): Promise<void> {
    while (!closed) {
      asked = false
      let atHead = true
      const from: number | null = block
      try {
        atHead = await round()
        stopped = null
        if (block !== from || atHead) for (const hook of hooks) await hook()
      } catch (cause) {
        atHead = true
        const why = reasonOf(cause)
        if (why !== stopped) log(`market: the follower waits: ${why}`)
        stopped = why
      }
      for (const tell of waiting) tell()
      if (atHead && !asked && !closed)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, stopped === null ? pollMs : Math.max(pollMs, 1000))
          timer.unref()
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
    }
  }
  const running = run()

  return {
    state: () => ({ block, head, stopped }),
    async caughtUpTo(wanted, seconds) {
      const deadline = Date.now() + seconds * 1000
      const there = () => block !== null && block >= wanted
      while (!there() && !closed && Date.now() < deadline) {
        asked = true
        wake()
        await new Promise<void>((resolve) => {
          const tell = () => {
            clearTimeout(timer)
            waiting.delete(tell)
            resolve()
          }
          const timer = setTimeout(tell, deadline - Date.now())
          waiting.add(tell)
        })
        // A block that is not there yet is not there at once: the chain is not asked without end.
        if (!there()) await new Promise((resolve) => setTimeout(resolve, Math.min(50, pollMs)))
      }
      return there()
    },
    afterwards: (work) => void hooks.push(work),
    async close() {
      closed = true
      wake()
      await running
    },
  }
}

const nameOf = ({ name }: Reaction) => name

/** Whether the cursor still tells this chain's past, of these contracts, for these reactions. */
async function stands(client: PublicClient, cursor: Cursor, setup: string): Promise<boolean> {
  return cursor.setup === setup && (await placeAt(client, cursor.block))?.hash === cursor.hash
}

function addressesOf({ addresses }: Deployment): Addresses {
  const all: Partial<Record<string, string>> = addresses
  const missing = MARKET_CONTRACTS.filter((name) => all[name] === undefined)
  if (missing.length > 0)
    throw new OpemError({
      code: 'ERR_MARKET_NOT_DEPLOYED',
      shortMessage: `${missing.join(', ')} are not deployed on this chain yet; start the marketplace again to deploy them`,
      retryable: true,
    })
  return Object.fromEntries(MARKET_CONTRACTS.map((name) => [name, all[name] as Hex])) as Addresses
}

/** Our own sentences; of foreign errors the name only, since they may quote what people sent. */
function reasonOf(cause: unknown): string {
  if (cause instanceof OpemError) return `${cause.code}: ${cause.shortMessage}`
  if (cause instanceof BaseError) return `the chain does not answer (${cause.name})`
  return `an error that nobody expected (${cause instanceof Error ? cause.name : 'no error'})`
}
