import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { OpemError } from '@opem/domain'

/**
 * The secret that seals the agent's key store: `given` (OPEM_AGENT_SECRET) when it is set, or else a file of mode 600,
 * which is made with a random secret when it is not there. A file beside the store protects it from a copied backup of
 * one of them, not from who reads both.
 * @throws ERR_SECRET_MODE when others may read the file
 */
export function agentSecret(given: string | undefined, file: string): string {
  if (given) return given
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  }
  const mode = lstatSync(file).mode & 0o777
  if ((mode & 0o077) !== 0) {
    throw new OpemError({
      code: 'ERR_SECRET_MODE',
      shortMessage: `The secret ${file} has mode ${mode.toString(8)} and needs 600: chmod 600 ${file}`,
    })
  }
  return readFileSync(file, 'utf8').trim()
}
