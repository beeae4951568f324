import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endProcess, leftBehind } from '../chain/child.ts'
import { freePort } from '../chain/testing.ts'
import { type Postgres, startPostgres } from './start-postgres.ts'

let dir: string
let port: number
const servers = () => leftBehind((argv) => argv[0]!.endsWith('/postgres') && argv.includes(join(dir, 'data')))

beforeEach(async () => {
  // mkdtemp's folder is closed to others, like a checkout in root's own folder.
  dir = join(await mkdtemp(join(tmpdir(), 'opem-postgres-')), 'postgres')
  port = await freePort()
})
afterEach(async () => {
  for (const pid of await servers()) await endProcess(pid, 'SIGKILL', 0)
  await rm(join(dir, '..'), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

async function ask(postgres: Postgres, database: 'opem' | 'graph', sql: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.url(database))
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

test('has both databases in the C locale with the extensions, and keeps what was committed through kill -9', async () => {
  const first = await startPostgres({ dir, port })
  for (const database of ['opem', 'graph'] as const) {
    expect(await ask(first, database, 'SELECT datcollate FROM pg_database WHERE datname = current_database()')).toEqual(
      [{ datcollate: 'C' }],
    )
    expect(
      await ask(first, database, "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"),
    ).toEqual([{ extname: 'btree_gist' }, { extname: 'pg_trgm' }])
  }
  await ask(first, 'opem', 'CREATE TABLE kept AS SELECT 42 AS answer')
  const [pid] = await servers()
  process.kill(pid!, 'SIGKILL')
  expect(await first.ended).toBe('signal SIGKILL')

  const from = performance.now()
  const second = await startPostgres({ dir, port })
  console.log(`Postgres back after kill -9 in ${Math.round(performance.now() - from)} ms`)
  expect(await ask(second, 'opem', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  await second.stop()
  expect(await servers()).toEqual([])

  // A pid file whose number now belongs to a living stranger.
  await writeFile(join(dir, 'data', 'postmaster.pid'), `${process.pid}\n${join(dir, 'data')}\n`)
  const third = await startPostgres({ dir, port })
  expect(await ask(third, 'opem', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  await third.stop()
})

test('a server left behind by a killed process is ended and its data served again', async () => {
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, OPEM_POSTGRES_DIR: dir, OPEM_POSTGRES_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(keeper.stdout, 'data')
  const [orphan] = await servers()
  keeper.kill('SIGKILL')
  await once(keeper, 'exit')
  expect(await servers()).toEqual([orphan])
  const again = await startPostgres({ dir, port })
  expect(await servers()).not.toEqual([orphan])
  expect(await ask(again, 'graph', 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  await again.stop()
})

test('a taken port is named with the setting that moves it', async () => {
  const stranger = createServer().listen(port, '127.0.0.1')
  await once(stranger, 'listening')
  await expect(startPostgres({ dir, port })).rejects.toThrow(
    `port ${port} (OPEM_POSTGRES_PORT) is taken by another program`,
  )
  stranger.close()
  expect(await readFile(join(dir, 'postgres.log'), 'utf8')).not.toContain('FATAL')
})
