import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { endProcess, isRunning, leftBehind, startChild } from '../chain/child.ts'
import type { Binaries } from './binaries.ts'
import { commandAs, type Identity } from './identity.ts'

/** Name and password of the embedded server's one user. It listens on the loopback interface only. */
export const USER = 'opem'

/**
 * The data folder of the cluster in `dir`, made on the first start: C locale (graph-node wants it), UTF-8. A start that was
 * killed in the middle leaves only `data.part`, which the next one begins anew.
 * @throws OpemError ERR_POSTGRES_INIT
 */
export async function openCluster(dir: string, binaries: Binaries, identity: Identity, log: string): Promise<string> {
  const data = join(dir, 'data')
  if (await stat(data).catch(() => null)) return data
  const part = join(dir, 'data.part')
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true, mode: 0o700 })
  const password = join(dir, 'password.part')
  await writeFile(password, `${USER}\n`, { mode: 0o600 })
  if (identity) for (const path of [part, password]) await chown(path, identity.uid, identity.gid)
  const args = ['--pgdata', part, '--username', USER, '--pwfile', password, '--auth', 'scram-sha-256']
  args.push('--locale', 'C', '--encoding', 'UTF8')
  const child = await startChild({ ...(await commandAs(identity, binaries.initdb, args, [part])), cwd: '/', log })
  const ending = await child.ended
  await rm(password)
  if (ending !== 'exit code 0') {
    throw new OpemError({
      code: 'ERR_POSTGRES_INIT',
      shortMessage: `the database folder ${data} could not be made (${ending}); the reason is in ${log}`,
    })
  }
  await rename(part, data)
  return data
}

/**
 * Ends a server that a killed process left behind on `data`, and removes the `postmaster.pid` of one that is gone: its
 * number may by now belong to somebody else, which Postgres would take for a running server.
 */
export async function clearLeftovers(data: string, binaries: Binaries): Promise<void> {
  const servers = await leftBehind((argv) => argv[0] === binaries.postgres && argv.includes(data))
  for (const pid of servers) await endProcess(pid, 'SIGINT', 10_000)
  const pidFile = join(data, 'postmaster.pid')
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
  if (pid > 0 && !(await isServer(pid))) await rm(pidFile, { force: true })
}

/** Whether `pid` is still some server's process: only Postgres itself may then judge the file. */
async function isServer(pid: number): Promise<boolean> {
  if (!(await isRunning(pid))) return false
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('postgres')
}
