import { existsSync } from 'node:fs'
import { createSignedFetch, openSystemKey } from '@opem/ssi/http-signature'
import { commandLineKeyFile } from '../up/access/paths.ts'

/**
 * As whom the command line speaks to the API: a system key that OPEM_SYSTEM_KEY_FILE names, else a wallet that is signed in,
 * else this marketplace's own key in OPEM_HOME, else nobody.
 */
export async function openCaller(home: string): Promise<typeof fetch> {
  const named = process.env.OPEM_SYSTEM_KEY_FILE
  const own = commandLineKeyFile(home)
  const path = named || (existsSync(own) ? own : undefined)
  return path === undefined ? fetch : createSignedFetch(await openSystemKey(path))
}
