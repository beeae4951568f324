import { stat } from 'node:fs/promises'
import { keccak256 } from 'viem'
import type { Anvil } from './anvil.ts'
import { findGeneration, nextGeneration } from './generation.ts'
import { openJournal } from './journal.ts'
import { type Head, readHead, replay } from './replay.ts'
import type { Reply, Rpc } from './rpc.ts'

type Hex = `0x${string}`

/** One engine and its journal, kept in step: nothing is mined that is not on disk first. Calls must not overlap. */
export interface Ledger {
  readonly head: Head
  readonly same: boolean
  /** Puts transactions into the pool and mines what can be mined; resolves when the accepted ones are durable. */
  transact(raws: readonly Hex[]): Promise<Reply[]>
  develop(method: string, params: readonly unknown[]): Promise<unknown>
  /** Takes a snapshot when the journal has grown long beside the last one, or whenever it holds anything if `always`. */
  snapshot(always: boolean): Promise<void>
  close(): Promise<void>
}

/** Room for a journal that is quick to replay even when there is hardly a chain yet. */
const JOURNAL_BYTES = 4_000_000

/** Restores the chain of `dir` in a fresh engine. `now` gives epoch seconds. */
export async function openLedger(dir: string, { rpc }: Anvil, now: () => number): Promise<Ledger> {
  let generation = await findGeneration(dir)
  const opened = await openJournal(generation.journal)
  let journal = opened.journal
  const replayed = await replay(rpc, generation, opened.entries).catch(async (error) => {
    await journal.close()
    throw error
  })
  const { waiting } = replayed
  let { head, clockAhead, snapshotBytes } = replayed
  let nextTimestamp: number | null = null
  await rpc.call('evm_setTime', now() + clockAhead)

  async function mine(raws: readonly Hex[]): Promise<void> {
    const timestamp = nextTimestamp ?? Math.max(now() + clockAhead, head.timestamp)
    nextTimestamp = null
    await journal.append({ kind: 'block', number: head.number + 1, parent: head.hash, timestamp, raws: [...raws] })
    await rpc.call('evm_mine', { timestamp })
    head = await readHead(rpc)
  }

  /** Mines until the pool holds nothing that is ready; one block's gas may not be enough for all. */
  async function minePool(raws: readonly Hex[]): Promise<void> {
    let fresh = raws
    for (let before = -1; ; ) {
      const ready = Number(((await rpc.call('txpool_status')) as { pending: string }).pending)
      if (ready === 0 || ready === before) break
      await mine(fresh)
      fresh = []
      before = ready
    }
    if (fresh.length > 0) await journal.append({ kind: 'pool', raws: [...fresh] })
  }

  return {
    get head() {
      return head
    },
    same: replayed.same,
    async transact(raws) {
      const replies = await rpc.batch(raws.map((raw) => ({ method: 'eth_sendRawTransaction', params: [raw] })))
      const accepted: Hex[] = []
      for (const [i, reply] of replies.entries()) {
        if (!('result' in reply)) continue
        accepted.push(raws[i]!)
        waiting.set(String(reply.result), raws[i]!)
      }
      if (accepted.length > 0) await minePool(accepted)
      return Promise.all(replies.map((reply, i) => ('result' in reply ? reply : knownBefore(rpc, raws[i]!, reply))))
    },
    async develop(method, params) {
      if (method === 'evm_setNextBlockTimestamp') {
        nextTimestamp = Number(params[0])
        return null
      }
      if (method === 'evm_mine') {
        const [given] = params as [number | string | { timestamp: number } | undefined]
        if (given !== undefined) nextTimestamp = Number(typeof given === 'object' ? given.timestamp : given)
        await mine([])
        return '0x0'
      }
      if (method === 'evm_increaseTime') {
        await journal.append({ kind: 'development', method, params: [Number(params[0])] })
        clockAhead += Number(params[0])
        await rpc.call('evm_setTime', now() + clockAhead)
        return clockAhead
      }
      const result = await rpc.call(method, ...params)
      await journal.append({ kind: 'development', method, params: [...params] })
      await minePool([])
      return result
    },
    async snapshot(always) {
      const { size } = await stat(generation.journal)
      if (size === 0 || (!always && size < JOURNAL_BYTES + snapshotBytes / 4)) return
      const dump = (await rpc.call('anvil_dumpState')) as string
      for (const hash of waiting.keys()) if (await rpc.call('eth_getTransactionReceipt', hash)) waiting.delete(hash)
      generation = await nextGeneration(dir, generation, dump, [
        ...(clockAhead === 0
          ? []
          : [{ kind: 'development' as const, method: 'evm_increaseTime', params: [clockAhead] }]),
        ...(waiting.size === 0 ? [] : [{ kind: 'pool' as const, raws: [...waiting.values()] }]),
      ])
      await journal.close()
      journal = (await openJournal(generation.journal)).journal
      snapshotBytes = dump.length
    },
    close: () => journal.close(),
  }
}

/** A transaction sent again after a broken connection is told its hash, like the first time: exactly once, not an error. */
async function knownBefore(rpc: Rpc, raw: Hex, refusal: Reply): Promise<Reply> {
  const hash = keccak256(raw)
  const known = await rpc.call('eth_getTransactionByHash', hash)
  return known ? { result: hash } : refusal
}
