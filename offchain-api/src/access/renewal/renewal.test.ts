import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, type Citizen, type Company, didOf, openAccessWorld } from '../../testing/access-world.ts'
import type { Answer, Browser } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'

const DAY = 86_400
const RENEWALS = '/v1/access/credential/renewals'

let world: AccessWorld
let store: OperationalStore
let company: Company
let administrator: Browser

beforeAll(async () => {
  world = await openAccessWorld([])
  store = createOperationalStore({ url: world.postgres.url })
  company = await world.registerCompany('Solar Works', ['data-provider', 'service-provider'])
  administrator = world.browser('Solar Works administrator')
  await administrator.signIn([await company.employ('Solar Works administrator', ['administrator'])])
})
afterAll(async () => {
  await company?.close()
  await store?.close()
  await world?.close()
})

const codeOf = ({ status, body }: Answer) => [status, body.code]
const endsIn = (account: string, days: number) =>
  store.rows('UPDATE account_credentials SET expires_at = $2 WHERE account = $1', [
    account,
    Math.floor(Date.now() / 1000) + days * DAY,
  ])
const signedIn = async (name: string): Promise<Citizen> => {
  const citizen = await world.registerCitizen(name)
  await citizen.browser.signIn([citizen.credential])
  return citizen
}
const show = async (page: Browser, body: Answer['body']) =>
  page.call('POST', '/v1/access/receipts', {
    presentation: await page.present('receipt', [body.credential], body.receipt),
  })
const reissue = async (page: Browser, credential: string) =>
  page.call('POST', '/v1/access/reissues', { presentation: await page.present('reissue', [credential]) })
const heldBy = async ({ wallet }: Company) =>
  (await wallet.credentials.list())
    .filter(({ type }) => type === 'AccountCredential')
    .map(({ claims }) => (claims as { version: number }).version)
    .sort()
// The marketplace's receipt comes with the answer.
const A_JWT = expect.stringMatching(/^ey[\w-]+\.[\w-]+\.[\w-]+$/)

describe('who is signed in renews the Account credential', () => {
  test('in its last 60 days; the version before is refused from the receipt on, and its sessions end', async () => {
    const ana = await signedIn('Ana')
    await endsIn(ana.account, 59)
    const { status, body } = await ana.browser.call('POST', RENEWALS)
    expect([status, body.version, body.status, body.delivery]).toEqual([200, 2, 'pending', 'response'])
    const before = await ana.browser.call('GET', '/v1/access/credential')
    expect(before.body).toMatchObject({ version: 1, pending: { version: 2, contracts: [], reason: null } })
    expect((await ana.browser.call('GET', '/v1/access/session')).status).toBe(200)

    expect((await show(ana.browser, body)).body).toEqual({ account: ana.account, status: 'active', receipt: A_JWT })
    expect(codeOf(await ana.browser.call('GET', '/v1/access/session'))).toEqual([401, 'ERR_SESSION_ENDED'])
    expect(codeOf(await ana.browser.signIn([ana.credential]))).toEqual([403, 'ERR_ACCOUNT_VERSION'])
    expect((await ana.browser.signIn([body.credential])).status).toBe(200)
    const after = (await ana.browser.call('GET', '/v1/access/credential')).body
    expect(after).toMatchObject({ version: 2, credentialHash: body.receipt.credentialHash, pending: null })
    expect(Date.parse(after.expiresAt) - Date.now()).toBeGreaterThan(364 * DAY * 1000)
  })

  test('and asked again gets the same version, which the holder may fetch as well', async () => {
    const bea = await signedIn('Bea')
    await endsIn(bea.account, 10)
    const first = await bea.browser.call('POST', RENEWALS)
    const second = await bea.browser.call('POST', RENEWALS)
    expect(second.body.credential).toBe(first.body.credential)
    const fetched = await bea.browser.call('GET', '/v1/access/credential/pending')
    expect(fetched.body).toMatchObject({ version: 2, credential: first.body.credential })
  })

  test('a few days after it expired as well, while the session lasts', async () => {
    const cem = await signedIn('Cem')
    await endsIn(cem.account, -29)
    expect((await cem.browser.call('POST', RENEWALS)).body).toMatchObject({ version: 2, status: 'pending' })
  })

  test('for a company: its wallet is brought the next version and shows the receipt by itself', async () => {
    await endsIn(company.account, 30)
    const { body } = await administrator.call('POST', RENEWALS)
    expect(body).toEqual({ account: company.account, version: 2, status: 'pending', delivery: 'wallet' })
    await until(async () => (await administrator.call('GET', '/v1/access/session')).status === 401)
    expect(await heldBy(company)).toEqual([1, 2])
    const again = await administrator.signIn([await company.employ('Solar Works administrator', ['administrator'])])
    expect(again.status).toBe(200)
    expect((await administrator.call('GET', '/v1/access/credential')).body.version).toBe(2)
  })
})

