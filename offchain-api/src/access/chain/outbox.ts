import { setTimeout as pause } from 'node:timers/promises'
import { OpemError } from '@opem/domain'
import type { PrivateKeyAccount } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { createOutbox, type Fate, type Registry } from '../../outbox/outbox.ts'
import { told } from '../../unified-api/chain/told.ts'
import { accountCalls, type StoredCall } from './calls.ts'

/** How calls reach the account registry, and whose key decides them. */
export interface AccountCalls extends Registry<StoredCall> {
  /** @throws when there is no such key: the call waits, others go on */
  signerOf(call: StoredCall): Promise<PrivateKeyAccount>
}

const LOCK = 7_263_542
const IDLE_MS = 2000
const BUSY_MS = 25

/** Tells the account registry what the store has decided: by itself, and at once for whoever waits for it. */
export function createAccountOutbox({
  store,
  registry,
  applied,
  log,
}: {
  readonly store: OperationalStore
  readonly registry: () => Promise<AccountCalls>
  /** What follows in the store, in the transaction that closes the call. */
  readonly applied: (rows: OperationalStore['rows'], call: StoredCall, fate: Fate) => Promise<void>
  readonly log: (line: string) => void
}) {
  let running: Promise<void> | undefined
  let closed = false
  const without = new Set<string>()

  const outbox = createOutbox({
    ...{ store, table: accountCalls, registry, signerOf, lock: LOCK },
    async closed(rows, call, fate) {
      await applied(rows, call, fate)
      if (fate.status === 'dropped') log(`access: the chain refused ${call.call.kind}: ${fate.why}`)
    },
  })

  async function signerOf(call: StoredCall): Promise<PrivateKeyAccount | undefined> {
    const on = await registry()
    try {
      return await on.signerOf(call)
    } catch (cause) {
      const why = cause instanceof OpemError ? cause.shortMessage : String(cause)
      if (!without.has(why)) log(`access: ${call.call.kind} waits: ${why}`)
      without.add(why)
      return undefined
    }
  }

  const flush = (): Promise<void> => {
    running ??= told(outbox.flush).finally(() => (running = undefined))
    return running
  }

  // What an earlier life left, and what nobody waits for. A chain that is away is asked again.
  const timer = setInterval(() => void flush().catch(() => undefined), IDLE_MS)
  timer.unref()

  return {
    /** Works until the call is over, at most `ms`. undefined: still under way, and it will go on. @throws ERR_CHAIN_AWAY, ERR_STORE_AWAY (retryable) */
    async settle(id: number, ms: number): Promise<Fate | undefined> {
      const deadline = Date.now() + ms
      while (!closed) {
        await flush()
        const call = await accountCalls.read(store.rows, id)
        if (call?.state === 'done') return { status: 'done' }
        if (call?.state === 'dropped') return { status: 'dropped', why: call.why ?? 'refused' }
        if (Date.now() > deadline) return undefined
        await pause(BUSY_MS)
      }
      return undefined
    },
    async close() {
      closed = true
      clearInterval(timer)
      await running?.catch(() => undefined)
    },
  }
}

export type Outbox = ReturnType<typeof createAccountOutbox>
