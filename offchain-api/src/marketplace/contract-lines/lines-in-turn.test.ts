import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ContractLine } from '../../access/identity.ts'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder } from '../../testing/harness.ts'
import { linesInTurn } from './lines-in-turn.ts'
import { wantLine } from './want-line.ts'

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
beforeEach(async () => {
  await store.rows('DELETE FROM market_contract_lines')
  await store.rows('DELETE FROM chain_calls')
  await store.rows('DELETE FROM accounts')
})

const hex = (place: number): Hex => `0x${place.toString(16).padStart(64, '0')}`
const line = (place: number): ContractLine => ({
  ...{ contract: hex(place), kind: 'service', role: 'user', since: '2026-11-26T22:00:00Z' },
})

/** An account whose first version is in force, with `held` lines. */
async function account(place: number, held: readonly ContractLine[] = []): Promise<Hex> {
  await store.rows(
    `INSERT INTO accounts (account, did, kind, name, roles, status, terms, version, credential_hash, pending_until, created_at)
     VALUES ($1, $1, 'citizen', 'Ana', '{service-user}', 'active', '1', 1, $1, 0, 0)`,
    [hex(place)],
  )
  await version(place, 1, 'active', held)
  return hex(place)
}
const version = (place: number, number: number, status: string, contracts: readonly ContractLine[], until = 0) =>
  store.rows(
    `INSERT INTO account_credentials (account, version, hash, jti, claims, status, expires_at, pending_until)
     VALUES ($1, $2, $3, $1, $4, $5, 0, $6)`,
    [hex(place), number, `${number} of ${place}`, JSON.stringify({ contracts }), status, until],
  )
/** @param waited seconds since it is wanted */
async function wanted(of: Hex, what: ContractLine, waited = 60): Promise<void> {
  await store.transaction((rows) => wantLine(rows, { account: of, ...what }))
  await store.rows('UPDATE market_contract_lines SET wanted_at = wanted_at - $3 WHERE account = $1 AND contract = $2', [
    of,
    what.contract,
    waited,
  ])
}
const inTurn = async () => (await linesInTurn(store.rows, NOW)).map((batch) => batch.account)

test('sixty accounts whose earlier version waits for its receipt do not take the turn of the one behind them', async () => {
  for (let place = 1; place <= 60; place++) {
    await wanted(await account(place), line(900))
    await version(place, 2, 'pending', [], NOW + 86_400)
  }
  await wanted(await account(61), line(900), 10)
  expect(await inTurn()).toEqual([hex(61)])
})

test('a version that waited too long is in nobody’s way', async () => {
  await wanted(await account(1), line(900))
  await version(1, 2, 'pending', [], NOW)
  expect(await inTurn()).toEqual([hex(1)])
})

test('who has waited longest comes first', async () => {
  await wanted(await account(1), line(900), 60)
  await wanted(await account(2), line(900), 70)
  expect(await inTurn()).toEqual([hex(2), hex(1)])
})

test('an account of which the chain is being told has its turn when the chain has answered', async () => {
  await wanted(await account(1), line(900))
  await store.rows(
    `INSERT INTO chain_calls (kind, account, call, state, written_at) VALUES ('renew', $1, '{}', 'signed', 0)`,
    [hex(1)],
  )
  expect(await inTurn()).toEqual([])
  await store.rows(`UPDATE chain_calls SET state = 'done'`)
  expect(await inTurn()).toEqual([hex(1)])
})

test('a suspended account waits, and so does a line of an account that nobody has', async () => {
  await wanted(await account(1), line(900))
  await store.rows(`UPDATE accounts SET status = 'suspended'`)
  await wanted(hex(2), line(900))
  expect(await inTurn()).toEqual([])
})

test('all lines that wait come at once, the oldest first, those of listings and of agreements alike', async () => {
  const ana = await account(1, [line(1)])
  const listing: ContractLine = { ...line(3), role: 'provider', kind: 'data' }
  await wanted(ana, line(2), 60)
  await wanted(ana, listing, 70)
  expect(await linesInTurn(store.rows, NOW)).toEqual([{ account: ana, lines: [listing, line(2)] }])
})

test('a line that was wanted this moment waits for those that come with it', async () => {
  const ana = await account(1)
  await wanted(ana, line(2), 0)
  expect(await inTurn()).toEqual([])
  await wanted(ana, line(3), 4)
  expect((await linesInTurn(store.rows, NOW)).map(({ lines }) => lines)).toEqual([[line(3), line(2)]])
})

test('a line wanted twice is wanted once; one that the version in force has is not wanted', async () => {
  const ana = await account(1, [line(1)])
  await wanted(ana, line(1))
  await wanted(ana, line(2))
  await wanted(ana, line(2))
  expect(await linesInTurn(store.rows, NOW)).toEqual([{ account: ana, lines: [line(2)] }])
})

test('no more lines come than the credential has room for; a full one has no turn', async () => {
  const held = Array.from({ length: 199 }, (_, place) => line(place + 1000))
  const ana = await account(1, held)
  await wanted(ana, line(2), 60)
  await wanted(ana, line(3), 70)
  expect(await linesInTurn(store.rows, NOW)).toEqual([{ account: ana, lines: [line(3)] }])
  await wanted(await account(2, [...held, line(3)]), line(2))
  expect(await inTurn()).toEqual([ana])
})
