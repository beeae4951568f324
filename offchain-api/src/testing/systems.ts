import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSignedFetch, createSystemKey, openSystemKey } from '@opem/ssi/http-signature'
import type { Scope } from '../access/caller/caller.ts'

/** A machine of a test's own, and how it asks. */
export interface TestSystem {
  readonly id: string
  readonly scopes: readonly Scope[]
  readonly meters: readonly string[]
}

/** Everything that the marketplace's own parts may do together, for tests that are about something else. */
export const ALL = {
  id: 'all',
  scopes: ['readings', 'oracle', 'operator', 'systems'],
  meters: ['*'],
} as const satisfies TestSystem

/** Writes `dir/access/systems.json` with a key for each system. @returns a signing `fetch` by the system's id */
export async function writeSystems<const S extends readonly TestSystem[]>(
  dir: string,
  systems: S,
): Promise<{ file: string; dir: string; fetch: Record<S[number]['id'], typeof fetch> }> {
  const access = join(dir, 'access')
  await mkdir(access, { recursive: true, mode: 0o700 })
  const lines: object[] = []
  const fetches: Record<string, typeof fetch> = {}
  for (const { id, scopes, meters } of systems) {
    const path = join(access, `${id}.key.json`)
    const key = await createSystemKey(path).catch(() => openSystemKey(path))
    lines.push({ id, name: id, scopes, meters, authentication: { kind: 'signature', publicKey: key.publicJwk } })
    fetches[id] = createSignedFetch(key)
  }
  const file = join(access, 'systems.json')
  await writeFile(file, JSON.stringify({ systems: lines }), { mode: 0o600 })
  return { file, dir: access, fetch: fetches as Record<S[number]['id'], typeof fetch> }
}
