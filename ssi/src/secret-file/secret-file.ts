import { existsSync, lstatSync } from 'node:fs'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OpemError } from '@opem/domain'

const refuse = (code: string, shortMessage: string) => new OpemError({ code, shortMessage })

/**
 * Writes a secret that only its owner may read (mode 600), never over an existing file.
 * @throws ERR_KEY_FILE_EXISTS
 */
export async function writeSecretFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // `wx` opens only a file that is not there: a key is never overwritten, not even by two commands at once.
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
    throw refuse(
      'ERR_KEY_FILE_EXISTS',
      `The key file ${path} exists already: choose another name, or remove it if its key is of no more use.`,
    )
  })
  try {
    // The process's umask may have taken bits away from the mode; it cannot add any.
    await file.chmod(0o600)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Puts new content in place of a secret file at once: whoever reads finds the old content or the new, never a half. */
export async function replaceSecretFile(path: string, content: string): Promise<void> {
  const next = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.next`
  await writeSecretFile(next, content)
  await rename(next, path)
}

/**
 * Reads the JSON of a secret file; undefined when it is no JSON.
 * @param make how to make such a file, for the message
 * @throws ERR_KEY_FILE_MISSING, ERR_KEY_FILE_MODE (others may read it); no message quotes the file
 */
export async function readSecretFile(path: string, make: string): Promise<unknown> {
  if (!existsSync(path)) throw refuse('ERR_KEY_FILE_MISSING', `There is no key file ${path}: ${make}.`)
  const mode = lstatSync(path).mode & 0o777
  if ((mode & 0o077) !== 0) {
    throw refuse(
      'ERR_KEY_FILE_MODE',
      `The key file ${path} has mode ${mode.toString(8)} and needs 600, because others could sign with it: chmod 600 ${path}`,
    )
  }
  return parseSecretFile(path)
}

/** The JSON of a file, whatever its mode. A parser's own error would quote the file, and with it the key. */
export async function parseSecretFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
