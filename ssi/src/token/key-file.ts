import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import { readSecretFile, replaceSecretFile, writeSecretFile } from '../secret-file/secret-file.ts'
import { rotateTokenKeys, type TokenKeys, tokenKeyOf } from './token-keys.ts'

const Coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const KeyFile = z.strictObject({
  version: z.literal(1),
  keys: z.array(
    z.strictObject({
      use: z.enum(['sig', 'enc']),
      from: z.int(),
      until: z.int(),
      jwk: z.strictObject({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: Coordinate,
        y: Coordinate,
        d: Coordinate,
      }),
    }),
  ),
})

const fileIn = (folder: string) => join(folder, 'token-keys.json')

/**
 * The keys of `folder/token-keys.json` (mode 600) as they should be at `now`: made when there are none, rotated when it
 * is time, and written back when something changed. Cheap to repeat. One process rotates; others call `openTokenKeys`.
 * @param now epoch seconds
 * @throws ERR_KEY_FILE_MODE, ERR_KEY_FILE; no message quotes the file
 */
export async function createTokenKeys(folder: string, now: number): Promise<TokenKeys> {
  const path = fileIn(folder)
  if (!existsSync(path)) {
    const keys = rotateTokenKeys([], now)
    await writeSecretFile(path, content(keys))
    return keys
  }
  const keys = await openTokenKeys(folder)
  const rotated = rotateTokenKeys(keys, now)
  if (rotated !== keys) await replaceSecretFile(path, content(rotated))
  return rotated
}

/**
 * The keys as they stand in the file, for a module that opens tokens and leaves rotation to the marketplace.
 * @throws ERR_KEY_FILE_MISSING, ERR_KEY_FILE_MODE, ERR_KEY_FILE; no message quotes the file
 */
export async function openTokenKeys(folder: string): Promise<TokenKeys> {
  const path = fileIn(folder)
  const parsed = KeyFile.safeParse(await readSecretFile(path, 'the marketplace makes it when it first starts'))
  if (!parsed.success) {
    throw new OpemError({
      code: 'ERR_KEY_FILE',
      shortMessage: `${path} is not a file of token keys: restore it, or remove it, which ends every session.`,
    })
  }
  return parsed.data.keys.map(({ use, from, until, jwk }) => tokenKeyOf(use, from, until, jwk))
}

const content = (keys: TokenKeys): string => {
  const lines = keys.map(({ use, from, until, privateKey }) => {
    const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' })
    return { use, from, until, jwk: { kty, crv, x, y, d } }
  })
  return `${JSON.stringify({ version: 1, keys: lines })}\n`
}
