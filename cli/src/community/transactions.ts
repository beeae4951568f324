import { withHouseErrors } from '@opem/contracts'
import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  encodeFunctionData,
  type Hex,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
} from 'viem'
import { inLanes } from '../chain/lanes.ts'
import { refusal } from '../failure.ts'

/** A call to a contract that changes it. */
export interface Call {
  readonly address: Address
  readonly abi: Abi
  readonly functionName: string
  readonly args: readonly unknown[]
  /** given where a call rests on one sent just ahead, so that it cannot be estimated yet */
  readonly gas?: bigint
}

/** A call with its types checked against the ABI. */
export const call = <const abi extends Abi, name extends ContractFunctionName<abi, 'nonpayable'>>(
  address: Address,
  abi: abi,
  functionName: name,
  args: ContractFunctionArgs<abi, 'nonpayable', name>,
): Call => ({ address, abi, functionName, args: args as readonly unknown[] })

/**
 * Sends calls in one go and in order: gas estimated side by side (which also shows a refusal before anything is sent;
 * a call that depends on one ahead of it names its gas), nonces given here, receipts awaited at the end.
 * @throws the contract's own error, decoded, or ERR_TRANSACTION when one fails on chain
 */
export async function sendAll(
  client: PublicClient,
  account: LocalAccount,
  calls: readonly Call[],
): Promise<TransactionReceipt[]> {
  const { chain } = client
  const [first, fees] = await Promise.all([
    client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
    client.estimateFeesPerGas(),
  ])
  const gas = await inLanes(
    calls,
    async (one) => one.gas ?? client.estimateContractGas({ ...one, abi: withHouseErrors(one.abi), account } as never),
  )
  const signed = await Promise.all(
    calls.map(({ address, abi, functionName, args }, index) =>
      account.signTransaction({
        type: 'eip1559',
        chainId: chain?.id ?? 0,
        nonce: first + index,
        to: address,
        data: encodeFunctionData({ abi, functionName, args } as never),
        // Estimates see the state before the calls sent just ahead: a quarter more covers colder or longer storage.
        gas: (gas[index]! * 5n) / 4n,
        maxFeePerGas: fees.maxFeePerGas * 2n,
        maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
      }),
    ),
  )
  const hashes: Hex[] = []
  for (const serializedTransaction of signed) hashes.push(await client.sendRawTransaction({ serializedTransaction }))
  return inLanes(hashes, async (hash, index) => {
    const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 50, timeout: 120_000 })
    if (receipt.status === 'success') return receipt
    const which = calls[index]
    throw refusal(
      'ERR_TRANSACTION',
      `The transaction ${hash} (${which?.functionName} of ${which?.address}) failed on chain.`,
    )
  })
}

export async function send(client: PublicClient, account: LocalAccount, one: Call): Promise<TransactionReceipt> {
  const [receipt] = await sendAll(client, account, [one])
  return receipt!
}
