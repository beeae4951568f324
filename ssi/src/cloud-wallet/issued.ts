import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import { ROLES } from '../credential/index.ts'
import { readPrivate, writePrivate } from './files.ts'

const Issued = z.strictObject({
  jti: z.string(),
  hash: z.string(),
  subject: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(z.enum(ROLES)),
  /** Epoch seconds. */
  expiresAt: z.number(),
  /** Epoch seconds; null while it counts. */
  revokedAt: z.number().nullable(),
  jwt: z.string(),
})
const Book = z.strictObject({ version: z.literal(1), issued: z.array(Issued) })

/** A Representative credential that the company gave to an employee. */
export type IssuedCredential = z.infer<typeof Issued>

/** The company's own book of what it issued: the chain knows only what was revoked, and no names. */
export interface IssuedBook {
  list(): Promise<IssuedCredential[]>
  /** @param id jti or hash, or the beginning of one @throws ERR_CREDENTIAL_UNKNOWN */
  find(id: string): Promise<IssuedCredential>
  add(credential: IssuedCredential): Promise<void>
  markRevoked(jtis: readonly string[], at: number): Promise<void>
}

export function openIssuedBook(home: string): IssuedBook {
  const path = join(home, 'issued.json')
  const list = async () => (await readPrivate(path, Book))?.issued ?? []
  const write = (issued: IssuedCredential[]) => writePrivate(path, { version: 1, issued })
  const plain = (text: string): string => text.replace(/^(0x|urn:uuid:)/, '')
  return {
    list,
    find: async (id) => {
      const [found, other] = (await list()).filter(({ jti, hash }) =>
        [jti, hash].some((name) => name === id || (plain(id).length >= 8 && plain(name).startsWith(plain(id)))),
      )
      if (found && !other) return found
      throw new OpemError({
        code: found ? 'ERR_CREDENTIAL_AMBIGUOUS' : 'ERR_CREDENTIAL_UNKNOWN',
        shortMessage: found
          ? `Several issued credentials begin with ${id}: give more of it.`
          : `The company issued no credential ${id}: list shows what it issued.`,
      })
    },
    add: async (credential) => write([...(await list()), credential]),
    markRevoked: async (jtis, at) =>
      write((await list()).map((entry) => (jtis.includes(entry.jti) ? { ...entry, revokedAt: at } : entry))),
  }
}
