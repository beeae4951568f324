import { join } from 'node:path'
import { refusal } from '../failure.ts'
import { readSettings } from '../up/settings.ts'

const home = (): string => readSettings(process.env).home

function checked(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name
  throw refusal(
    'ERR_WALLET_NAME',
    `"${name}" is no name for a wallet: letters, digits, dots, dashes and underscores, at most 64.`,
  )
}

/** A wallet's name as a file in the folder of keys; anything with a slash is a path of one's own. */
export const keyFileOf = (nameOrPath: string): string =>
  nameOrPath.includes('/') ? nameOrPath : join(keysFolder(), `${checked(nameOrPath)}.json`)

/** A machine's key, in a folder of its own: it is no account of anybody. */
export const systemKeyOf = (nameOrPath: string): string =>
  nameOrPath.includes('/') ? nameOrPath : join(home(), 'system-keys', `${checked(nameOrPath)}.json`)

export const keysFolder = (): string => join(home(), 'keys')
export const walletsFolder = (): string => join(home(), 'wallets')
/** Where a wallet's credentials are, and a company's keys and profile. */
export const walletFolder = (name: string): string => join(walletsFolder(), checked(name))
/** The tokens of whoever signed in with a wallet. */
export const sessionFile = (name: string): string => join(home(), 'sessions', `${checked(name)}.json`)
