import { readFile, stat } from 'node:fs/promises'
import { OpemError } from '@opem/domain'
import type { WalletSecret } from './seal.ts'

const SHORTEST = 12

/**
 * Where a wallet's passphrase comes from: a file of mode 600, or OPEM_WALLET_SECRET; never the command line, which every
 * user of the machine can read.
 * @param fileMode somebody said that the mode of the file of keys is enough
 * @returns undefined when nothing was given: a wallet without passphrase opens all the same
 * @throws ERR_WALLET_SECRET: the file is missing, others may read it, or the passphrase is shorter than 12 characters
 */
export async function readWalletSecret({
  env,
  passphraseFile,
  fileMode = false,
}: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly passphraseFile?: string | undefined
  readonly fileMode?: boolean | undefined
}): Promise<WalletSecret | undefined> {
  const given = passphraseFile === undefined ? env.OPEM_WALLET_SECRET : await readSecretFile(passphraseFile)
  if (given !== undefined && given !== '') {
    if (given.length >= SHORTEST) return { kind: 'passphrase', passphrase: given }
    throw refuse(`The passphrase has ${given.length} characters and needs at least ${SHORTEST}.`)
  }
  return fileMode ? { kind: 'file-mode' } : undefined
}

async function readSecretFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw refuse(`There is no file ${path} with a passphrase.`)
  if ((found.mode & 0o077) !== 0) {
    throw refuse(`${path} has mode ${(found.mode & 0o777).toString(8)} and needs 600: chmod 600 ${path}`)
  }
  const text = (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  if (text === '') throw refuse(`${path} is empty and needs a passphrase.`)
  return text
}

const refuse = (shortMessage: string): OpemError => new OpemError({ code: 'ERR_WALLET_SECRET', shortMessage })
