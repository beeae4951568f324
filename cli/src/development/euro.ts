import { developmentEuroAbi } from '@opem/contracts'
import { openKeyFile } from '@opem/ssi'
import { type Address, createPublicClient, createWalletClient, defineChain, formatUnits, http, parseUnits } from 'viem'
import { refusal } from '../failure.ts'
import { readDeployment } from '../up/deployment.ts'
import { DEVELOPMENT_CHAIN_ID, keyFile } from '../up/keys.ts'
import { readSettings } from '../up/settings.ts'

const DECIMALS = 6
const AMOUNT = /^[0-9]{1,12}(\.[0-9]{1,6})?$/

export interface Minted {
  readonly to: Address
  /** Decimal EUR. */
  readonly amount: string
  /** What the address has now, decimal EUR. */
  readonly balance: string
  readonly transaction: `0x${string}`
}

/**
 * Makes development euros out of nothing for an address, by the operator's key of this folder.
 * @param amount decimal EUR, up to six decimals
 * @throws ERR_ARGUMENT, ERR_DEVELOPMENT_EURO when this is no marketplace of the development chain
 */
export async function mintEuro(to: string, amount: string): Promise<Minted> {
  if (!/^0x[0-9a-fA-F]{40}$/.test(to))
    throw refusal('ERR_ARGUMENT', `"${to}" is no address: give 0x and forty hex digits.`)
  const units = AMOUNT.test(amount) ? parseUnits(amount, DECIMALS) : 0n
  if (units === 0n) throw refusal('ERR_ARGUMENT', `"${amount}" is no amount: give EUR like 250 or 12.50.`)
  const { home, urls } = readSettings(process.env)
  const deployment = readDeployment(home)
  const euro = deployment?.addresses.EuroToken as Address | undefined
  if (deployment?.chainId !== DEVELOPMENT_CHAIN_ID || euro === undefined) {
    throw refusal(
      'ERR_DEVELOPMENT_EURO',
      `${home} is no marketplace of the development chain (${DEVELOPMENT_CHAIN_ID}): elsewhere people bring their own euros.`,
    )
  }
  const chain = defineChain({
    id: deployment.chainId,
    name: 'development chain',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [urls.chain] } },
  })
  const client = createPublicClient({ chain, transport: http(), pollingInterval: 100 })
  const wallet = createWalletClient({ account: await openKeyFile(keyFile(home, 'operator')), chain, transport: http() })
  const contract = { address: euro, abi: developmentEuroAbi } as const
  const address = to as Address
  const transaction = await wallet.writeContract({ ...contract, functionName: 'mint', args: [address, units] })
  const { status } = await client.waitForTransactionReceipt({ hash: transaction })
  if (status !== 'success') throw refusal('ERR_DEVELOPMENT_EURO', `The transaction ${transaction} was refused.`)
  const balance = await client.readContract({ ...contract, functionName: 'balanceOf', args: [address] })
  return { to: address, amount: formatUnits(units, DECIMALS), balance: formatUnits(balance, DECIMALS), transaction }
}