describe('a renewal is refused', () => {
  test('when more than 60 days are left', async () => {
    const dan = await signedIn('Dan')
    await endsIn(dan.account, 61)
    expect(codeOf(await dan.browser.call('POST', RENEWALS))).toEqual([409, 'ERR_RENEWAL_EARLY'])
    expect(codeOf(await dan.browser.call('GET', '/v1/access/credential/pending'))).toEqual([404, 'ERR_NO_UPDATE'])
  })

  test('when it expired more than 30 days ago', async () => {
    const eli = await signedIn('Eli')
    await endsIn(eli.account, -31)
    expect(codeOf(await eli.browser.call('POST', RENEWALS))).toEqual([409, 'ERR_RENEWAL_LATE'])
  })

  test('to a representative who does not administer the company', async () => {
    const clerk = world.browser('Clerk')
    await clerk.signIn([await company.employ('Clerk', ['service-provider'])])
    await endsIn(company.account, 30)
    expect(codeOf(await clerk.call('POST', RENEWALS))).toEqual([403, 'ERR_NOT_ALLOWED'])
    expect(codeOf(await clerk.call('GET', '/v1/access/credential/pending'))).toEqual([403, 'ERR_NOT_ALLOWED'])
  })

  test('to nobody', async () => {
    expect(codeOf(await world.browser('Nobody').call('POST', RENEWALS))).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  })
})

describe('who lost the Account credential', () => {
  test('shows the identity again and gets the next version; the lost one counts until the receipt and never again', async () => {
    const { account, credential } = await world.registerCitizen('Fia')
    const page = world.browser('Fia')
    const { status, body } = await reissue(page, await world.identityOf('Fia'))
    expect([status, body.version, body.status]).toEqual([200, 2, 'pending'])
    expect((await world.browser('Fia').signIn([credential])).status).toBe(200)
    expect((await show(page, body)).body).toEqual({ account, status: 'active', receipt: A_JWT })
    expect(codeOf(await page.signIn([credential]))).toEqual([403, 'ERR_ACCOUNT_VERSION'])
    expect((await page.signIn([body.credential])).status).toBe(200)
    await until(
      async () =>
        (
          await store.rows('SELECT 1 FROM access_log WHERE who = $1 AND account = $2 AND route = $3', [
            ...[page.did, account, '/v1/access/reissues'],
          ])
        ).length === 1,
    )
  })

  test('asks for it again as often as the answer is lost, and gets the same', async () => {
    await world.registerCitizen('Gus')
    const page = world.browser('Gus')
    const first = await reissue(page, await world.identityOf('Gus'))
    const second = await reissue(page, await world.identityOf('Gus'))
    expect(second.body.credential).toBe(first.body.credential)
  })

  test("is the company: its administrator asks, and the company's wallet, wherever it is now, is brought it", async () => {
    const page = world.browser('Solar Works administrator')
    const answer = await reissue(page, await company.employ('Solar Works administrator', ['administrator']))
    expect(answer.body).toEqual({ account: company.account, version: 3, status: 'pending', delivery: 'wallet' })
    await until(async () => (await heldBy(company)).at(-1) === 3)
    await until(
      async () =>
        (await store.rows('SELECT 1 FROM accounts WHERE account = $1 AND version = 3', [company.account])).length === 1,
    )
  })
})

describe('a lost credential is not issued again', () => {
  test('to who shows the identity of somebody else', async () => {
    await world.registerCitizen('Hal')
    expect(codeOf(await reissue(world.browser('Thief'), await world.identityOf('Hal')))).toEqual([422, 'ERR_VP_HOLDER'])
  })

  test('to who has no account', async () => {
    expect(codeOf(await reissue(world.browser('Ida'), await world.identityOf('Ida')))).toEqual([
      403,
      'ERR_ACCOUNT_UNKNOWN',
    ])
  })

  test('under a challenge that was made for a sign-in', async () => {
    await world.registerCitizen('Jan')
    const page = world.browser('Jan')
    const presentation = await page.present('reissue', [await world.identityOf('Jan')], await page.challenge('sign-in'))
    expect(codeOf(await page.call('POST', '/v1/access/reissues', { presentation }))).toEqual([
      422,
      'ERR_CHALLENGE_OPERATION',
    ])
  })

  test('to a representative who is no administrator', async () => {
    const credential = await company.employ('Clerk', ['service-provider'])
    expect(codeOf(await reissue(world.browser('Clerk'), credential))).toEqual([403, 'ERR_WRONG_ROLE'])
  })

  test('to an administrator whom another one disabled', async () => {
    const credential = await company.employ('Old Boss', ['administrator'])
    await world.browser('Old Boss').signIn([credential])
    await store.rows('UPDATE representatives SET disabled = true WHERE did = $1', [didOf('Old Boss')])
    expect(codeOf(await reissue(world.browser('Old Boss'), credential))).toEqual([403, 'ERR_REPRESENTATIVE_DISABLED'])
  })

  test('while the account is suspended', async () => {
    const { account } = await world.registerCitizen('Kai')
    await store.rows(`UPDATE accounts SET status = 'suspended' WHERE account = $1`, [account])
    const answer = await reissue(world.browser('Kai'), await world.identityOf('Kai'))
    expect(codeOf(answer)).toEqual([409, 'ERR_ACCOUNT_NOT_ACTIVE'])
  })

  test('more than five times within a day', async () => {
    await world.registerCitizen('Lea')
    const page = world.browser('Lea')
    for (let version = 2; version <= 6; version++) {
      const { body } = await reissue(page, await world.identityOf('Lea'))
      expect(body.version).toBe(version)
      expect((await show(page, body)).status).toBe(200)
    }
    expect(codeOf(await reissue(page, await world.identityOf('Lea')))).toEqual([429, 'ERR_TOO_MANY'])
  })
})
