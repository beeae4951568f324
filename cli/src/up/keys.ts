import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyFile, developmentWallet, openKeyFile } from '@opem/ssi'
import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  formatEther,
  type Hex,
  http,
  type PrivateKeyAccount,
  parseEther,
} from 'viem'
import { refusal } from '../failure.ts'

export const DEVELOPMENT_CHAIN_ID = 31_337
export const ORACLE_NODES = ['oracle-1', 'oracle-2', 'oracle-3'] as const

/** The keys of one marketplace: who deploys and governs, who opens accounts, and who signs reports. */
export interface Keys {
  readonly operator: PrivateKeyAccount
  readonly registrar: PrivateKeyAccount
  readonly oracles: readonly PrivateKeyAccount[]
  /** Brings agreements to a development chain for wallets without ether; elsewhere a setting names it. */
  readonly relayer: PrivateKeyAccount
}

export const keyFile = (home: string, name: string): string => join(home, 'keys', `${name}.json`)

async function keyOf(home: string, name: string): Promise<PrivateKeyAccount> {
  const path = keyFile(home, name)
  return existsSync(path) ? openKeyFile(path) : createKeyFile(path)
}

/** Opens the marketplace's key files; the first start makes them. */
export async function openKeys(home: string): Promise<Keys> {
  const operator = await keyOf(home, 'operator')
  const registrar = await keyOf(home, 'registrar')
  const oracles = []
  for (const name of ORACLE_NODES) oracles.push(await keyOf(home, name))
  return { operator, registrar, oracles, relayer: await keyOf(home, 'relayer') }
}

/** How much each key needs for deployment, bond and years of reports; a development chain's money is play money. */
const NEEDED = parseEther('50')
const GIFT = parseEther('500')

/**
 * Gives the keys money on the development chain, out of the first well-known development wallet, by raw transactions.
 * On any other chain it only says who lacks money.
 * @throws ERR_NO_FUNDS when the operator could not even pay for a transaction
 */
export async function fund(
  chain: Chain,
  { operator, registrar, oracles, relayer }: Keys,
  say: (line: string) => void,
): Promise<void> {
  const client = createPublicClient({ chain, transport: http() })
  const poor: Address[] = []
  const development = chain.id === DEVELOPMENT_CHAIN_ID
  for (const { address } of [operator, registrar, ...oracles, ...(development ? [relayer] : [])]) {
    if ((await client.getBalance({ address })) < (development ? NEEDED : 1n)) poor.push(address)
  }
  if (poor.length === 0) return
  if (chain.id !== DEVELOPMENT_CHAIN_ID) {
    throw refusal(
      'ERR_NO_FUNDS',
      `On chain ${chain.id} these accounts of this marketplace hold nothing: ${poor.join(', ')}. Send them enough for the deployment, the oracle bonds and gas, then start again.`,
    )
  }
  const giver = developmentWallet(0)
  const wallet = createWalletClient({ account: giver, chain, transport: http() })
  let nonce = await client.getTransactionCount({ address: giver.address, blockTag: 'pending' })
  const hashes: Hex[] = []
  for (const to of poor) hashes.push(await wallet.sendTransaction({ to, value: GIFT, nonce: nonce++ }))
  for (const hash of hashes) await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  say(`gave ${formatEther(GIFT)} development ether to each of ${poor.length} keys`)
}
