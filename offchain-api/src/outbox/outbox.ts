import type { Hex } from '@opem/domain'
import { BaseError, keccak256, type PrivateKeyAccount, type PublicClient, TransactionReceiptNotFoundError } from 'viem'
import type { OperationalStore } from '../operational/store.ts'
import type { Call, CallTable } from './call-table.ts'
import { openNonces, type Signers } from './nonces.ts'

/** How calls reach their contract. */
export interface Registry<Stored> {
  readonly client: PublicClient
  readonly chainId: number
  encode(call: Stored): { readonly to: Hex; readonly data: Hex }
  /** Whether the chain already says what the call would make it say. */
  isReached(call: Stored): Promise<boolean>
  /** The contract's reason when it refuses, undefined when something else went wrong. */
  refusalOf(cause: unknown): string | undefined
}

export type Fate = { readonly status: 'done' } | { readonly status: 'dropped'; readonly why: string }

export interface OutboxParts<Stored> {
  readonly store: OperationalStore
  readonly table: CallTable<Stored>
  readonly registry: () => Promise<Registry<Stored>>
  /** The key whose decision the call is, used by nothing else: its account nonces are this outbox's. undefined: the call waits, others go on */
  readonly signerOf: (call: Stored) => Promise<PrivateKeyAccount | undefined>
  /** An advisory lock of its own: one process signs at a time, since account nonces follow each other. */
  readonly lock: number
  /** What follows in the store, in the transaction that closes the call. */
  readonly closed: (rows: OperationalStore['rows'], call: Stored, fate: Fate) => Promise<void>
}

// A multiple of the base fee that outlasts a few full blocks; what is not needed is not paid.
const FEE_HEADROOM = 4n

/**
 * Tells the chain what the store has decided, once each: written down, signed, sent, and sent again until there is a
 * receipt. After a kill the same bytes are sent again; what the contract says already counts as done.
 */
export function createOutbox<Stored extends Call<unknown>>({
  store,
  table,
  registry,
  signerOf,
  lock,
  closed,
}: OutboxParts<Stored>) {
  const signers: Signers = new Map()

  const finish = (call: Stored, fate: Fate) =>
    store.transaction(async (rows) => {
      const first = await table.close(rows, call.id, fate.status, fate.status === 'dropped' ? fate.why : null)
      if (first) await closed(rows, call, fate)
      if (call.hash) signers.delete(call.hash)
    })

  async function sign(on: Registry<Stored>): Promise<void> {
    const over: (readonly [Stored, Fate])[] = []
    await store.transaction(async (rows) => {
      const calls = await table.wanted(rows)
      if (calls.length === 0) return
      await rows('SELECT pg_advisory_xact_lock($1)', [lock])
      const { client } = on
      const block = await client.getBlock()
      const nonces = await openNonces(client, await table.underWay(rows), signers)
      for (const { id } of calls) {
        const call = await table.read(rows, id) // as it is now that the lock is ours
        if (call?.state !== 'wanted') continue
        const signer = await signerOf(call)
        if (signer === undefined) continue
        const { to, data } = on.encode(call)
        let gas: bigint
        try {
          gas = await client.estimateGas({ account: signer.address, to, data })
        } catch (cause) {
          const why = on.refusalOf(cause)
          if (why === undefined) throw cause
          over.push([call, (await on.isReached(call)) ? { status: 'done' } : { status: 'dropped', why }])
          continue
        }
        const nonce = await nonces.next(signer.address)
        const raw = await signer.signTransaction({
          ...{ chainId: on.chainId, to, data, nonce, gas: (gas * 5n) / 4n, type: 'eip1559' },
          maxFeePerGas: (block.baseFeePerGas ?? 0n) * FEE_HEADROOM + 1n,
          maxPriorityFeePerGas: 1n,
        })
        const hash = keccak256(raw)
        await table.markSigned(rows, id, { nonce, hash, raw })
        signers.set(hash, signer.address)
        nonces.used(signer.address, nonce)
      }
    })
    for (const [call, fate] of over) await finish(call, fate)
  }

  async function deliver(on: Registry<Stored>, call: Stored): Promise<void> {
    const known = await fateOf(on, call)
    if (known) return finish(call, known)
    try {
      await on.client.sendRawTransaction({ serializedTransaction: call.raw! })
    } catch (cause) {
      const text = cause instanceof BaseError ? `${cause.shortMessage} ${cause.details}` : String(cause)
      if (/nonce too low|lower than the current nonce/i.test(text)) {
        const late = await fateOf(on, call)
        return late ? finish(call, late) : table.markWanted(store.rows, call.id)
      }
      if (!/already known|already imported|known transaction/i.test(text)) throw cause
    }
    const now = await fateOf(on, call)
    if (now) await finish(call, now)
  }

  /** undefined while there is no receipt. */
  async function fateOf(on: Registry<Stored>, call: Stored): Promise<Fate | undefined> {
    try {
      const { status } = await on.client.getTransactionReceipt({ hash: call.hash! })
      if (status === 'success' || (await on.isReached(call))) return { status: 'done' }
      return { status: 'dropped', why: 'the transaction was reverted' }
    } catch (cause) {
      if (cause instanceof TransactionReceiptNotFoundError) return undefined
      throw cause
    }
  }

  return {
    /** Signs what is wanted and sends what is signed, once. */
    async flush(): Promise<void> {
      const [wanted, signed] = [await table.wanted(store.rows, 1), await table.signed(store.rows, 1)]
      if (wanted.length + signed.length === 0) return
      const on = await registry()
      await sign(on)
      for (const call of await table.signed(store.rows)) await deliver(on, call)
    },
  }
}
