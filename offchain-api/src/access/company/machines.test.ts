import { accountRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, type Company, didOf, openAccessWorld } from '../../testing/access-world.ts'
import type { Answer, Browser } from '../../testing/browser.ts'

const MACHINES = '/v1/company/machines'

let world: AccessWorld
let store: OperationalStore
let company: Company
let administrator: Browser

beforeAll(async () => {
  world = await openAccessWorld([])
  store = createOperationalStore({ url: world.postgres.url })
  company = await world.registerCompany('Solar Works', ['data-provider', 'service-user'])
  administrator = await administratorOf(company, 'Solar Works')
})
afterAll(async () => {
  await company?.close()
  await store?.close()
  await world?.close()
})

const codeOf = ({ status, body }: Answer) => [status, body.code]
async function administratorOf({ employ }: Company, name: string): Promise<Browser> {
  const page = world.browser(`${name} administrator`)
  await page.signIn([await employ(`${name} administrator`, ['administrator'])])
  return page
}
const open = (name: string, over: object = {}, by = administrator) =>
  by.call('POST', MACHINES, { did: didOf(name), name, roles: ['service-user'], ...over })
const onChain = (account: Hex) =>
  world.chain.client.readContract({
    ...{ address: world.chain.deployment.addresses.AccountRegistry, abi: accountRegistryAbi },
    ...{ functionName: 'accountOf', args: [account] },
  })

