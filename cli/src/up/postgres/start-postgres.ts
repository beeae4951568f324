import { chown, mkdir, open, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OpemError } from '@opem/domain'
import pg from 'pg'
import { assertPortFree, type Child, startChild } from '../chain/child.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { clearLeftovers, openCluster, USER } from './cluster.ts'
import { commandAs, type Identity, postgresIdentity } from './identity.ts'
import { queryOnce } from './query.ts'

/** `opem`: the marketplace's operational store; `graph`: graph-node's own. */
export const DATABASES = ['opem', 'graph'] as const
/** graph-node needs both; searching and ranges of the marketplace use them too. */
const EXTENSIONS = ['btree_gist', 'pg_trgm']

export interface Postgres {
  /** Connection URL of a database. */
  url(database: (typeof DATABASES)[number]): string
  /** Settles with how the server ended. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts the embedded Postgres of `dir` on a loopback port, with its databases and extensions; the folder is made on the
 * first start. A server that was killed recovers by its own log; one that was left behind is ended first.
 * @throws OpemError ERR_PORT_TAKEN, ERR_POSTGRES_INIT, ERR_POSTGRES_START, ERR_POSTGRES_USER, ERR_POSTGRES_PLATFORM
 */
export async function startPostgres(options: { dir: string; port: number }): Promise<Postgres> {
  const { port } = options
  const dir = resolve(options.dir)
  const log = join(dir, 'postgres.log')
  const binaries = await findBinaries()
  const identity = await postgresIdentity()
  await mkdir(dir, { recursive: true, mode: 0o700 })
  if (identity) await chown(dir, identity.uid, identity.gid)
  const data = await openCluster(dir, binaries, identity, log)
  await clearLeftovers(data, binaries)
  await assertPortFree(port, 'OPEM_POSTGRES_PORT')
  const child = await startServer({ binaries, identity, data, port, log })
  for (const database of DATABASES) await createDatabase(port, database)
  return {
    url: (database) => urlOf(port, database),
    ended: child.ended,
    // SIGINT is Postgres' fast shutdown: open transactions are rolled back, everything committed is on disk.
    stop: () => child.end('SIGINT', 30_000),
  }
}

const urlOf = (port: number, database: string) => `postgresql://${USER}:${USER}@127.0.0.1:${port}/${database}`

async function startServer(options: {
  binaries: Binaries
  identity: Identity
  data: string
  port: number
  log: string
}): Promise<Child> {
  const { binaries, identity, data, port, log } = options
  const args = ['-D', data, '-p', String(port)]
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', log_timezone: 'UTC', timezone: 'UTC' }
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
  const command = await commandAs(identity, binaries.postgres, args, [data])
  for (const patience = performance.now() + 20_000; ; ) {
    const from = await stat(log).then(
      (file) => file.size,
      () => 0,
    )
    const child = await startChild({ ...command, cwd: '/', log })
    while (child.ending() === null) {
      if (
        await queryOnce(urlOf(port, 'postgres'), 'SELECT 1').then(
          () => true,
          () => false,
        )
      )
        return child
      await sleep(30)
    }
    const said = await readFrom(log, from)
    // Processes of a killed server take a moment to notice; until then its shared memory is in use.
    if (said.includes('shared memory block') && performance.now() < patience) await sleep(200)
    else {
      throw new OpemError({
        code: 'ERR_POSTGRES_START',
        shortMessage: `Postgres ended at its start (${child.ending()}): ${said.trim().split('\n').slice(-3).join(' ')}`,
        details: { port, log },
        retryable: true,
      })
    }
  }
}

async function createDatabase(port: number, database: string): Promise<void> {
  const { rows } = await queryOnce(urlOf(port, 'postgres'), 'SELECT 1 FROM pg_database WHERE datname = $1', [database])
  if (rows.length === 0) await queryOnce(urlOf(port, 'postgres'), `CREATE DATABASE ${pg.escapeIdentifier(database)}`)
  for (const extension of EXTENSIONS)
    await queryOnce(urlOf(port, database), `CREATE EXTENSION IF NOT EXISTS ${extension}`)
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(16_384), position: offset })
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
