import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createSignedFetch, openSystemKey } from '@opem/ssi/http-signature'
import { commandLineKeyFile } from '../up/access/paths.ts'

/**
 * As whom the command line speaks to the API: the wallet that `--as` or OPEM_WALLET names and that is signed in, else the
 * system key that OPEM_SYSTEM_KEY_FILE names, else this marketplace's own key in OPEM_HOME, else nobody.
 */
export async function openCaller(home: string, wallet = process.env.OPEM_WALLET || undefined): Promise<typeof fetch> {
  if (wallet !== undefined) {
    // Loads wallets only where one is asked for.
    const { createSessionFetch } = await import('./session.ts')
    return createSessionFetch(join(home, 'sessions', `${wallet}.json`), wallet)
  }
  const own = commandLineKeyFile(home)
  const path = process.env.OPEM_SYSTEM_KEY_FILE || (existsSync(own) ? own : undefined)
  return path === undefined ? fetch : createSignedFetch(await openSystemKey(path))
}
