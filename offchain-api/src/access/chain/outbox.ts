import { setTimeout as pause } from 'node:timers/promises'
import { type Hex, OpemError } from '@opem/domain'
import {
  BaseError,
  keccak256,
  type PrivateKeyAccount,
  type PublicClient,
  recoverTransactionAddress,
  TransactionReceiptNotFoundError,
} from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { told } from '../../unified-api/chain/told.ts'
import {
  closeCall,
  markSigned,
  markWanted,
  readCall,
  type StoredCall,
  signedCalls,
  transactionsUnderWay,
  wantedCalls,
} from './calls.ts'

/** How calls reach the registry. */
export interface Registry {
  readonly client: PublicClient
  readonly chainId: number
  /** The key whose decision the call is. @throws when there is none: the call waits, others go on */
  signerOf(call: StoredCall): Promise<PrivateKeyAccount>
  encode(call: StoredCall): { readonly to: Hex; readonly data: Hex }
  /** Whether the chain already says what the call would make it say. */
  isReached(call: StoredCall): Promise<boolean>
  /** The contract's reason when it refuses, undefined when something else went wrong. */
  refusalOf(cause: unknown): string | undefined
}

export type Fate = { readonly status: 'done' } | { readonly status: 'dropped'; readonly why: string }

const LOCK = 7_263_542 // one process signs at a time: account nonces follow each other
const IDLE_MS = 2000
const BUSY_MS = 25
// A multiple of the base fee that outlasts a few full blocks; what is not needed is not paid.
const FEE_HEADROOM = 4n

/**
 * Tells the chain what the store has decided, exactly once: written down, signed, sent, and sent again until there is a
 * receipt. After a kill the same bytes are sent again; every call is compare-and-set, so that a second one changes nothing.
 */
export function createOutbox({
  store,
  registry,
  applied,
  log,
}: {
  readonly store: OperationalStore
  readonly registry: () => Promise<Registry>
  /** What follows in the store, in the transaction that closes the call. */
  readonly applied: (rows: OperationalStore['rows'], call: StoredCall, fate: Fate) => Promise<void>
  readonly log: (line: string) => void
}) {
  let running: Promise<number> | undefined
  const signers = new Map<Hex, Hex>()
  const without = new Set<string>()
  let closed = false

  const finish = (call: StoredCall, fate: Fate) =>
    store.transaction(async (rows) => {
      const first = await closeCall(rows, call.id, fate.status, fate.status === 'dropped' ? fate.why : undefined)
      if (first) await applied(rows, call, fate)
      if (call.hash) signers.delete(call.hash)
      if (first && fate.status === 'dropped') log(`access: the chain refused ${call.call.kind}: ${fate.why}`)
    })

  async function sign(on: Registry): Promise<void> {
    const refused: [StoredCall, Fate][] = []
    await store.transaction(async (rows) => {
      const calls = await wantedCalls(rows)
      if (calls.length === 0) return
      await rows('SELECT pg_advisory_xact_lock($1)', [LOCK])
      const { client } = on
      const block = await client.getBlock()
      const nonces = await openNonces(rows, client)
      for (const { id } of calls) {
        const call = await readCall(rows, id) // as it is now that the lock is ours
        if (call?.state !== 'wanted') continue
        const signer = await signerOf(on, call)
        if (signer === undefined) continue
        const { to, data } = on.encode(call)
        let gas: bigint
        try {
          gas = await client.estimateGas({ account: signer.address, to, data })
        } catch (cause) {
          const why = on.refusalOf(cause)
          if (why === undefined) throw cause
          refused.push([call, (await on.isReached(call)) ? { status: 'done' } : { status: 'dropped', why }])
          continue
        }
        const nonce = await nonces.next(signer.address)
        const raw = await signer.signTransaction({
          ...{ chainId: on.chainId, to, data, nonce, gas: (gas * 5n) / 4n, type: 'eip1559' },
          maxFeePerGas: (block.baseFeePerGas ?? 0n) * FEE_HEADROOM + 1n,
          maxPriorityFeePerGas: 1n,
        })
        const hash = keccak256(raw)
        await markSigned(rows, id, { nonce, hash, raw })
        signers.set(hash, signer.address)
        nonces.used(signer.address, nonce)
      }
    })
    for (const [call, fate] of refused) await finish(call, fate)
  }

  /** Nonces follow each other for each key: after what is mined, and after what is signed and under way. */
  async function openNonces(rows: OperationalStore['rows'], client: PublicClient) {
    const highest = new Map<Hex, number>()
    const used = (address: Hex, nonce: number) => highest.set(address, Math.max(nonce, highest.get(address) ?? -1))
    for (const { nonce, hash, raw } of await transactionsUnderWay(rows)) {
      // What an earlier life signed says itself who did.
      const address = signers.get(hash) ?? (await recoverTransactionAddress({ serializedTransaction: raw as never }))
      signers.set(hash, address)
      used(address, nonce)
    }
    const next = async (address: Hex) =>
      Math.max(await client.getTransactionCount({ address }), (highest.get(address) ?? -1) + 1)
    return { next, used }
  }

  async function signerOf(on: Registry, call: StoredCall): Promise<PrivateKeyAccount | undefined> {
    try {
      return await on.signerOf(call)
    } catch (cause) {
      const why = cause instanceof OpemError ? cause.shortMessage : String(cause)
      if (!without.has(why)) log(`access: ${call.call.kind} waits: ${why}`)
      without.add(why)
      return undefined
    }
  }

  async function deliver(on: Registry, call: StoredCall): Promise<void> {
    const known = await receiptOf(on, call)
    if (known) return finish(call, known)
    try {
      await on.client.sendRawTransaction({ serializedTransaction: call.raw! })
    } catch (cause) {
      const text = cause instanceof BaseError ? `${cause.shortMessage} ${cause.details}` : String(cause)
      if (/nonce too low|lower than the current nonce/i.test(text)) {
        const late = await receiptOf(on, call)
        if (late) return finish(call, late)
        await markWanted(store.rows, call.id)
        return
      }
      if (!/already known|already imported|known transaction/i.test(text)) throw cause
    }
    const now = await receiptOf(on, call)
    if (now) await finish(call, now)
  }

  async function receiptOf(on: Registry, call: StoredCall): Promise<Fate | undefined> {
    try {
      const { status } = await on.client.getTransactionReceipt({ hash: call.hash! })
      if (status === 'success' || (await on.isReached(call))) return { status: 'done' }
      return { status: 'dropped', why: 'the transaction was reverted' }
    } catch (cause) {
      if (cause instanceof TransactionReceiptNotFoundError) return undefined
      throw cause
    }
  }

  async function round(): Promise<number> {
    if ((await wantedCalls(store.rows)).length + (await signedCalls(store.rows)).length === 0) return 0
    const on = await registry()
    await sign(on)
    for (const call of await signedCalls(store.rows)) await deliver(on, call)
    return (await wantedCalls(store.rows)).length + (await signedCalls(store.rows)).length
  }

  const flush = (): Promise<number> => {
    running ??= told(round).finally(() => (running = undefined))
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
        const call = await readCall(store.rows, id)
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

export type Outbox = ReturnType<typeof createOutbox>
