import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, startPostgres, temporaryFolder } from '../testing/harness.ts'
import { createOperationalStore, type OperationalStore } from './store.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  store = createOperationalStore({ url: postgres.url })
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})

// An unheard event of the connection would end the process: vitest fails the run for it.
test('a connection that breaks in the middle of a transaction is said to be away, and the process goes on', async () => {
  const cut = store.transaction(async (rows) => {
    const [{ pid }] = (await rows('SELECT pg_backend_pid() AS pid')) as [{ pid: number }]
    await store.rows('SELECT pg_terminate_backend($1)', [pid])
    for (let alive = 1; alive > 0; )
      alive = (await store.rows('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).length
    await new Promise(setImmediate) // the socket has heard of its end
    await rows('SELECT 1')
  })
  await expect(cut).rejects.toMatchObject({ code: 'ERR_STORE_AWAY', retryable: true })
  expect(await store.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
})
