import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import { readPrivate, writePrivate } from './files.ts'
import { oneNamed } from './one-named.ts'
import { type HeldCredential, type KeptCredential, readCredential } from './stored-credential.ts'

const Kept = z.strictObject({
  jwt: z.string(),
  status: z.enum(['pending', 'accepted']),
  from: z.string(),
  receivedAt: z.number(),
})

/** The credentials that a wallet holds: one file each, named by the credential's hash, read anew each time. */
export interface CredentialStore {
  /** Newest first. */
  list(): Promise<HeldCredential[]>
  /**
   * @param id hash or jti, or the beginning of one (8 characters after 0x or urn:uuid:)
   * @throws ERR_CREDENTIAL_UNKNOWN, ERR_CREDENTIAL_AMBIGUOUS
   */
  find(id: string): Promise<HeldCredential>
  /** Keeps a credential; one that is there already keeps its status unless this one is accepted. */
  keep(credential: KeptCredential): Promise<HeldCredential>
}

export function openCredentialStore(home: string): CredentialStore {
  const folder = join(home, 'credentials')
  const pathOf = (hash: string): string => join(folder, `${hash}.json`)
  const held = (kept: KeptCredential): HeldCredential | undefined => {
    const text = readCredential(kept.jwt)
    return text && { ...text, ...kept }
  }
  const list = async (): Promise<HeldCredential[]> => {
    const files = await readdir(folder).catch(() => [] as string[])
    const found: HeldCredential[] = []
    for (const file of files.filter((name) => /^0x[0-9a-f]{64}\.json$/.test(name))) {
      const kept = await readPrivate(join(folder, file), Kept)
      const credential = kept && held(kept)
      if (credential) found.push(credential)
    }
    return found.sort((a, b) => b.receivedAt - a.receivedAt || b.issuedAt - a.issuedAt || (a.hash < b.hash ? -1 : 1))
  }
  return {
    list,
    find: async (id) => oneNamed(id, await list(), 'The wallet holds'),
    keep: async (credential) => {
      const text = held(credential)
      if (!text) {
        throw new OpemError({
          code: 'ERR_CREDENTIAL_SHAPE',
          shortMessage: 'This is no credential: a VC-JWT of a known type is needed.',
        })
      }
      const before = await readPrivate(pathOf(text.hash), Kept)
      const accepted = before?.status === 'accepted' || credential.status === 'accepted'
      const status = accepted ? 'accepted' : 'pending'
      await writePrivate(pathOf(text.hash), { ...(before ?? credential), status })
      return { ...text, ...(before ?? credential), status }
    },
  }
}
