import { readFile } from 'node:fs/promises'
import type { Generation } from './generation.ts'
import type { JournalEntry } from './journal.ts'
import type { Rpc } from './rpc.ts'

/** The latest block, as the next journal entry needs it. */
export interface Head {
  readonly number: number
  readonly hash: `0x${string}`
  readonly timestamp: number
}

export interface Replayed {
  readonly head: Head
  /** Accepted transactions by hash that may still wait for an earlier nonce. */
  readonly waiting: Map<string, `0x${string}`>
  /** Seconds that the chain's clock runs ahead of ours (development only). */
  readonly clockAhead: number
  /** Length of the snapshot in bytes: how much a new one costs. */
  readonly snapshotBytes: number
  /** False when the replayed blocks have other hashes than before: an index of them must be made anew. */
  readonly same: boolean
}

/** Brings a fresh engine to where the journal ends: loads the snapshot, then does again what came after. */
export async function replay(rpc: Rpc, generation: Generation, entries: readonly JournalEntry[]): Promise<Replayed> {
  let snapshotBytes = 0
  if (generation.snapshot !== null) {
    const dump = await readFile(generation.snapshot, 'utf8')
    snapshotBytes = dump.length
    await rpc.call('anvil_loadState', dump)
  }
  const waiting = new Map<string, `0x${string}`>()
  let clockAhead = 0
  let same = true
  // Every block names its parent's hash, so one look, under the last block, vouches for all before it.
  const lastBlock = entries.findLastIndex((entry) => entry.kind === 'block')
  for (const [i, entry] of entries.entries()) {
    if (entry.kind === 'development') {
      if (entry.method === 'evm_increaseTime') clockAhead += Number(entry.params[0])
      else await rpc.call(entry.method, ...entry.params)
      continue
    }
    const replies = await rpc.batch(entry.raws.map((raw) => ({ method: 'eth_sendRawTransaction', params: [raw] })))
    for (const [k, reply] of replies.entries()) {
      if ('result' in reply) waiting.set(String(reply.result), entry.raws[k]!)
      else same = false
    }
    if (entry.kind === 'pool') continue
    if (i === lastBlock && (await readHead(rpc)).hash !== entry.parent) same = false
    await rpc.call('evm_mine', { timestamp: entry.timestamp })
  }
  return { head: await readHead(rpc), waiting, clockAhead, snapshotBytes, same }
}

export async function readHead(rpc: Rpc): Promise<Head> {
  const block = (await rpc.call('eth_getBlockByNumber', 'latest', false)) as Record<
    'number' | 'hash' | 'timestamp',
    string
  >
  return { number: Number(block.number), hash: block.hash as `0x${string}`, timestamp: Number(block.timestamp) }
}
