import { accountRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { issueCredential } from '@opem/ssi/credential'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOperationalStore } from '../../operational/store.ts'
import { type AccessWorld, didOf, openAccessWorld, walletOf } from '../../testing/access-world.ts'
import { until } from '../../testing/harness.ts'
import { ALL } from '../../testing/systems.ts'

let world: AccessWorld

beforeAll(async () => {
  world = await openAccessWorld([ALL])
})
afterAll(() => world?.close())

const onChain = (account: Hex) =>
  world.chain.client.readContract({
    ...{ address: world.chain.deployment.addresses.AccountRegistry, abi: accountRegistryAbi },
    ...{ functionName: 'accountOf', args: [account] },
  })
const apply = async (page: ReturnType<AccessWorld['browser']>, over: object = {}) =>
  page.call('POST', '/v1/access/registrations', { kind: 'citizen', roles: ['service-user'], terms: '1', ...over })

describe('a citizen', () => {
  test('applies, has the credential at once, shows the receipt, and is active here and on the chain', async () => {
    const ana = world.browser('Ana')
    const presentation = await ana.present('register-citizen', [await world.identityOf('Ana')])
    const { status, body } = await apply(ana, { presentation, roles: ['service-user', 'data-provider'] })
    expect([status, body.status, body.delivery]).toEqual([200, 'pending', 'response'])
    expect(await onChain(body.account)).toMatchObject({ status: 1, kind: 1, roles: 9, version: 1 })
    expect((await ana.call('GET', `/v1/access/registrations/${body.account}`)).body).toEqual({ status: 'pending' })

    const receipt = await ana.present('receipt', [body.credential], body.receipt)
    const taken = await ana.call('POST', '/v1/access/receipts', { presentation: receipt })
    expect(taken.body).toEqual({ account: body.account, status: 'active', receipt: expect.stringMatching(/^ey/) })
    expect(await onChain(body.account)).toMatchObject({ status: 2, credentialHash: body.receipt.credentialHash })
    expect((await ana.call('GET', `/v1/access/registrations/${body.account}`)).body).toEqual({ status: 'active' })

    const { session } = (await ana.signIn([body.credential])).body
    expect(session).toMatchObject({
      ...{ did: ana.did, name: 'Ana', organisation: null, account: body.account, kind: 'citizen', operator: false },
      ...{ roles: ['service-user', 'data-provider'], actors: ['data-provider', 'service-user'] },
    })
    expect((await ana.call('GET', '/v1/access/session')).body.session).toEqual(session)
  })
})

