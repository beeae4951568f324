import { developmentEuroAbi } from '@opem/contracts'
import { type Address, type Chain, createPublicClient, createWalletClient, http } from 'viem'
import type { Keys } from './keys.ts'

/** 10^12 EUR and the half of it, µEUR: nobody asks for more on one machine. */
const STOCK = 10n ** 18n
const ENOUGH = STOCK / 2n

/** Makes development euros for the billing key, out of which the page gives to whoever asks. A second call finds them. */
export async function stockEuros(chain: Chain, token: Address, { operator, billing }: Keys): Promise<void> {
  const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 })
  const contract = { address: token, abi: developmentEuroAbi } as const
  if ((await client.readContract({ ...contract, functionName: 'balanceOf', args: [billing.address] })) >= ENOUGH) return
  const wallet = createWalletClient({ account: operator, chain, transport: http() })
  const hash = await wallet.writeContract({ ...contract, functionName: 'mint', args: [billing.address, STOCK] })
  await client.waitForTransactionReceipt({ hash })
}
