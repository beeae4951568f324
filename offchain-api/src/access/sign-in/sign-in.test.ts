import { accountRegistryAbi } from '@opem/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, type Citizen, type Company, openAccessWorld } from '../../testing/access-world.ts'
import type { Answer, Browser } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'
import { ALL } from '../../testing/systems.ts'

let world: AccessWorld
let store: OperationalStore
let operator: Citizen
let ana: Citizen
let company: Company

beforeAll(async () => {
  world = await openAccessWorld([ALL])
  store = createOperationalStore({ url: world.postgres.url })
  operator = await world.registerCitizen('operator')
  await operator.browser.signIn([operator.credential])
  ana = await world.registerCitizen('Ana')
  company = await world.registerCompany('Solar Works', ['data-provider', 'service-provider'])
})
afterAll(async () => {
  await company?.close()
  await world?.close()
})

const codeOf = ({ status, body }: Answer) => [status, body.code]
const sessionOf = async (page: Browser) => codeOf(await page.call('GET', '/v1/access/session'))
const answers = (url: string) =>
  fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(300) }).then(
    () => true,
    () => false,
  )
const REFRESH = '/v1/access/refresh'

describe('a session', () => {
  test('is carried by cookies that no script reads and no other site sends', async () => {
    const page = world.browser('Ana')
    const presentation = await page.present('sign-in', [ana.credential])
    const cookie = [...page.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${world.api().url}/v1/access/sign-ins`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify({ presentation }),
    })
    const set = response.headers.getSetCookie()
    expect(set.map((line) => line.replace(/=[^;]+/, ''))).toEqual([
      'opem_access; Path=/; Max-Age=600; HttpOnly; SameSite=Strict',
      'opem_refresh; Path=/v1/access; Max-Age=43200; HttpOnly; SameSite=Strict',
    ])
    expect(set.every((line) => line.length < 4000)).toBe(true)
    expect(await response.json()).not.toHaveProperty('accessToken')
  })

  test('of a machine comes in the body, and counts as a Bearer token', async () => {
    const page = world.browser('Ana')
    const presentation = await page.presentJwt('sign-in', [ana.credential])
    const { body } = await page.call('POST', '/v1/access/sign-ins', { presentation, tokens: 'body' })
    expect(page.cookies.has('opem_access')).toBe(false)
    const headers = { authorization: `Bearer ${body.accessToken}` }
    const asked = await fetch(`${world.api().url}/v1/access/session`, { headers })
    expect((await asked.json()).session).toEqual(body.session)
    const next = await page.call('POST', REFRESH, { refreshHandle: body.refreshHandle })
    expect(next.body.accessToken).toMatch(/^ey/)
    expect(next.body.refreshHandle).not.toBe(body.refreshHandle)
  })

  test('ends for all its tokens when its holder ends it', async () => {
    const page = world.browser('Ana')
    await page.signIn([ana.credential])
    const kept = new Map(page.cookies)
    expect((await page.call('DELETE', '/v1/access/session')).body).toEqual({ ended: true })
    expect(await sessionOf(page)).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
    for (const [name, value] of kept) page.cookies.set(name, value)
    expect(await sessionOf(page)).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await page.call('POST', REFRESH))).toEqual([401, 'ERR_SESSION_ENDED'])
  })

  test('is renewed by its handle, once: the same handle again ends it', async () => {
    const page = world.browser('Ana')
    await page.signIn([ana.credential])
    const stolen = page.cookies.get('opem_refresh')!
    expect((await page.call('POST', REFRESH)).status).toBe(200)
    expect(await sessionOf(page)).toEqual([200, undefined])
    const thief = world.browser('Ana')
    thief.cookies.set('opem_refresh', stolen)
    expect(codeOf(await thief.call('POST', REFRESH))).toEqual([401, 'ERR_REFRESH_REUSED'])
    expect(await sessionOf(page)).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await page.call('POST', REFRESH))).toEqual([401, 'ERR_SESSION_ENDED'])
  })

  test('is not lost while the chain is away: the same handle renews it when the chain is back', async () => {
    const page = world.browser('Tia')
    await page.signIn([await company.employ('Tia', ['service-provider'])])
    const handle = page.cookies.get('opem_refresh')
    process.kill(world.chain.anvil.pid, 'SIGSTOP')
    try {
      await until(async () => !(await answers(world.chain.anvil.url)))
      expect(codeOf(await page.call('POST', REFRESH))).toEqual([503, 'ERR_CHAIN_UNREACHABLE'])
    } finally {
      process.kill(world.chain.anvil.pid, 'SIGCONT')
    }
    expect(page.cookies.get('opem_refresh')).toBe(handle)
    await until(async () => (await page.call('POST', REFRESH)).status === 200)
    expect(page.cookies.get('opem_refresh')).not.toBe(handle)
  })

  test('is not opened by a handle or a token that nobody gave out', async () => {
    const page = world.browser('Ana')
    expect(codeOf(await page.call('POST', REFRESH))).toEqual([401, 'ERR_REFRESH_UNKNOWN'])
    page.cookies.set('opem_refresh', 'x'.repeat(43))
    expect(codeOf(await page.call('POST', REFRESH))).toEqual([401, 'ERR_REFRESH_UNKNOWN'])
    page.cookies.set('opem_access', 'ey.a.b.c.d')
    expect(await sessionOf(page)).toEqual([401, 'ERR_TOKEN'])
    // A spoilt cookie never bars the way to a new one.
    expect((await page.signIn([ana.credential])).status).toBe(200)
  })

  test('is over after half a day', async () => {
    const page = world.browser('Ana')
    await page.signIn([ana.credential])
    await store.rows('UPDATE sessions SET expires_at = 1 WHERE ended_at IS NULL AND did = $1', [page.did])
    expect(await sessionOf(page)).toEqual([401, 'ERR_SESSION_EXPIRED'])
  })
})

describe('a sign-in is refused', () => {
  test('with a presentation that was shown before', async () => {
    const page = world.browser('Ana')
    const presentation = await page.present('sign-in', [ana.credential])
    expect((await page.call('POST', '/v1/access/sign-ins', { presentation })).status).toBe(200)
    expect(codeOf(await page.call('POST', '/v1/access/sign-ins', { presentation }))).toEqual([
      422,
      'ERR_CHALLENGE_UNKNOWN',
    ])
  })

  test("with somebody else's Account credential", async () => {
    const page = world.browser('Thief')
    expect(codeOf(await page.signIn([ana.credential]))).toEqual([422, 'ERR_VP_HOLDER'])
  })

  test("by another company's representative", async () => {
    const other = await world.openCompany('Other Works')
    const page = world.browser('Clerk')
    const held = (await company.wallet.credentials.list()).find(({ type }) => type === 'AccountCredential')
    const foreign = await other.employ('Clerk', ['administrator'])
    expect(codeOf(await page.signIn([foreign, held!.jwt]))).toEqual([422, 'ERR_VP_HOLDER'])
    expect(codeOf(await page.signIn([foreign]))).toEqual([403, 'ERR_ACCOUNT_UNKNOWN'])
    await other.close()
  })

  test('while the account is pending', async () => {
    const page = world.browser('Pia')
    const presentation = await page.present('register-citizen', [await world.identityOf('Pia')])
    const application = { kind: 'citizen', roles: ['data-user'], terms: '1', presentation }
    const { body } = await page.call('POST', '/v1/access/registrations', application)
    expect(codeOf(await page.signIn([body.credential]))).toEqual([403, 'ERR_ACCOUNT_NOT_ACTIVE'])
  })

  test('while the account is suspended; its sessions end at once, and it comes back when it is reinstated', async () => {
    const bea = await world.registerCitizen('Bea')
    await bea.browser.signIn([bea.credential])
    const change = (what: string) =>
      operator.browser.call('POST', `/v1/accounts/${bea.account}/${what}`, { reason: 'a test' })
    expect((await change('suspend')).body).toMatchObject({ status: 'suspended', reason: 'a test' })
    expect(await sessionOf(bea.browser)).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await bea.browser.signIn([bea.credential]))).toEqual([403, 'ERR_ACCOUNT_NOT_ACTIVE'])
    expect((await change('reinstate')).body).toMatchObject({ status: 'active', reason: null })
    expect((await bea.browser.signIn([bea.credential])).status).toBe(200)
    expect((await change('revoke')).body.status).toBe('revoked')
    expect(await sessionOf(bea.browser)).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await change('reinstate'))).toEqual([409, 'ERR_ACCOUNT_STATUS'])
  })

  test('when an operator suspended the account on the chain itself', async () => {
    const dan = await world.registerCitizen('Dan')
    await dan.browser.signIn([dan.credential])
    await world.chain.administrator.writeContract({
      ...{ chain: null, address: world.chain.deployment.addresses.AccountRegistry, abi: accountRegistryAbi },
      ...{ functionName: 'suspend', args: [dan.account] },
    })
    expect(codeOf(await dan.browser.signIn([dan.credential]))).toEqual([403, 'ERR_ACCOUNT_NOT_ACTIVE'])
    await until(async () => (await dan.browser.call('GET', '/v1/access/session')).body.code === 'ERR_SESSION_ENDED')
  })

  test('with a version of the Account credential that is superseded', async () => {
    const cem = await world.registerCitizen('Cem')
    await store.rows('UPDATE accounts SET version = 2, credential_hash = $2 WHERE account = $1', [
      cem.account,
      `0x${'2'.repeat(64)}`,
    ])
    expect(codeOf(await cem.browser.signIn([cem.credential]))).toEqual([403, 'ERR_ACCOUNT_VERSION'])
  })

  test('with a Representative credential that the company revoked on the chain, whose session has ended', async () => {
    const page = world.browser('Rea')
    const credential = await company.employ('Rea', ['service-provider'])
    expect((await page.signIn([credential])).body.session).toMatchObject({
      ...{ roles: ['service-provider'], actors: ['service-provider'] },
    })
    const issued = (await company.wallet.issued()).find(({ name }) => name === 'Rea')!
    await company.wallet.revoke([issued.jti])
    await until(async () => (await page.call('GET', '/v1/access/session')).body.code === 'ERR_SESSION_ENDED')
    expect((await page.call('POST', REFRESH)).status).toBe(401)
    expect(codeOf(await page.signIn([credential]))).toEqual([422, 'ERR_VC_REVOKED'])
  })

  test('by a representative whom the administrator disabled, whose session has ended at once', async () => {
    const page = world.browser('Sam')
    const credential = await company.employ('Sam', ['service-provider', 'data-provider'])
    await page.signIn([credential])
    const administrator = world.browser('Solar Works administrator')
    await administrator.signIn([await company.employ('Solar Works administrator', ['administrator'])])
    const limit = (roles: string[], disabled: boolean) =>
      administrator.call('PUT', `/v1/company/users/${encodeURIComponent(page.did)}`, { roles, disabled })
    expect((await limit(['service-provider'], false)).body).toMatchObject({
      roles: ['service-provider'],
      disabled: false,
    })
    expect((await page.call('GET', '/v1/access/session')).body.session.actors).toEqual(['service-provider'])
    await limit(['service-provider'], true)
    expect(await sessionOf(page)).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await page.signIn([credential]))).toEqual([403, 'ERR_REPRESENTATIVE_DISABLED'])
    expect(
      codeOf(await administrator.call('PUT', `/v1/company/users/${administrator.did}`, { roles: [], disabled: true })),
    ).toEqual([409, 'ERR_OWN_USER'])
    const { users } = (await administrator.call('GET', '/v1/company/users')).body
    expect(users.map(({ name }: { name: string }) => name)).toContain('Sam')
  })

  test('while the chain is away: nothing is opened, and nobody is let in', async () => {
    const page = world.browser('Uwe')
    const registration = await page.present('register-citizen', [await world.identityOf('Uwe')])
    const signIn = await ana.browser.present('sign-in', [ana.credential])
    process.kill(world.chain.anvil.pid, 'SIGSTOP')
    try {
      await until(async () => !(await answers(world.chain.anvil.url)))
      const application = { kind: 'citizen', roles: ['data-user'], terms: '1', presentation: registration }
      const refused = await Promise.all([
        page.call('POST', '/v1/access/registrations', application),
        ana.browser.call('POST', '/v1/access/sign-ins', { presentation: signIn }),
      ])
      expect(refused.map(codeOf)).toEqual([
        [503, 'ERR_CHAIN_UNREACHABLE'],
        [503, 'ERR_CHAIN_UNREACHABLE'],
      ])
    } finally {
      process.kill(world.chain.anvil.pid, 'SIGCONT')
    }
    expect(await store.rows('SELECT 1 FROM accounts WHERE did = $1', [page.did])).toEqual([])
  })
})

test('the operator finds accounts, changes roles, and sees what an account used', async () => {
  const get = async (path: string) => (await operator.browser.call('GET', path)).body
  expect((await get('/v1/accounts?search=solar')).accounts).toMatchObject([{ name: 'Solar Works', kind: 'company' }])
  expect(await get(`/v1/accounts/${ana.account}`)).toEqual({
    ...{ account: ana.account, did: ana.browser.did, name: 'Ana', kind: 'citizen', status: 'active' },
    ...{ roles: ['service-user'], version: 1, createdAt: expect.stringMatching(/Z$/), reason: null },
  })
  const roles = await operator.browser.call('PUT', `/v1/accounts/${ana.account}/roles`, { roles: ['data-user'] })
  expect(roles.body.roles).toEqual(['data-user'])
  const page = world.browser('Ana')
  expect((await page.signIn([ana.credential])).body.session.actors).toEqual(['data-user'])
  await until(async () => (await get(`/v1/accounts/${ana.account}/usage`)).days[0]?.signIns > 0)
  const first = await get('/v1/accounts?status=active')
  expect(first.cursor).toBeNull()
})

test('no name, address of mail or DID is in what the API prints', () => {
  for (const personal of ['Ana', 'Solar Works', '@company.example', ana.browser.did, ana.browser.did.slice(-40)])
    expect(world.api().output()).not.toContain(personal)
})

test('while the store is away nobody is let in, not even who was', async () => {
  await store.close()
  await world.postgres.stop()
  expect(await sessionOf(operator.browser)).toEqual([503, 'ERR_STORE_AWAY'])
  const signed = await world.own.fetch.all!(`${world.api().url}/v1/communities`)
  expect([signed.status, (await signed.json()).code]).toEqual([503, 'ERR_STORE_AWAY'])
})
