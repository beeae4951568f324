import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { mkdir, open, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { OpemError } from '@opem/domain'
import { type Hex, isHex, type PrivateKeyAccount, size } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'

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
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // `wx` opens only a file that is not there: a key is never overwritten, not even by two commands at once.
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST') {
      throw refuse(
        'ERR_KEY_FILE_EXISTS',
        `The key file ${path} exists already: choose another name, or remove it if its key is of no more use.`,
      )
    }
    throw cause
  })
  try {
    // The process's umask may have taken bits away from the mode; it cannot add any.
    await file.chmod(0o600)
    await file.writeFile(
      `${JSON.stringify({ version: 1, address: wallet.address.toLowerCase(), privateKey: given })}\n`,
    )
    await file.sync()
  } finally {
    await file.close()
  }
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
  if (!existsSync(path)) {
    throw refuse('ERR_KEY_FILE_MISSING', `There is no key file ${path}: make one with opem wallet create.`)
  }
  const mode = lstatSync(path).mode & 0o777
  if ((mode & 0o077) !== 0) {
    throw refuse(
      'ERR_KEY_FILE_MODE',
      `The key file ${path} has mode ${mode.toString(8)} and needs 600, because others could sign with it: chmod 600 ${path}`,
    )
  }
  const parsed = KeyFile.safeParse(parseSilently(await readFile(path, 'utf8')))
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

/** A parser's own error would quote the file, and with it the key. */
function parseSilently(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The key files of a folder by name, with their addresses; unreadable ones are left out. */
export async function listKeyFiles(folder: string): Promise<{ name: string; path: string; address: Hex }[]> {
  if (!existsSync(folder)) return []
  const found = []
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()) {
    const path = join(folder, file)
    const parsed = KeyFile.safeParse(parseSilently(await readFile(path, 'utf8')))
    if (parsed.success) found.push({ name: basename(file, '.json'), path, address: parsed.data.address as Hex })
  }
  return found
}
