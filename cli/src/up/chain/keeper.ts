import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { OpemError } from '@opem/domain'
import { type Anvil, startAnvil } from './anvil.ts'
import { genesisTime } from './generation.ts'
import { type Ledger, openLedger } from './ledger.ts'
import type { Reply, Rpc } from './rpc.ts'

type Hex = `0x${string}`
type Job =
  | { kind: 'transaction'; raw: Hex; done: (reply: Reply) => void; failed: (error: unknown) => void }
  | {
      kind: 'development'
      method: string
      params: readonly unknown[]
      done: (reply: Reply) => void
      failed: (e: unknown) => void
    }

/** Keeps one chain alive: writes come one after another, and a dead engine is started and restored again. */
export interface Keeper {
  /** The running engine, for reads; null while the chain is being restored. */
  readonly rpc: Rpc | null
  readonly block: number
  transact(raw: Hex): Promise<Reply>
  develop(method: string, params: readonly unknown[]): Promise<Reply>
  /** Finishes what is in hand, takes a snapshot and ends the engine. */
  close(): Promise<void>
}

/** Most transactions that share a block's journal entry. */
const TOGETHER = 256

const restoring = () =>
  new OpemError({
    code: 'ERR_CHAIN_RESTORING',
    shortMessage: 'the chain is being restored; send the request again in a second',
    retryable: true,
  })

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/**
 * Restores the chain of `dir` and keeps it. `say` gets one line for every restoration.
 * @throws OpemError when the first restoration fails: the port is taken, the journal is damaged
 */
export async function keepChain(options: {
  dir: string
  anvilPort: number
  say: (line: string) => void
  now?: () => number
}): Promise<Keeper> {
  const { dir, anvilPort, say, now = () => Math.floor(Date.now() / 1000) } = options
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const genesis = await genesisTime(dir, now())
  const jobs: Job[] = []
  let wake = () => {}
  let closing = false
  let running: { anvil: Anvil; ledger: Ledger } | null = await restore()

  async function restore(): Promise<{ anvil: Anvil; ledger: Ledger }> {
    const from = performance.now()
    const anvil = await startAnvil({ dir, port: anvilPort, genesis })
    try {
      const ledger = await openLedger(dir, anvil, now)
      anvil.child.ended.then(() => wake())
      const other = ledger.same ? '' : '; its blocks have other hashes than before, an index must be made anew'
      say(`chain at block ${ledger.head.number} after ${Math.round(performance.now() - from)} ms${other}`)
      return { anvil, ledger }
    } catch (error) {
      await anvil.child.end('SIGKILL', 0)
      throw error
    }
  }

  async function abandon(): Promise<void> {
    const { anvil, ledger } = running!
    running = null
    anvil.rpc.close()
    await anvil.child.end('SIGKILL', 0)
    await ledger.close()
    for (const job of jobs.splice(0)) job.failed(restoring())
  }

  async function work(ledger: Ledger): Promise<void> {
    const count = jobs.findIndex((job) => job.kind !== 'transaction')
    const taken = jobs.splice(0, count === 0 ? 1 : Math.min(TOGETHER, count === -1 ? jobs.length : count))
    try {
      const [first] = taken
      if (first?.kind === 'development') first.done({ result: await ledger.develop(first.method, first.params) })
      else {
        const raws = taken.flatMap((job) => (job.kind === 'transaction' ? [job.raw] : []))
        for (const [i, reply] of (await ledger.transact(raws)).entries()) taken[i]!.done(reply)
      }
    } catch (error) {
      for (const job of taken) job.failed(error)
      // A refused development call changed nothing. After anything else, engine and journal may differ.
      if (!(error instanceof OpemError && error.code === 'ERR_CHAIN_RPC' && taken[0]?.kind === 'development'))
        throw error
    }
  }

  async function live(): Promise<void> {
    while (!closing || jobs.length > 0) {
      if (running === null) {
        try {
          running = await restore()
        } catch (error) {
          say(`chain not restored, trying again: ${reasonOf(error)}`)
          if (closing) return
          await sleep(1000)
        }
        continue
      }
      if (running.anvil.child.ending() !== null) await abandon()
      else if (jobs.length > 0) {
        try {
          await work(running.ledger)
        } catch (error) {
          say(`chain interrupted: ${reasonOf(error)}`)
          await abandon()
          continue
        }
        await running.ledger.snapshot(false).catch((error) => say(`no snapshot yet: ${reasonOf(error)}`))
      } else if (!closing)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  }
  const lived = live()

  const enqueue = (job: (done: (reply: Reply) => void, failed: (error: unknown) => void) => Job) =>
    new Promise<Reply>((done, failed) => {
      if (running === null || closing) return failed(restoring())
      jobs.push(job(done, failed))
      wake()
    })

  return {
    get rpc() {
      return running?.anvil.rpc ?? null
    },
    get block() {
      return running?.ledger.head.number ?? -1
    },
    transact: (raw) => enqueue((done, failed) => ({ kind: 'transaction', raw, done, failed })),
    develop: (method, params) => enqueue((done, failed) => ({ kind: 'development', method, params, done, failed })),
    async close() {
      closing = true
      wake()
      await lived
      if (running === null) return
      await running.ledger.snapshot(true).catch((error) => say(`no snapshot at the end: ${reasonOf(error)}`))
      await abandon()
    },
  }
}