/** A program with a key: no cookies but the challenge's, VP-JWTs, tokens in the body. */
async function show(name: string, credential: string) {
  const machine = world.browser(name)
  const presentation = await machine.presentJwt('receipt', [credential])
  return machine.call('POST', '/v1/access/receipts', { presentation })
}
async function signIn(name: string, credential: string) {
  const machine = world.browser(name)
  const presentation = await machine.presentJwt('sign-in', [credential])
  return machine.call('POST', '/v1/access/sign-ins', { presentation, tokens: 'body' })
}
async function ask(token: string, path: string) {
  const answer = await fetch(`${world.api().url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: answer.status, body: await answer.json() }
}
const active = async (name: string, over: object = {}) => {
  const { body } = await open(name, over)
  expect((await show(name, body.credential)).status).toBe(200)
  return { account: body.machine.account as Hex, credential: body.credential as string }
}

describe('a machine', () => {
  test("gets an account of its company's administrator, shows the receipt and signs in by itself", async () => {
    const { status, body } = await open('meter reader')
    expect([status, body.machine]).toEqual([
      200,
      {
        ...{ account: expect.any(String), did: didOf('meter reader'), name: 'meter reader', roles: ['service-user'] },
        ...{ status: 'pending', version: 1, createdAt: expect.any(String), waitsUntil: expect.any(String) },
      },
    ])
    expect(await onChain(body.machine.account)).toMatchObject({ status: 1, kind: 2, roles: 8, version: 1 })
    expect(codeOf(await signIn('meter reader', body.credential))).toEqual([403, 'ERR_ACCOUNT_NOT_ACTIVE'])

    expect((await show('meter reader', body.credential)).body.status).toBe('active')
    expect(await onChain(body.machine.account)).toMatchObject({ status: 2, kind: 2 })
    const { body: tokens } = await signIn('meter reader', body.credential)
    expect(tokens.session).toMatchObject({
      ...{ kind: 'machine', did: didOf('meter reader'), actors: ['service-user'], operator: false },
    })
    expect((await ask(tokens.accessToken, '/v1/access/session')).status).toBe(200)
    expect(codeOf(await ask(tokens.accessToken, MACHINES))).toEqual([403, 'ERR_NOT_ALLOWED'])
    const { machines } = (await administrator.call('GET', MACHINES)).body
    expect(machines).toMatchObject([{ name: 'meter reader', status: 'active', waitsUntil: null }])
  })

  test('does what its company does and no more: roles that the company lost are lost to it', async () => {
    const { credential } = await active('trader', { roles: ['data-provider', 'service-user'] })
    const { accessToken } = (await signIn('trader', credential)).body
    await store.rows(`UPDATE accounts SET roles = '{service-user}' WHERE account = $1`, [company.account])
    expect((await ask(accessToken, '/v1/access/session')).body.session.actors).toEqual(['service-user'])
    await store.rows(`UPDATE accounts SET roles = '{data-provider,service-user}' WHERE account = $1`, [company.account])
  })

  test('is out while its company is suspended', async () => {
    const { credential } = await active('sleeper')
    const { accessToken } = (await signIn('sleeper', credential)).body
    await store.rows(`UPDATE accounts SET status = 'suspended' WHERE account = $1`, [company.account])
    expect(codeOf(await ask(accessToken, '/v1/access/session'))).toEqual([401, 'ERR_ACCOUNT_NOT_ACTIVE'])
    expect(codeOf(await signIn('sleeper', credential))).toEqual([403, 'ERR_ACCOUNT_NOT_ACTIVE'])
    await store.rows(`UPDATE accounts SET status = 'active' WHERE account = $1`, [company.account])
  })

  test('is closed by the administrator for ever, and its sessions end at once', async () => {
    const { account, credential } = await active('old head end')
    const { accessToken } = (await signIn('old head end', credential)).body
    expect((await administrator.call('DELETE', `${MACHINES}/${account}`)).body.status).toBe('revoked')
    expect(codeOf(await ask(accessToken, '/v1/access/session'))).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await signIn('old head end', credential))).toEqual([403, 'ERR_ACCOUNT_NOT_ACTIVE'])
    expect(await onChain(account)).toMatchObject({ status: 4 })
    expect(codeOf(await open('old head end'))).toEqual([409, 'ERR_ACCOUNT_EXISTS'])
  })

  test('that lost its credential is given the next version by the administrator', async () => {
    const { account, credential } = await active('forgetful')
    const { body } = await administrator.call('POST', `${MACHINES}/${account}/reissues`)
    expect(body).toMatchObject({ version: 2, status: 'pending' })
    expect((await show('forgetful', body.credential)).status).toBe(200)
    expect(codeOf(await signIn('forgetful', credential))).toEqual([403, 'ERR_ACCOUNT_VERSION'])
    expect((await signIn('forgetful', body.credential)).status).toBe(200)
  })

  test('renews its own credential in the last 60 days', async () => {
    const { account, credential } = await active('old hand')
    const { accessToken } = (await signIn('old hand', credential)).body
    await store.rows('UPDATE account_credentials SET expires_at = $2 WHERE account = $1', [
      account,
      Math.floor(Date.now() / 1000) + 86_400,
    ])
    const answer = await fetch(`${world.api().url}/v1/access/credential/renewals`, {
      ...{ method: 'POST', headers: { authorization: `Bearer ${accessToken}` } },
    })
    expect((await show('old hand', (await answer.json()).credential)).status).toBe(200)
    expect(await onChain(account)).toMatchObject({ version: 2 })
  })
})

describe('no account for a machine is opened', () => {
  test('in a role that the company lacks', async () => {
    expect(codeOf(await open('climber', { roles: ['service-provider'] }))).toEqual([403, 'ERR_WRONG_ROLE'])
  })

  test('for a DID of another chain', async () => {
    const did = didOf('stray').replace('0x7a69', '0x1')
    expect(codeOf(await open('stray', { did }))).toEqual([422, 'ERR_DID'])
  })

  test('for a DID that is no did:ethr', async () => {
    const did = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    expect(codeOf(await open('stray', { did }))).toEqual([422, 'ERR_DID'])
  })

  test('for somebody who has one', async () => {
    await world.registerCitizen('Ana')
    expect(codeOf(await open('Ana'))).toEqual([409, 'ERR_ACCOUNT_EXISTS'])
  })

  test('by a representative who does not administer the company', async () => {
    const clerk = world.browser('Clerk')
    await clerk.signIn([await company.employ('Clerk', ['service-user'])])
    expect(codeOf(await open('robot', {}, clerk))).toEqual([403, 'ERR_NOT_ALLOWED'])
  })

  test('by a citizen', async () => {
    const bea = await world.registerCitizen('Bea')
    await bea.browser.signIn([bea.credential])
    expect(codeOf(await open('robot', {}, bea.browser))).toEqual([403, 'ERR_NOT_ALLOWED'])
  })

  test('while it waits in the name of another company', async () => {
    const other = await world.registerCompany('Wind Works', ['service-user'])
    const page = await administratorOf(other, 'Wind Works')
    expect((await open('wanted', {}, page)).status).toBe(200)
    expect(codeOf(await open('wanted'))).toEqual([409, 'ERR_ACCOUNT_EXISTS'])
    await other.close()
  })
})

describe('a machine of another company', () => {
  test('is not closed and gets no credential', async () => {
    const { account } = await active('mine')
    const other = await world.registerCompany('Hydro Works', ['service-user'])
    const page = await administratorOf(other, 'Hydro Works')
    expect(codeOf(await page.call('DELETE', `${MACHINES}/${account}`))).toEqual([404, 'ERR_MACHINE_UNKNOWN'])
    expect(codeOf(await page.call('POST', `${MACHINES}/${account}/reissues`))).toEqual([404, 'ERR_MACHINE_UNKNOWN'])
    expect((await page.call('GET', MACHINES)).body).toEqual({ machines: [] })
    await other.close()
  })
})

test('a receipt counts for the key of the machine alone', async () => {
  const { body } = await open('careful')
  expect(codeOf(await show('careless', body.credential))).toEqual([422, 'ERR_VP_HOLDER'])
})
