import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder } from '../../testing/harness.ts'
import { lineProgress } from './line-progress.ts'
import { linesInTurn } from './lines-in-turn.ts'

const FOLDER = join(import.meta.dirname, '../../operational/migrations')
const ANA = `0x${'a0'.repeat(32)}` as const
const BEA = `0x${'b0'.repeat(32)}` as const
const [OLD, TAKEN, WAITING, NEW] = ['01', '02', '03', '04'].map((byte) => `0x${byte.repeat(32)}`) as [
  `0x${string}`,
  `0x${string}`,
  `0x${string}`,
  `0x${string}`,
]
const since = '2026-11-26T22:00:00Z'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore

/** The store as it was while there were two queues, with rows of both. */
beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  store = createOperationalStore({ url: postgres.url })
  await store.rows(
    'CREATE TABLE migrations (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  )
  for (const name of (await readdir(FOLDER)).filter((name) => name < '020').sort()) {
    await store.rows(await readFile(join(FOLDER, name), 'utf8'))
    await store.rows('INSERT INTO migrations (version, name) VALUES ($1, $2)', [Number(name.slice(0, 3)), name])
  }
  const line = (contract: string, role: string) => ({ contract, kind: 'service', role, since })
  for (const account of [ANA, BEA])
    await store.rows(
      `INSERT INTO accounts (account, did, kind, name, roles, status, terms, version, credential_hash, pending_until, created_at)
       VALUES ($1, $1, 'citizen', 'Ana', '{}', 'active', '1', 1, $1, 0, 0)`,
      [account],
    )
  for (const [account, version, status, contracts, request, jwt] of [
    [ANA, 1, 'superseded', [], null, null],
    [ANA, 2, 'superseded', [line(OLD, 'provider')], `contract listing ${OLD} of ${ANA}`, null],
    [ANA, 3, 'active', [line(OLD, 'provider'), line(TAKEN, 'user')], 'contract agreements 11', null],
    [BEA, 1, 'active', [], null, null],
    [BEA, 2, 'pending', [line(WAITING, 'user')], 'contract agreements 22', 'eyJ'],
  ] as const)
    await store.rows(
      `INSERT INTO account_credentials (account, version, hash, jti, claims, status, expires_at, pending_until, request, jwt)
       VALUES ($1, $2, $3, 'j', $4, $5, 0, 2000000000, $6, $7)`,
      [account, version, `${account} ${version}`, JSON.stringify({ contracts }), status, request, jwt],
    )
  for (const [account, contract, version] of [
    [ANA, OLD, 2],
    [ANA, NEW, null],
  ] as const)
    await store.rows(
      `INSERT INTO market_account_lines (request, account, line, wanted_at, next_try, version) VALUES ($1, $2, $3, 1700000000, 0, $4)`,
      [`listing ${contract} of ${account}`, account, JSON.stringify(line(contract, 'provider')), version],
    )
  for (const [account, agreement, request] of [
    [ANA, TAKEN, 'agreements 11'],
    [BEA, WAITING, 'agreements 22'],
    [ANA, WAITING, null],
  ] as const)
    await store.rows(
      `INSERT INTO market_credential_lines (agreement, account, kind, role, since, request) VALUES ($1, $2, 'service', $3, $4, $5)`,
      [agreement, account, agreement === WAITING && account === ANA ? 'provider' : 'user', since, request],
    )
  await store.migrate()
}, 120_000)
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})

test('rows of both old queues are in the new one, each with the first version in force that has its line', async () => {
  const rows = await store.rows('SELECT account, contract, role, version FROM market_contract_lines ORDER BY 1, 2')
  expect(rows).toEqual([
    { account: ANA, contract: OLD, role: 'provider', version: 2 },
    { account: ANA, contract: TAKEN, role: 'user', version: 3 },
    { account: ANA, contract: WAITING, role: 'provider', version: null },
    { account: ANA, contract: NEW, role: 'provider', version: null },
    { account: BEA, contract: WAITING, role: 'user', version: null },
  ])
})

test('lines of both that had no version yet come in one, and a version on its way is not issued again', async () => {
  await store.rows('UPDATE market_contract_lines SET wanted_at = 0 WHERE account = $1 AND contract = $2', [
    ANA,
    WAITING,
  ])
  expect(await linesInTurn(store.rows, 1_800_000_000)).toEqual([
    {
      account: ANA,
      lines: [
        { contract: WAITING, kind: 'service', role: 'provider', since },
        { contract: NEW, kind: 'service', role: 'provider', since },
      ],
    },
  ])
  expect(await lineProgress(store.rows, { account: BEA, contract: WAITING, role: 'user' })).toEqual({
    ...{ state: 'issued', version: 2, hash: `${BEA} 2`, credential: 'eyJ' },
  })
})

test('the tables of the old queues are gone', async () => {
  const tables = await store.rows(
    `SELECT 1 FROM pg_tables WHERE tablename IN ('market_account_lines', 'market_credential_lines')`,
  )
  expect(tables).toEqual([])
})
