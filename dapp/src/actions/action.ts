import type { Abi, Address, Hash, PublicClient, TransactionReceipt, WalletClient } from 'viem'
import { refusalOf, withHouseErrors } from '../chain/revert.ts'

/** A contract call as data. */
export type Call = { address: Address; abi: Abi; functionName: string; args: readonly unknown[] }

/** What a person can do, as data: how to say it before signing, and which call it is. */
export type BusinessAction<Input> = {
  title: string
  describe(input: Input): readonly (readonly [string, string])[]
  prepare(input: Input): Call
}

/**
 * Where a transaction is, said honestly: *sent* means a node took it, *confirmed* that a block holds it,
 * *indexed* that the pages read it. `refused` tells how far it came.
 */
export type Stage =
  | { at: 'idle' }
  | { at: 'checking' }
  | { at: 'signing' }
  | { at: 'sent'; hash: Hash }
  | { at: 'confirmed'; hash: Hash; block: bigint; note?: string }
  | { at: 'indexed'; hash: Hash; block: bigint }
  | { at: 'refused'; reason: string; hash?: Hash }

export type Deps = {
  publicClient: Pick<PublicClient, 'simulateContract' | 'waitForTransactionReceipt'>
  walletClient: WalletClient
  /** Resolves when the index has read the block. */
  untilIndexed(block: bigint): Promise<void>
}

/**
 * Asks the contract itself, lets the wallet sign, and follows the transaction to the index.
 * `after` runs once a block holds it (documents behind hashes are stored then); its failure is said, never hidden.
 */
export async function perform<Input>(
  { publicClient, walletClient, untilIndexed }: Deps,
  action: BusinessAction<Input>,
  input: Input,
  show: (stage: Stage) => void,
  after?: (receipt: TransactionReceipt) => Promise<void>,
): Promise<TransactionReceipt | undefined> {
  const call = action.prepare(input)
  const account = walletClient.account
  if (account === undefined) {
    show({ at: 'refused', reason: 'No wallet is connected. Connect one at the top of the page.' })
    return undefined
  }
  let hash: Hash | undefined
  try {
    show({ at: 'checking' })
    await publicClient.simulateContract({ ...call, abi: withHouseErrors(call.abi), account })
    show({ at: 'signing' })
    hash = await walletClient.writeContract({ ...call, account, chain: walletClient.chain })
    show({ at: 'sent', hash })
    const receipt = await publicClient.waitForTransactionReceipt({ hash })
    if (receipt.status === 'reverted') {
      show({
        at: 'refused',
        hash,
        reason: 'The block holds the transaction, but the contract refused it: something changed meanwhile.',
      })
      return undefined
    }
    show({ at: 'confirmed', hash, block: receipt.blockNumber })
    await after?.(receipt)
    await untilIndexed(receipt.blockNumber)
    show({ at: 'indexed', hash, block: receipt.blockNumber })
    return receipt
  } catch (error) {
    show({ at: 'refused', reason: refusalOf(error), ...(hash === undefined ? {} : { hash }) })
    return undefined
  }
}
