import { BaseError, keccak256, type PrivateKeyAccount, TransactionReceiptNotFoundError } from 'viem'
import type { OperationalStore } from '../../../operational/store.ts'
import type { EscrowChain } from '../escrow-chain.ts'
import { callsIn, closeCall, highestNonce, markSigned, markWanted, readCall, type StoredCall } from './calls.ts'

const LOCK = 7_263_544 // one process signs at a time: account nonces follow each other
// A multiple of the base fee that outlasts a few full blocks; what is not needed is not paid.
const FEE_HEADROOM = 4n

/**
 * Tells the escrow what has become due, once each: written down, signed, sent, and sent again until there is a receipt.
 * After a kill the same bytes are sent again; what the contract says already counts as done.
 */
export function createEscrowOutbox({
  store,
  chain,
  signer,
  now,
}: {
  readonly store: OperationalStore
  readonly chain: () => Promise<EscrowChain>
  /** A key of its own: its account nonces are nobody else's. */
  readonly signer: () => Promise<PrivateKeyAccount>
  readonly now: () => number
}) {
  const close = (id: number, why: string | null) =>
    closeCall(store.rows, id, why === null ? 'done' : 'dropped', why, now())

  async function sign(on: EscrowChain, account: PrivateKeyAccount): Promise<void> {
    const over: (readonly [number, string | null])[] = []
    await store.transaction(async (rows) => {
      const calls = await callsIn(rows, 'wanted')
      if (calls.length === 0) return
      await rows('SELECT pg_advisory_xact_lock($1)', [LOCK])
      const { client } = on
      const [mined, block] = await Promise.all([
        client.getTransactionCount({ address: account.address }),
        client.getBlock(),
      ])
      let nonce = Math.max(mined, (await highestNonce(rows)) + 1)
      for (const { id } of calls) {
        const call = await readCall(rows, id) // as it is now that the lock is ours
        if (call?.state !== 'wanted') continue
        const { to, data } = on.encode(call.call)
        let gas: bigint
        try {
          gas = await client.estimateGas({ account: account.address, to, data })
        } catch (cause) {
          const why = on.refusalOf(cause)
          if (why === undefined) throw cause
          over.push([id, (await on.isReached(call.call)) ? null : why])
          continue
        }
        const raw = await account.signTransaction({
          ...{ chainId: on.chainId, to, data, nonce, gas: (gas * 5n) / 4n, type: 'eip1559' },
          maxFeePerGas: (block.baseFeePerGas ?? 0n) * FEE_HEADROOM + 1n,
          maxPriorityFeePerGas: 1n,
        })
        await markSigned(rows, id, { nonce, hash: keccak256(raw), raw })
        nonce += 1
      }
    })
    for (const [id, why] of over) await close(id, why)
  }

  async function deliver(on: EscrowChain, call: StoredCall): Promise<void> {
    if (await closed(on, call)) return
    try {
      await on.client.sendRawTransaction({ serializedTransaction: call.raw! })
    } catch (cause) {
      const text = cause instanceof BaseError ? `${cause.shortMessage} ${cause.details}` : String(cause)
      if (/nonce too low|lower than the current nonce/i.test(text)) {
        if (!(await closed(on, call))) await markWanted(store.rows, call.id)
        return
      }
      if (!/already known|already imported|known transaction/i.test(text)) throw cause
    }
    await closed(on, call)
  }

  async function closed(on: EscrowChain, call: StoredCall): Promise<boolean> {
    try {
      const { status } = await on.client.getTransactionReceipt({ hash: call.hash! })
      const done = status === 'success' || (await on.isReached(call.call))
      await close(call.id, done ? null : 'the transaction was reverted')
      return true
    } catch (cause) {
      if (cause instanceof TransactionReceiptNotFoundError) return false
      throw cause
    }
  }

  return {
    /** Signs what is wanted and sends what is signed, once. */
    async flush(): Promise<void> {
      const waiting = (await callsIn(store.rows, 'wanted', 1)).length + (await callsIn(store.rows, 'signed', 1)).length
      if (waiting === 0) return
      const on = await chain()
      await sign(on, await signer())
      for (const call of await callsIn(store.rows, 'signed')) await deliver(on, call)
    },
  }
}

export type EscrowOutbox = ReturnType<typeof createEscrowOutbox>
