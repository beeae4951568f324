import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { OpemError } from '@opem/domain'
import { type Hex, isHex, type PrivateKeyAccount, size } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { parseSecretFile, readSecretFile, writeSecretFile } from '../secret-file/secret-file.ts'

const privateKey = z.custom<Hex>((value) => isHex(value) && size(value) === 32, '0x and 64 hex digits')
const KeyFile = z.strictObject({ version: z.literal(1), address: z.string(), privateKey })

const refuse = (code: string, shortMessage: string) => new OpemError({ code, shortMessage })

/**
 * Writes a new key to `path`, readable by its owner alone (mode 600), never over an existing file.
 * @param given the key to keep; a new random one when left out
 * @returns the wallet; its key is never shown
 * @throws ERR_KEY_FILE_EXISTS
 */
export async function createKeyFile(path: string, given: Hex = generatePrivateKey()): Promise<PrivateKeyAccount> {
  const wallet = privateKeyToAccount(given)
  await writeSecretFile(
    path,
    `${JSON.stringify({ version: 1, address: wallet.address.toLowerCase(), privateKey: given })}\n`,
  )
  return wallet
}

/**
 * Opens a key file for signing.
 * @throws ERR_KEY_FILE_MISSING, ERR_KEY_FILE_MODE (others may read it), ERR_KEY_FILE (not a key file, or its address is
 * not its key's); no message quotes the file
 */
export const openKeyFile = async (path: string): Promise<PrivateKeyAccount> =>
  privateKeyToAccount(await readPrivateKey(path))

/** The key itself, for a tool that signs with nothing else; the same refusals as `openKeyFile`. Never print it. */
export async function readPrivateKey(path: string): Promise<Hex> {
  const parsed = KeyFile.safeParse(await readSecretFile(path, 'make one with opem wallet create'))
  if (!parsed.success) {
    throw refuse(
      'ERR_KEY_FILE',
      `${path} is not a key file: it needs {"version":1,"address":"0x…","privateKey":"0x…"}.`,
    )
  }
  const { address, privateKey: key } = parsed.data
  if (privateKeyToAccount(key).address.toLowerCase() !== address.toLowerCase()) {
    throw refuse(
      'ERR_KEY_FILE',
      `The key file ${path} says address ${address}, but its key belongs to another: it was mixed up or changed.`,
    )
  }
  return key
}

/** The key files of a folder by name, with their addresses; unreadable ones are left out. */
export async function listKeyFiles(folder: string): Promise<{ name: string; path: string; address: Hex }[]> {
  if (!existsSync(folder)) return []
  const found = []
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()) {
    const path = join(folder, file)
    const parsed = KeyFile.safeParse(await parseSecretFile(path))
    if (parsed.success) found.push({ name: basename(file, '.json'), path, address: parsed.data.address as Hex })
  }
  return found
}
