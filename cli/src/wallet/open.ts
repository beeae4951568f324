import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openKeyFile } from '@opem/ssi'
import { createDidResolver, type Did, didOfAddress, parseDid } from '@opem/ssi/did'
import {
  type CloudWallet,
  createCheck,
  findProfile,
  type Holder,
  openCloudWallet,
  openHolder,
  publishDocument,
  readWalletSecret,
} from '@opem/ssi/wallet'
import type { LocalAccount } from 'viem'
import { refusal } from '../failure.ts'
import { keyFileOf, walletFolder } from './names.ts'
import { type Place, type PlaceOptions, placeOf } from './place.ts'

export interface WalletOptions extends PlaceOptions {
  readonly json?: boolean
  readonly passphraseFile?: string
  readonly payWith?: string
}

const now = (): number => Math.floor(Date.now() / 1000)

export const payerOf = async ({ payWith }: WalletOptions): Promise<LocalAccount | undefined> =>
  payWith === undefined ? undefined : openKeyFile(keyFileOf(payWith))

/** A company's wallet by name. @throws ERR_WALLET_MISSING, ERR_WALLET_LOCKED */
export async function openCompanyWallet(name: string, options: WalletOptions, place: Place): Promise<CloudWallet> {
  const secret = await readWalletSecret({ env: process.env, passphraseFile: options.passphraseFile })
  return openCloudWallet({ home: walletFolder(name), secret, chain: place.chain, payer: await payerOf(options) })
}

/** Publishes a company's document and who may act for it. */
export async function publishCompany(name: string, options: WalletOptions & { readonly exactly?: boolean }) {
  const place = await placeOf(options)
  const wallet = await openCompanyWallet(name, options, place)
  const secret = await readWalletSecret({ env: process.env, passphraseFile: options.passphraseFile })
  await publishDocument({ home: walletFolder(name), secret, chain: place.chain, payer: await payerOf(options) })
  return wallet.publishRepresentatives({ exactly: options.exactly ?? false })
}

/** DID of the marketplace, as it says of itself when it makes a challenge. */
export async function marketplaceOf({ api, chain }: Place): Promise<Did> {
  const { audience } = await api.post<{ audience: string }>('/v1/access/challenges', { operation: 'sign-in' })
  return didFrom(audience, chain.chainId)
}

/** @throws ERR_DID */
export function didFrom(text: string, chainId: number): Did {
  const parsed = parseDid(text, chainId)
  if (parsed.ok) return parsed.value
  throw refusal(parsed.code, `"${text}": ${parsed.reason}`)
}

/** Whoever holds credentials under a name: a company by its wallet, a person or a machine by a key file. */
export async function openHolderOf(
  name: string,
  options: WalletOptions,
): Promise<{ readonly holder: Holder; readonly place: Place }> {
  const home = walletFolder(name)
  if (await findProfile(home)) {
    const place = await placeOf(options)
    return { holder: await openCompanyWallet(name, options, place), place }
  }
  if (!existsSync(keyFileOf(name))) {
    throw refusal('ERR_WALLET_MISSING', `There is no wallet ${name}: opem wallet create ${name} makes one.`)
  }
  const signer = await openKeyFile(keyFileOf(name))
  const place = await placeOf(options)
  const { rpcUrl, chainId, addresses } = place.chain
  const resolver = createDidResolver({ rpcUrl, chainId, registry: addresses.EthereumDIDRegistry })
  // Who the marketplace is matters only for what it issued, and is asked only then.
  const check = async (jwt: string) => createCheck(place.chain, resolver, await marketplaceOf(place), now)(jwt)
  return { holder: openHolder({ did: didOfAddress(chainId, signer.address), signer, home, check }), place }
}

/** Whether a name is taken, by a key file or by a company's wallet. */
export const isTaken = (name: string): boolean =>
  existsSync(keyFileOf(name)) || existsSync(join(walletFolder(name), 'wallet.json'))
