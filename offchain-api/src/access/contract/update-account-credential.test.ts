import { accountRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import type { Answer, Browser } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'
import { openModule } from '../../testing/module.ts'
import { type ContractLines, updateAccountCredential } from './update-account-credential.ts'

let world: AccessWorld
let store: OperationalStore
let modules: ReturnType<typeof openModule>

beforeAll(async () => {
  world = await openAccessWorld([])
  store = createOperationalStore({ url: world.postgres.url })
  modules = openModule(world)
})
afterAll(async () => {
  await modules?.close()
  await store?.close()
  await world?.close()
})

const codeOf = ({ status, body }: Answer) => [status, body.code]
const line = (n: number): ContractLines[number] => ({
  contract: `0x${n.toString(16).padStart(64, '0')}`,
  kind: 'service',
  role: 'user',
  since: '2026-11-26T22:00:00Z',
})
const add = (account: Hex, request: string, ...lines: ContractLines) =>
  updateAccountCredential(modules, { account, request, addLines: lines })
const refusalOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'taken',
    (cause: { code?: string }) => cause.code,
  )
const ownCredential = async (page: Browser) => (await page.call('GET', '/v1/access/credential')).body
const versionOnChain = async (account: Hex) =>
  (
    await world.chain.client.readContract({
      ...{ address: world.chain.deployment.addresses.AccountRegistry, abi: accountRegistryAbi },
      ...{ functionName: 'accountOf', args: [account] },
    })
  ).version
const signedIn = async (name: string) => {
  const citizen = await world.registerCitizen(name)
  await citizen.browser.signIn([citizen.credential])
  return citizen
}

describe('a contract', () => {
  test('of a citizen is in the next version; its receipt puts it in force, and ends the version before', async () => {
    const ana = await signedIn('Ana')
    const update = await add(ana.account, 'contract-1', line(1))
    expect(update).toMatchObject({ version: 2, status: 'pending' })
    expect(await ownCredential(ana.browser)).toMatchObject({
      ...{ version: 1, contracts: [] },
      pending: { version: 2, delivery: 'response', contracts: [line(1)] },
    })
    const { body: waiting } = await ana.browser.call('GET', '/v1/access/credential/pending')
    expect(waiting).toMatchObject({ version: 2, credential: update.credential, credentialHash: update.credentialHash })

    const presentation = await ana.browser.present('contract', [waiting.credential])
    const taken = await ana.browser.call('POST', '/v1/access/receipts', { presentation, operation: 'contract' })
    expect(taken.body).toEqual({ account: ana.account, status: 'active', receipt: expect.stringMatching(/^ey/) })
    expect(await versionOnChain(ana.account)).toBe(2)
    expect(codeOf(await ana.browser.call('GET', '/v1/access/session'))).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await ana.browser.signIn([ana.credential]))).toEqual([403, 'ERR_ACCOUNT_VERSION'])
    expect((await ana.browser.signIn([waiting.credential])).status).toBe(200)
    expect(await ownCredential(ana.browser)).toMatchObject({ version: 2, contracts: [line(1)], pending: null })
    expect(await add(ana.account, 'contract-1', line(1))).toMatchObject({ version: 2, status: 'active' })
  })

  test('of a company is brought to its wallet, which shows the receipt by itself', async () => {
    const company = await world.registerCompany('Solar Works', ['service-provider'])
    expect((await add(company.account, 'contract-2', line(2))).status).toBe('pending')
    await until(async () => (await versionOnChain(company.account)) === 2)
    const held = (await company.wallet.credentials.list())
      .filter(({ type }) => type === 'AccountCredential')
      .map(({ claims }) => claims as { contracts: unknown[] })
    expect(held.map(({ contracts }) => contracts.length).sort()).toEqual([0, 1])
    await company.close()
  })

  test('asked for twice at once under one name is one update', async () => {
    const bea = await world.registerCitizen('Bea')
    const both = await Promise.all([add(bea.account, 'c', line(3)), add(bea.account, 'c', line(3))])
    expect(both[0]).toEqual(both[1])
  })

  test('asked for while another one waits is refused; of two at once one is', async () => {
    const cem = await world.registerCitizen('Cem')
    const asked = [add(cem.account, 'c-1', line(4)), add(cem.account, 'c-2', line(5))].map(refusalOf)
    expect((await Promise.all(asked)).sort()).toEqual(['ERR_UPDATE_PENDING', 'taken'])
  })

  test('whose receipt did not come in time makes room for the next, and the version in force stays', async () => {
    const dan = await world.registerCitizen('Dan')
    const first = await add(dan.account, 'c-1', line(6))
    await store.rows('UPDATE account_credentials SET pending_until = 1 WHERE hash = $1', [first.credentialHash])
    const second = await add(dan.account, 'c-2', line(7))
    expect(second.version).toBe(2)
    const late = await dan.browser.present('receipt', [first.credential!])
    expect(codeOf(await dan.browser.call('POST', '/v1/access/receipts', { presentation: late }))).toEqual([
      422,
      'ERR_RECEIPT_UNKNOWN',
    ])
    expect((await dan.browser.signIn([dan.credential])).status).toBe(200)
  })

  test('keeps its place when its receipt came in time and the chain is still being told', async () => {
    const eva = await world.registerCitizen('Eva')
    const { credentialHash } = await add(eva.account, 'c-1', line(8))
    await store.rows('UPDATE account_credentials SET pending_until = 1 WHERE hash = $1', [credentialHash])
    await store.rows(
      `INSERT INTO chain_calls (kind, account, call, state, written_at) VALUES ('renew', $1, $2, 'signed', 0)`,
      [eva.account, JSON.stringify({ credentialHash })],
    )
    expect(await refusalOf(add(eva.account, 'c-2', line(9)))).toBe('ERR_UPDATE_PENDING')
    await store.rows(`DELETE FROM chain_calls WHERE account = $1 AND kind = 'renew'`, [eva.account])
  })

  test('of an account that is not active is refused', async () => {
    const fia = await world.registerCitizen('Fia')
    await store.rows(`UPDATE accounts SET status = 'suspended' WHERE account = $1`, [fia.account])
    expect(await refusalOf(add(fia.account, 'c', line(9)))).toBe('ERR_ACCOUNT_NOT_ACTIVE')
  })

  test('of an account that nobody has is refused', async () => {
    expect(await refusalOf(add(`0x${'9'.repeat(64)}`, 'c', line(9)))).toBe('ERR_ACCOUNT_UNKNOWN')
  })
})

