import { setTimeout as pause } from 'node:timers/promises'
import { settlementAbi } from '@opem/contracts'
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  decodeErrorResult,
  type Hex,
  keccak256,
  type PrivateKeyAccount,
  type PublicClient,
  TransactionReceiptNotFoundError,
} from 'viem'
import type { Log } from '../log.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'

/** What became of a transaction. `dropped` is no failure: somebody else settled first, or the report grew too old. */
export type Fate = { readonly status: 'settled' } | { readonly status: 'dropped'; readonly why: string }

export interface Intent {
  readonly kind: OutboxEntry['kind']
  readonly community?: Address
  readonly sequence?: bigint
  readonly deadline?: number
  readonly to: Address
  readonly data: Hex
  readonly value?: bigint
}

const RECEIPT_POLL_MS = 20
// A multiple of the base fee that outlasts a few full blocks; what is not needed is not paid.
const FEE_HEADROOM = 4n
const FEE_AGE_MS = 10_000

/**
 * Sends what the node decided, exactly once: signed, written down, sent, and sent again until the chain shows a receipt.
 * After a kill the same bytes are sent again, and the chain takes them once.
 */
export function openSubmitter({
  client,
  account,
  chainId,
  settlement,
  outbox,
  log,
  signal,
}: {
  readonly client: PublicClient
  readonly account: PrivateKeyAccount
  readonly chainId: number
  readonly settlement: Address
  readonly outbox: Outbox
  readonly log: Log
  readonly signal: AbortSignal
}) {
  let turn: Promise<unknown> = Promise.resolve()
  let fees: { at: number; value: { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } } | undefined

  // One at a time: account nonces are handed out in the order in which transactions are written down.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  async function currentFees() {
    if (fees && Date.now() - fees.at < FEE_AGE_MS) return fees.value
    const [block, tip] = await Promise.all([client.getBlock(), client.estimateMaxPriorityFeePerGas().catch(() => 0n)])
    const value = { maxFeePerGas: (block.baseFeePerGas ?? 0n) * FEE_HEADROOM + tip, maxPriorityFeePerGas: tip }
    fees = { at: Date.now(), value }
    return value
  }

  async function write(intent: Intent): Promise<OutboxEntry | Fate> {
    const { to, data, value = 0n } = intent
    const [gas, fee, mined] = await Promise.all([
      client.estimateGas({ account: account.address, to, data, value }).catch((error: unknown) => {
        const why = revertReason(error)
        if (why) return { status: 'dropped', why } as const
        throw error
      }),
      currentFees(),
      client.getTransactionCount({ address: account.address }),
    ])
    if (typeof gas !== 'bigint') return gas
    const nonce = Math.max(mined, outbox.highestNonce() + 1)
    const raw = await account.signTransaction({
      chainId,
      to,
      data,
      value,
      nonce,
      gas: (gas * 5n) / 4n,
      type: 'eip1559',
      ...fee,
    })
    return outbox.add({
      kind: intent.kind,
      community: intent.community ?? null,
      sequence: intent.sequence ?? null,
      deadline: intent.deadline ?? null,
      accountNonce: nonce,
      hash: keccak256(raw),
      raw,
    })
  }

  async function receiptOf(entry: OutboxEntry): Promise<Fate | undefined> {
    try {
      const receipt = await client.getTransactionReceipt({ hash: entry.hash })
      return receipt.status === 'success' ? { status: 'settled' } : { status: 'dropped', why: 'reverted' }
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return undefined
      throw error
    }
  }

  async function superseded(entry: OutboxEntry): Promise<string | undefined> {
    if (entry.community === null || entry.sequence === null) return undefined
    const args = [entry.community] as const
    const sequence = await client.readContract({ address: settlement, abi: settlementAbi, functionName: 'nonce', args })
    if (sequence > entry.sequence) return 'somebody else settled first'
    const { timestamp } = await client.getBlock()
    return entry.deadline !== null && Number(timestamp) > entry.deadline ? 'its deadline has passed' : undefined
  }

  /** One round: what the chain shows; if nothing, send again. Undefined while it is still under way. */
  async function attempt(entry: OutboxEntry, isNew: boolean): Promise<Fate | undefined> {
    if (isNew) return send(entry)
    const known = await receiptOf(entry)
    if (known) return known
    const why = await superseded(entry)
    // Asked in this order, our own transaction cannot be taken for somebody else's: mined before the question, it has a receipt.
    return why ? ((await receiptOf(entry)) ?? { status: 'dropped', why }) : send(entry)
  }

  async function send(entry: OutboxEntry): Promise<Fate | undefined> {
    try {
      await client.sendRawTransaction({ serializedTransaction: entry.raw })
    } catch (error) {
      const text = error instanceof BaseError ? `${error.shortMessage} ${error.details}` : String(error)
      if (/nonce too low|lower than the current nonce/i.test(text)) {
        return (await receiptOf(entry)) ?? { status: 'dropped', why: 'its account nonce was used' }
      }
      if (!/already known|already imported|known transaction/i.test(text)) throw error
    }
    return receiptOf(entry)
  }

  async function follow(entry: OutboxEntry, isNew = false): Promise<Fate> {
    for (let round = 0; ; round++) {
      const fate = await attempt(entry, isNew && round === 0).catch((error: unknown) => {
        log.warn('submit-waits', { community: entry.community, hash: entry.hash, why: shortly(error) })
        return undefined
      })
      if (fate) {
        outbox.close(entry, fate.status, fate.status === 'dropped' ? fate.why : null)
        const { kind, community, hash } = entry
        log.info('submitted', { kind, community, hash, ...fate })
        if (fate.status === 'dropped') await closeGap(entry)
        return fate
      }
      await pause(Math.min(RECEIPT_POLL_MS * 2 ** Math.min(round, 6), 1000), undefined, { signal })
    }
  }

  /** An abandoned nonce below open transactions would hold them back for ever: an empty transaction uses it up. */
  async function closeGap(entry: OutboxEntry) {
    const mined = await client.getTransactionCount({ address: account.address }).catch(() => undefined)
    if (mined === undefined || mined > entry.accountNonce || outbox.highestNonce() < entry.accountNonce) return
    const fee = await currentFees()
    const raw = await account.signTransaction({
      chainId,
      to: account.address,
      nonce: entry.accountNonce,
      gas: 21_000n,
      type: 'eip1559',
      maxFeePerGas: fee.maxFeePerGas * 2n,
      maxPriorityFeePerGas: fee.maxPriorityFeePerGas * 2n,
    })
    const { accountNonce } = entry
    const filler = { kind: 'void', community: null, sequence: null, deadline: null } as const
    void follow(outbox.add({ ...filler, accountNonce, hash: keccak256(raw), raw })).catch(() => undefined)
  }

  return {
    /** Signs, writes down and sends; answers when the chain has. */
    async submit(intent: Intent): Promise<Fate> {
      const written = await inTurn(() => write(intent))
      return 'status' in written ? written : follow(written, true)
    },
    /** Goes on with what an earlier life of this node left open. */
    async resume(): Promise<void> {
      await Promise.all(outbox.open().map((entry) => follow(entry)))
    },
  }
}

export type Submitter = ReturnType<typeof openSubmitter>

/** Why the contract would refuse a call, or undefined when it was not the contract that refused. */
export function revertReason(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined
  const reverted = error.walk((e) => e instanceof ContractFunctionRevertedError)
  if (reverted instanceof ContractFunctionRevertedError) return reverted.data?.errorName ?? reverted.shortMessage
  const withData = error.walk((e) => typeof (e as { data?: unknown }).data === 'string')
  const data = (withData as { data?: Hex } | null)?.data
  if (data && data.length >= 10) {
    try {
      return decodeErrorResult({ abi: settlementAbi, data }).errorName
    } catch {
      return `an unknown error ${data.slice(0, 10)}`
    }
  }
  return /revert/i.test(`${error.shortMessage} ${error.details}`) ? 'reverted' : undefined
}

export const shortly = (error: unknown): string =>
  error instanceof BaseError ? error.shortMessage : error instanceof Error ? error.message : String(error)
