import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ContractLine } from '../../access/identity.ts'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, type Citizen, openAccessWorld } from '../../testing/access-world.ts'
import { until } from '../../testing/harness.ts'
import { openModule } from '../../testing/module.ts'
import { issueLines } from './issue-lines.ts'
import { lineProgress } from './line-progress.ts'
import { wantLine } from './want-line.ts'

let world: AccessWorld
let store: OperationalStore
let module: ReturnType<typeof openModule>

beforeAll(async () => {
  world = await openAccessWorld([])
  store = createOperationalStore({ url: world.postgres.url })
  module = openModule(world)
}, 120_000)
afterAll(async () => {
  await module?.close()
  await store?.close()
  await world?.close()
})

const AGREEMENT: ContractLine = {
  ...{ contract: `0x${'a1'.repeat(32)}`, kind: 'service', role: 'user', since: '2026-11-26T22:00:00Z' },
}
const LISTING: ContractLine = {
  ...{ contract: `0x${'b2'.repeat(32)}`, kind: 'data', role: 'provider', since: '2026-11-26T23:00:00Z' },
}
const write = (account: Hex, ...lines: ContractLine[]) =>
  store.transaction(async (rows) => {
    for (const line of lines) await wantLine(rows, { account, ...line })
  })
/** Lets what is wanted be older than what is gathered: of whole seconds, the one that has begun may count as the next. */
const age = (account: Hex) =>
  store.rows('UPDATE market_contract_lines SET wanted_at = wanted_at - 10 WHERE account = $1', [account])
async function want(account: Hex, ...lines: ContractLine[]): Promise<void> {
  await write(account, ...lines)
  await age(account)
}
/** Lines of each version that there is, in order. */
const versions = async (account: Hex) =>
  (
    await store.rows<{ version: number; status: string; contracts: string[] }>(
      `SELECT version, status, ARRAY(SELECT line ->> 'contract' FROM jsonb_array_elements(claims -> 'contracts') line) AS contracts
       FROM account_credentials WHERE account = $1 ORDER BY version`,
      [account],
    )
  ).map(({ version, status, contracts }) => [version, status, contracts.sort()])
const progress = (account: Hex, { contract, role }: ContractLine) =>
  lineProgress(store.rows, { account, contract, role })

/** Presents the version that waits back, and signs in with it. */
async function take({ browser }: Citizen): Promise<void> {
  const { body } = await browser.call('GET', '/v1/access/credential/pending')
  const presentation = await browser.present('receipt', [body.credential])
  expect((await browser.call('POST', '/v1/access/receipts', { presentation })).status).toBe(200)
  expect((await browser.signIn([body.credential])).status).toBe(200)
}
async function citizen(name: string): Promise<Citizen> {
  const one = await world.registerCitizen(name)
  await one.browser.signIn([one.credential])
  return one
}
const isIssued = async (account: Hex, line: ContractLine) => (await progress(account, line))?.state === 'issued'

test('two lines that are due at once come in one version, which is asked to be taken once', async () => {
  const ana = await citizen('Ana')
  await write(ana.account, AGREEMENT, LISTING)
  expect(await progress(ana.account, LISTING)).toEqual({
    ...{ state: 'waiting', version: null, hash: null, credential: null },
  })
  await age(ana.account)
  await until(() => isIssued(ana.account, LISTING))
  const both = [AGREEMENT.contract, LISTING.contract]
  expect(await versions(ana.account)).toEqual([
    [1, 'active', []],
    [2, 'pending', both],
  ])
  const issued = await progress(ana.account, AGREEMENT)
  expect(issued).toEqual(await progress(ana.account, LISTING))
  expect(issued).toMatchObject({ version: 2, credential: expect.stringMatching(/^eyJ/) })

  await take(ana)
  expect(await versions(ana.account)).toEqual([
    [1, 'superseded', []],
    [2, 'active', both],
  ])
  expect(await progress(ana.account, LISTING)).toEqual({ ...issued, state: 'in-force', credential: null })
})