test('a long name has room in a cookie as well: the token holds the beginning of it, the session all', async () => {
  const name = '🌞'.repeat(100)
  const { browser } = await signedIn(name)
  expect(browser.cookies.get('opem_access')!.length).toBeLessThan(3000)
  expect((await browser.call('GET', '/v1/access/session')).body.session.name).toBe(name)
})

describe('an account with 200 contracts', () => {
  const lines = Array.from({ length: 200 }, (_, n) => line(n + 1000))

  test('signs in with tokens that fit cookies, and reads its contracts', async () => {
    const gus = await signedIn('Gus')
    const { credential } = await add(gus.account, 'all', ...lines)
    const presentation = await gus.browser.present('receipt', [credential!])
    expect((await gus.browser.call('POST', '/v1/access/receipts', { presentation })).status).toBe(200)
    expect((await gus.browser.signIn([credential!])).status).toBe(200)
    expect(gus.browser.cookies.get('opem_access')!.length).toBeLessThan(3000)
    expect((await ownCredential(gus.browser)).contracts).toHaveLength(200)
    expect(await refusalOf(add(gus.account, 'one more', line(1)))).toBe('ERR_CONTRACT_LINES')
  })

  test('is a company as well: its wallet is brought them, and shows them when a representative signs in', async () => {
    const company = await world.registerCompany('Wind Works', ['service-provider'])
    await add(company.account, 'all', ...lines)
    // The chain has the version a moment before the store, which signing in asks.
    await until(async () => {
      const [{ version }] = (await store.rows<{ version: number }>('SELECT version FROM accounts WHERE account = $1', [
        company.account,
      ])) as [{ version: number }]
      return version === 2
    })
    const page = world.browser('Wind Works administrator')
    const credential = await company.employ('Wind Works administrator', ['administrator'])
    expect((await page.signIn([credential])).status).toBe(200)
    await company.close()
  })
})
