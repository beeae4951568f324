import { developmentWallet } from '@opem/ssi'
import { type Address, createPublicClient, createWalletClient, defineChain, formatEther, http, parseEther } from 'viem'
import { refusal } from '../failure.ts'
import { readDeployment } from '../up/deployment.ts'
import { DEVELOPMENT_CHAIN_ID } from '../up/keys.ts'
import { readSettings } from '../up/settings.ts'

const AMOUNT = /^[0-9]{1,6}(\.[0-9]{1,18})?$/

export interface Gift {
  readonly to: Address
  /** Decimal ETH. */
  readonly amount: string
  /** What the address has now, decimal ETH. */
  readonly balance: string
}

/**
 * Gives ether of a development account to an address, so that it can pay for transactions.
 * @param amount decimal ETH
 * @throws ERR_ARGUMENT, ERR_DEVELOPMENT_ETHER when this is no marketplace of the development chain
 */
export async function giveEther(to: string, amount: string): Promise<Gift> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(to))
    throw refusal('ERR_ARGUMENT', `"${to}" is no address: give 0x and forty hex digits.`)
  const value = AMOUNT.test(amount) ? parseEther(amount) : 0n
  if (value === 0n) throw refusal('ERR_ARGUMENT', `"${amount}" is no amount: give ether like 10 or 0.5.`)
  const { home, urls } = readSettings(process.env)
  if (readDeployment(home)?.chainId !== DEVELOPMENT_CHAIN_ID)
    throw refusal(
      'ERR_DEVELOPMENT_ETHER',
      `${home} is no marketplace of the development chain (${DEVELOPMENT_CHAIN_ID}): elsewhere people bring their own ether.`,
    )
  const chain = defineChain({
    id: DEVELOPMENT_CHAIN_ID,
    name: 'development chain',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [urls.chain] } },
  })
  const client = createPublicClient({ chain, transport: http(), pollingInterval: 100 })
  // The last of the accounts that everybody knows: the marketplace's own keys need none of its ether.
  const giver = createWalletClient({ account: developmentWallet(9), chain, transport: http() })
  const address = to as Address
  await client.waitForTransactionReceipt({ hash: await giver.sendTransaction({ to: address, value }) })
  return { to: address, amount: formatEther(value), balance: formatEther(await client.getBalance({ address })) }
}
