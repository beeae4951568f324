import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ROLES } from '../credential/index.ts'
import { readPrivate, writePrivate } from './files.ts'
import { oneNamed } from './one-named.ts'

const Issued = z.strictObject({
  jti: z.string(),
  hash: z.string(),
  subject: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(z.enum(ROLES)),
  /** Epoch seconds. */
  issuedAt: z.number(),
  /** Epoch seconds. */
  expiresAt: z.number(),
  /** Epoch seconds; null while it counts. */
  revokedAt: z.number().nullable(),
  jwt: z.string(),
})
/** A Representative credential that the company gave to an employee. */
export type IssuedCredential = z.infer<typeof Issued>

/** The company's own book of what it issued: the chain knows only what was revoked, and no names. */
export interface IssuedBook {
  list(): Promise<IssuedCredential[]>
  /** @param id jti or hash, or the beginning of one @throws ERR_CREDENTIAL_UNKNOWN, ERR_CREDENTIAL_AMBIGUOUS */
  find(id: string): Promise<IssuedCredential>
  add(credential: IssuedCredential): Promise<void>
  markRevoked(jtis: readonly string[], at: number): Promise<void>
}

export function openIssuedBook(home: string): IssuedBook {
  const folder = join(home, 'issued')
  // One file each: two commands at once cannot lose what the other issued.
  const write = (entry: IssuedCredential) => writePrivate(join(folder, `${entry.hash}.json`), entry)
  const list = async (): Promise<IssuedCredential[]> => {
    const names = await readdir(folder).catch(() => [] as string[])
    const files = names.filter((name) => /^0x[0-9a-f]{64}\.json$/.test(name))
    const found = await Promise.all(files.map((file) => readPrivate(join(folder, file), Issued)))
    return found
      .filter((entry) => entry !== undefined)
      .sort((a, b) => a.issuedAt - b.issuedAt || (a.hash < b.hash ? -1 : 1))
  }
  return {
    list,
    find: async (id) => oneNamed(id, await list(), 'The company issued'),
    add: write,
    markRevoked: async (jtis, at) => {
      for (const entry of await list()) if (jtis.includes(entry.jti)) await write({ ...entry, revokedAt: at })
    },
  }
}