describe('a company', () => {
  test('applies by its administrator; its wallet is brought the credential, shows the receipt, and it is active', async () => {
    const company = await world.registerCompany('Solar Works', ['data-provider', 'service-provider'])
    expect(await onChain(company.account)).toMatchObject({ status: 2, kind: 0, roles: 3, version: 1 })
    const [held] = await company.wallet.credentials.list()
    expect(held).toMatchObject({ status: 'accepted' })

    const page = world.browser('Solar Works administrator')
    const alone = await page.signIn([await company.employ('Solar Works administrator', ['administrator'])])
    expect(alone.body.session).toMatchObject({
      ...{ name: 'Solar Works administrator', organisation: 'Solar Works', kind: 'company', account: company.account },
      ...{ roles: ['administrator'], actors: ['data-provider', 'service-provider'] },
    })
    const both = await page.signIn([await company.employ('Solar Works administrator', ['administrator']), held!.jwt])
    expect(both.status).toBe(200)
    await company.close()
    const away = await page.signIn([await company.employ('Solar Works administrator', ['administrator'])])
    expect([away.status, away.body.code]).toEqual([502, 'ERR_WALLET'])
  })

  test('whose wallet is away stays pending and says so, and is active when the wallet comes back', async () => {
    const company = await world.openCompany('Slow Wind')
    await company.close()
    const page = world.browser('Slow Wind administrator')
    const credential = await company.employ('Slow Wind administrator', ['administrator'])
    const again = async () =>
      apply(page, {
        ...{ kind: 'company', roles: ['service-user'] },
        presentation: await page.present('register-company', [credential]),
      })
    const { body } = await again()
    expect(body).toMatchObject({ status: 'pending', delivery: 'wallet' })
    const status = async () => (await page.call('GET', `/v1/access/registrations/${body.account}`)).body
    await until(async () => /^ERR_WALLET_UNREACHABLE/.test((await status()).reason))
    const { close } = await company.wallet.serve({
      port: Number(new URL((await company.wallet.profile()).endpoint).port),
    })
    expect((await again()).body).toEqual({ account: body.account, status: 'pending', delivery: 'wallet' })
    await until(async () => (await status()).status === 'active')
    await close()
  })

  test('is registered by nobody but its administrator', async () => {
    const company = await world.openCompany('Quiet Hydro')
    const page = world.browser('Quiet Hydro clerk')
    const presentation = await page.present('register-company', [
      await company.employ('Quiet Hydro clerk', ['data-user', 'service-user']),
    ])
    const { status, body } = await apply(page, { kind: 'company', presentation })
    expect([status, body.code]).toEqual([403, 'ERR_WRONG_ROLE'])
    await company.close()
  })

  test('whose wallet would be inside our own network opens nothing', async () => {
    for (const host of ['169.254.169.254', '10.0.0.7', '[::ffff:127.0.0.1]', '0xa.0.0.7']) {
      const { page, presentation } = await selfMadeCompany(`https://${host}/didcomm`)
      const { status, body } = await apply(page, { kind: 'company', presentation })
      expect([host, status, body.code]).toEqual([host, 422, 'ERR_FETCH_ADDRESS'])
    }
  })
})

let made = 0
/** A company of a key and a claim only, as an attacker makes one. */
async function selfMadeCompany(walletEndpoint: string) {
  const name = `Made Up ${++made}`
  const page = world.browser(`${name} administrator`)
  const company = didOf(name)
  const credential = await issueCredential({
    ...{
      issuer: company as never,
      signer: walletOf(name),
      type: 'RepresentativeCredential',
      subject: page.did as never,
    },
    claims: {
      ...{ name: 'Eve', email: 'eve@company.example', roles: ['administrator'] },
      company: { did: company, name, url: 'https://company.example/', walletEndpoint },
    },
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
  })
  return { page, presentation: await page.present('register-company', [credential]) }
}