test('lines that come while a version waits for its receipt come in the next one, together', async () => {
  const bea = await citizen('Bea')
  const third: ContractLine = { ...AGREEMENT, contract: `0x${'c3'.repeat(32)}` }
  await want(bea.account, AGREEMENT)
  await until(() => isIssued(bea.account, AGREEMENT))
  await want(bea.account, LISTING)
  await want(bea.account, third)
  await take(bea)
  await until(() => isIssued(bea.account, third))
  await take(bea)
  expect(await versions(bea.account)).toEqual([
    [1, 'superseded', []],
    [2, 'superseded', [AGREEMENT.contract]],
    [3, 'active', [AGREEMENT.contract, LISTING.contract, third.contract]],
  ])
  expect(await progress(bea.account, AGREEMENT)).toMatchObject({ state: 'in-force', version: 2 })
})

test('a company’s wallet is brought the version, and nobody else is handed it', async () => {
  const company = await world.registerCompany('Solar Works', ['service-provider'])
  await want(company.account, AGREEMENT, LISTING)
  await until(async () => {
    const line = await progress(company.account, LISTING)
    expect(line?.credential).toBe(null)
    return line?.state === 'in-force'
  })
  expect((await versions(company.account)).map(([version]) => version)).toEqual([1, 2])
  await company.close()
})

test('a version whose receipt never came is issued anew with what was wanted meanwhile', async () => {
  const cem = await citizen('Cem')
  await want(cem.account, AGREEMENT)
  await until(() => isIssued(cem.account, AGREEMENT))
  await want(cem.account, LISTING)
  await store.rows('UPDATE account_credentials SET pending_until = 1 WHERE account = $1 AND version = 2', [cem.account])
  await until(() => isIssued(cem.account, LISTING))
  expect(await versions(cem.account)).toEqual([
    [1, 'active', []],
    [2, 'pending', [AGREEMENT.contract, LISTING.contract]],
  ])
})

test('kill -9 before the version is written, and again before its receipt: each line comes once', async () => {
  const dan = await citizen('Dan')
  // Whoever issues waits for this lock, after it has read what is due.
  await store.transaction(async (rows) => {
    await rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 7263543))', [dan.account])
    await want(dan.account, AGREEMENT, LISTING)
    await until(async () => {
      const waiting = await store.rows(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)
      return waiting.length > 0
    })
    await world.api().kill()
  })
  expect(await versions(dan.account)).toEqual([[1, 'active', []]])
  await world.restart()
  await until(() => isIssued(dan.account, LISTING))
  await world.restart()
  await take(dan)
  await world.restart()
  await until(async () => {
    const open = await store.rows('SELECT 1 FROM market_contract_lines WHERE account = $1 AND version IS NULL', [
      dan.account,
    ])
    return open.length === 0
  })
  expect(await versions(dan.account)).toEqual([
    [1, 'superseded', []],
    [2, 'active', [AGREEMENT.contract, LISTING.contract]],
  ])
})

test('two processes that issue at once issue one version', async () => {
  const eva = await citizen('Eva')
  await want(eva.account, AGREEMENT, LISTING)
  await Promise.all([issueLines(module), issueLines(module), issueLines(module)])
  expect((await versions(eva.account)).map(([version]) => version)).toEqual([1, 2])
})

test('an account whose credential cannot be made does not keep the others from theirs', async () => {
  const fia = await citizen('Fia')
  const gus = await citizen('Gus')
  await store.rows(`UPDATE account_credentials SET claims = claims || '{"kind": "ghost"}' WHERE account = $1`, [
    fia.account,
  ])
  await want(fia.account, AGREEMENT)
  await want(gus.account, AGREEMENT)
  await until(() => isIssued(gus.account, AGREEMENT))
  expect(await progress(fia.account, AGREEMENT)).toMatchObject({ state: 'waiting' })
  // The round says it when everybody has had their turn.
  await until(async () => world.api().output().includes('lines of Account credentials: waits and tries again'))
})
