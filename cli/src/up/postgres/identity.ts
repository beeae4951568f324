import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { OpemError } from '@opem/domain'

const run = promisify(execFile)

/** Who Postgres runs as: null is ourselves. It refuses to run as root, so root hands it to the system's user `postgres`. */
export type Identity = { readonly uid: number; readonly gid: number } | null

/** @throws OpemError ERR_POSTGRES_USER when root finds no user `postgres` and cannot create one */
export async function postgresIdentity(): Promise<Identity> {
  if (process.getuid?.() !== 0) return null
  const known = await findUser()
  if (known) return known
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'])
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_POSTGRES_USER',
      shortMessage:
        'Postgres does not run as root, and the user `postgres` could not be created; create it, or run as another user',
      cause,
    })
  }
  return findUser()
}

async function findUser(): Promise<Identity> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((entry) => entry.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : null
}

/**
 * A command line that runs `bin` as `identity`. A checkout in root's own folder cannot be entered by anybody else; there
 * Postgres keeps root's right to pass folders (CAP_DAC_OVERRIDE) and nothing more of root.
 */
export async function commandAs(
  identity: Identity,
  bin: string,
  args: readonly string[],
  folders: readonly string[],
): Promise<{ bin: string; args: readonly string[]; uid?: number; gid?: number }> {
  if (identity === null) return { bin, args }
  const open = await Promise.all([bin, ...folders].map(isOpenToAll))
  if (open.every(Boolean)) return { bin, args, ...identity }
  const { uid, gid } = identity
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=-all,+dac_override']
  return { bin: 'setpriv', args: [...drop, '--ambient-caps=+dac_override', '--', bin, ...args] }
}

/** Whether every folder above `path` can be entered by anybody. */
async function isOpenToAll(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