describe('a registration is refused', () => {
  const codeOf = async (answer: Promise<{ status: number; body: { code?: string } }>) => {
    const { status, body } = await answer
    return [status, body.code]
  }

  test('when the account exists', async () => {
    const { browser } = await world.registerCitizen('Bea')
    const presentation = await browser.present('register-citizen', [await world.identityOf('Bea')])
    expect(await codeOf(apply(browser, { presentation }))).toEqual([409, 'ERR_ACCOUNT_EXISTS'])
  })

  test('when it waits already in other roles; in the same it is answered the same', async () => {
    const page = world.browser('Cem')
    const present = async () => page.present('register-citizen', [await world.identityOf('Cem')])
    const first = await apply(page, { presentation: await present() })
    const second = await apply(page, { presentation: await present() })
    expect(second.body.credential).toBe(first.body.credential)
    const other = apply(page, { presentation: await present(), roles: ['data-user'] })
    expect(await codeOf(other)).toEqual([409, 'ERR_ACCOUNT_EXISTS'])
  })

  test('under other terms', async () => {
    const page = world.browser('Dan')
    const presentation = await page.present('register-citizen', [await world.identityOf('Dan')])
    expect(await codeOf(apply(page, { presentation, terms: '0' }))).toEqual([422, 'ERR_TERMS'])
  })

  test('when the challenge was answered before', async () => {
    const page = world.browser('Eli')
    const presentation = await page.present('register-citizen', [await world.identityOf('Eli')])
    await apply(page, { presentation, roles: ['service-user'] })
    expect(await codeOf(apply(page, { presentation }))).toEqual([422, 'ERR_CHALLENGE_UNKNOWN'])
  })

  test('when the challenge was made for another browser, which can still answer it', async () => {
    const [page, other] = [world.browser('Fia'), world.browser('Fia')]
    await other.challenge('register-citizen')
    const presentation = await page.present('register-citizen', [await world.identityOf('Fia')])
    expect(await codeOf(apply(other, { presentation }))).toEqual([422, 'ERR_CHALLENGE_FOREIGN'])
    expect((await apply(page, { presentation })).status).toBe(200)
  })

  test('when no cookie says which browser it is', async () => {
    const page = world.browser('Gus')
    const presentation = await page.present('register-citizen', [await world.identityOf('Gus')])
    page.cookies.clear()
    expect(await codeOf(apply(page, { presentation }))).toEqual([422, 'ERR_CHALLENGE_FOREIGN'])
  })

  test('when the challenge was made for another operation', async () => {
    const page = world.browser('Hal')
    const challenge = await page.challenge('sign-in')
    const presentation = await page.present('register-citizen', [await world.identityOf('Hal')], challenge)
    expect(await codeOf(apply(page, { presentation }))).toEqual([422, 'ERR_CHALLENGE_OPERATION'])
  })

  test('when the challenge is older than two minutes', async () => {
    const page = world.browser('Ida')
    const presentation = await page.present('register-citizen', [await world.identityOf('Ida')])
    await sql('UPDATE challenges SET expires_at = expires_at - 120')
    expect(await codeOf(apply(page, { presentation }))).toEqual([422, 'ERR_CHALLENGE_EXPIRED'])
  })

  test('when the credential is about somebody else', async () => {
    const page = world.browser('Jan')
    const presentation = await page.present('register-citizen', [await world.identityOf('Ana')])
    expect(await codeOf(apply(page, { presentation }))).toEqual([422, 'ERR_VP_HOLDER'])
  })

  test('when nobody accredited the issuer', async () => {
    const page = world.browser('Kai')
    const credential = await issueCredential({
      ...{ issuer: page.did as never, signer: page.wallet, type: 'IdentityCredential', subject: page.did as never },
      ...{ claims: { name: 'Kai' }, expiresAt: Math.floor(Date.now() / 1000) + 3600 },
    })
    const presentation = await page.present('register-citizen', [credential])
    expect(await codeOf(apply(page, { presentation }))).toEqual([422, 'ERR_VC_ISSUER'])
  })

  test('when the receipt is of a credential that somebody else waits for', async () => {
    const [lea, max] = [world.browser('Lea'), world.browser('Max')]
    const opened = await apply(lea, {
      presentation: await lea.present('register-citizen', [await world.identityOf('Lea')]),
    })
    const presentation = await max.present('receipt', [opened.body.credential])
    expect(await codeOf(max.call('POST', '/v1/access/receipts', { presentation }))).toEqual([422, 'ERR_VP_HOLDER'])
  })

  test('when the receipt comes too late', async () => {
    const page = world.browser('Nia')
    const present = async () => page.present('register-citizen', [await world.identityOf('Nia')])
    const { body } = await apply(page, { presentation: await present() })
    await sql('UPDATE account_credentials SET pending_until = 1 WHERE account = $1', body.account)
    await sql('UPDATE accounts SET pending_until = 1 WHERE account = $1', body.account)
    const receipt = await page.present('receipt', [body.credential], body.receipt)
    const late = page.call('POST', '/v1/access/receipts', { presentation: receipt })
    expect(await codeOf(late)).toEqual([422, 'ERR_RECEIPT_EXPIRED'])
    expect((await page.call('GET', `/v1/access/registrations/${body.account}`)).body).toEqual({ status: 'expired' })
    // The chain's own clock says when: until then it keeps the place.
    expect(await codeOf(apply(page, { presentation: await present() }))).toEqual([409, 'ERR_ACCOUNT_EXISTS'])
  })
})

async function sql(text: string, ...values: unknown[]) {
  const store = createOperationalStore({ url: world.postgres.url })
  await store.rows(text, values)
  await store.close()
}
