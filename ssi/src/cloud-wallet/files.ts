import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OpemError } from '@opem/domain'
import type { z } from 'zod'

/**
 * Writes JSON that only its owner may read (mode 600), whole or not at all: a crash leaves the old file.
 * @param how `new` refuses to write over an existing file (ERR_WALLET_EXISTS)
 */
export async function writePrivate(path: string, value: unknown, how: 'new' | 'over' = 'over'): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const target = how === 'new' ? path : `${path}.${randomUUID()}.tmp`
  const file = await open(target, how === 'new' ? 'wx' : 'w', 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (how !== 'new' || cause.code !== 'EEXIST') throw cause
    throw new OpemError({ code: 'ERR_WALLET_EXISTS', shortMessage: `${path} exists already: choose another name.` })
  })
  try {
    // The process's umask may have taken bits away from the mode; it cannot add any.
    await file.chmod(0o600)
    await file.writeFile(`${JSON.stringify(value)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  if (target !== path) await rename(target, path)
}

/**
 * Reads JSON that only its owner may read.
 * @returns undefined when there is no such file
 * @throws ERR_WALLET_FILE: others may read it, or it is not what it should be; the message never quotes the file
 */
export async function readPrivate<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return undefined
  if ((found.mode & 0o077) !== 0) {
    throw new OpemError({
      code: 'ERR_WALLET_FILE',
      shortMessage: `${path} has mode ${(found.mode & 0o777).toString(8)} and needs 600, because others could read it: chmod 600 ${path}`,
    })
  }
  const parsed = shape.safeParse(parseSilently(await readFile(path, 'utf8')))
  if (parsed.success) return parsed.data
  throw new OpemError({ code: 'ERR_WALLET_FILE', shortMessage: `${path} is damaged: restore it from a backup.` })
}

/** A parser's own error would quote the file, and with it a key. */
function parseSilently(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
