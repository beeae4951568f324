import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Derives secrets from the marketplace's own key, so that none of them is stored: the same purpose, the same bytes. */
export type DeriveSecret = (purpose: string) => Promise<Buffer>

/** The key lies in `dir/notifications-key`, mode 600, made at its first use. 32 bytes each. */
export function createDeriveSecret(dir: string): DeriveSecret {
  let key: Promise<Buffer> | undefined
  return async (purpose) => {
    key ??= readOrMake(join(dir, 'notifications-key')).catch((cause) => {
      key = undefined
      throw cause
    })
    return createHmac('sha256', await key)
      .update(purpose)
      .digest()
  }
}

async function readOrMake(path: string): Promise<Buffer> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  // `wx`: whoever comes second reads what the first one wrote.
  await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause
    },
  )
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex')
  if (key.length !== 32)
    throw new Error('notifications-key is not 64 hex digits; remove it, and give webhooks new secrets')
  return key
}
