import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, startPostgres, temporaryFolder } from '../testing/harness.ts'
import { createOperationalStore, type OperationalStore } from './store.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: `${folder.path}/postgres` })
  store = createOperationalStore({ url: postgres.url })
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})

test('a connection that breaks between two statements of a transaction fails that transaction, and ends no process', async () => {
  const work = store.transaction(async (rows) => {
    const [mine] = await rows<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await store.rows('SELECT pg_terminate_backend($1)', [mine!.pid])
    // The break arrives while nothing is asked of the connection: an unheard event would end the process here.
    for (let gone = false; !gone; )
      [{ gone }] = (await store.rows<{ gone: boolean }>(
        'SELECT count(*) = 0 AS gone FROM pg_stat_activity WHERE pid = $1',
        [mine!.pid],
      )) as [{ gone: boolean }]
    await rows('SELECT 1')
  })
  await expect(work).rejects.toMatchObject({ code: 'ERR_STORE_AWAY', retryable: true })
  expect(await store.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
})
