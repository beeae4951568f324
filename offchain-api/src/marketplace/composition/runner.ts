import { isRetryable, startRounds } from '../../rounds.ts'
import { tellClosed } from '../innovation/keep-innovation.ts'
import type { CallParts } from '../provisioning/call-service.ts'
import { runChain } from './run-chain.ts'
import { forgetRuns, renewLease, takeRun } from './runs.ts'

const LEASE_SECONDS = 10
const RENEW_MS = 3000
const IDLE_MS = 1000
const MINUTE_MS = 60_000
const AT_ONCE = 32

export interface Runner {
  /** There is a run to work on. */
  wake(): void
  close(): Promise<void>
}

/**
 * Works on runs of composed services, a few at once. All of it stands in the store: a run whose worker died is taken by the next
 * one as soon as the lease is over.
 */
export function startRunner(parts: CallParts, log: (line: string) => void): Runner {
  const { store } = parts
  const active = new Set<Promise<void>>()
  let closed = false
  let swept = 0

  async function round(): Promise<void> {
    if (Date.now() - swept > MINUTE_MS) {
      swept = Date.now()
      await forgetRuns(store.rows, parts.access.now())
    }
    await tellClosed(store, parts.access.now())
    while (!closed && active.size < AT_ONCE) {
      const run = await takeRun(store.rows, Date.now() / 1000, LEASE_SECONDS)
      if (!run) return
      const lease = setInterval(() => {
        renewLease(store.rows, run.id, Date.now() / 1000 + LEASE_SECONDS).catch(() => undefined)
      }, RENEW_MS)
      const work = runChain(parts, run)
        .catch(complain)
        .finally(() => {
          clearInterval(lease)
          active.delete(work)
          wake()
        })
      active.add(work)
    }
  }
  const complain = (cause: unknown) => {
    // Parts that are away are asked again.
    if (!isRetryable(cause)) log(`compositions: ${cause instanceof Error ? cause.name : 'an unknown error'}`)
  }
  const rounds = startRounds({ what: 'compositions', round, everyMs: IDLE_MS, log })
  const wake = () => void rounds.wake()
  return {
    wake,
    async close() {
      closed = true
      await rounds.close()
      await Promise.all(active)
    },
  }
}
