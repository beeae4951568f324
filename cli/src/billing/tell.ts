import { escrowAbi } from '@opem/contracts'
import { type Hex, microOfEur } from '@opem/domain'
import { send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'
import type { Where } from '../instance/instance.ts'
import { print } from '../print.ts'
import { type BillingPlace, signerOf } from './place.ts'

export type Options = Where & { json?: boolean; number?: string; reason?: string; refund?: string }

/** @throws ERR_AMOUNT */
export function amountOf(text: string, { zero = false } = {}): bigint {
  const micro = microOfEur(text)
  if (micro !== undefined && (micro > 0n || zero)) return micro
  throw refusal('ERR_AMOUNT', `"${text}" is no amount: give euros like 12.50, six decimals at most.`)
}

/** @throws ERR_ID */
export function idOf(text: string, what: string): Hex {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hex
  throw refusal('ERR_ID', `"${text}" is no ${what}: give 0x and 64 hex digits.`)
}

/** One transaction to the escrow, and what it was. */
export async function tell(
  options: Options,
  place: BillingPlace,
  name: string,
  args: readonly unknown[],
  done: string,
): Promise<void> {
  const { transactionHash } = await send(place.chain, await signerOf(options), {
    ...{ address: place.escrow, abi: escrowAbi as never, functionName: name, args },
  })
  print(options, { transaction: transactionHash }, [`${done} (${transactionHash})`])
}
