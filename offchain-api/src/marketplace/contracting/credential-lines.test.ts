import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder } from '../../testing/harness.ts'
import { accountsInTurn } from './credential-lines.ts'

const NOW = 1_800_000_000

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
}, 120_000)
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})

const accountOf = (place: number) => `0x${place.toString(16).padStart(64, '0')}`

/** An account with an agreement's line that waits; with `pendingUntil` its version 2 waits for a receipt. */
async function withLine(place: number, pendingUntil?: number): Promise<void> {
  const account = accountOf(place)
  await store.rows(
    `INSERT INTO accounts (account, did, kind, name, roles, status, terms, version, credential_hash, pending_until, created_at)
     VALUES ($1, $1, 'citizen', 'Ana', '{service-user}', 'active', '1', 1, $1, 0, 0)`,
    [account],
  )
  await store.rows(
    `INSERT INTO market_credential_lines (agreement, account, kind, role, since) VALUES ($1, $1, 'service', 'user', 'x')`,
    [account],
  )
  if (pendingUntil !== undefined)
    await store.rows(
      `INSERT INTO account_credentials (account, version, hash, jti, claims, status, expires_at, pending_until, request)
       VALUES ($1, 2, $1, $1, '{}', 'pending', 0, $2, 'renewal')`,
      [account, pendingUntil],
    )
}

test('sixty accounts whose earlier version waits for its receipt do not take the turn of the one behind them', async () => {
  for (let place = 1; place <= 60; place++) await withLine(place, NOW + 86_400)
  await withLine(61)
  expect(await accountsInTurn(store.rows, NOW)).toEqual([accountOf(61)])
})

test('a version that waited too long is in nobody’s way', async () => {
  await withLine(62, NOW)
  expect(await accountsInTurn(store.rows, NOW)).toEqual([accountOf(61), accountOf(62)])
})
