import { type Address, getAddress, type HDAccount } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'

/** The words that every development chain funds. Everybody knows them: nothing of value may ever lie on them. */
export const DEVELOPMENT_MNEMONIC = 'test test test test test test test test test test test junk'

const known = new Map<number, HDAccount>()

/** A wallet of the development words, by index; derived once, because one derivation takes milliseconds. */
export function developmentWallet(index: number): HDAccount {
  const wallet = known.get(index) ?? mnemonicToAccount(DEVELOPMENT_MNEMONIC, { addressIndex: index })
  known.set(index, wallet)
  return wallet
}

/** Whether an address is one of the first `count` development wallets. */
export function isDevelopmentAddress(address: Address, count = 20): boolean {
  return Array.from({ length: count }, (_, index) => developmentWallet(index).address).includes(getAddress(address))
}
