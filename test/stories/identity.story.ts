import type { Did } from '@opem/ssi/did'
import type { CloudWallet } from '@opem/ssi/wallet'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openPeoplesBrowser } from '../browser.ts'
import { didOf, openCompanyWallet, type Person, person } from '../companies.ts'
import { type Instance, startInstance } from '../instance.ts'
import { openDoor } from '../people.ts'
import { expectPrivate } from '../privacy/expect-private.ts'
import { valuesOfBrowser } from '../privacy/private-values.ts'
import { button, connectWallet as connect, goTo, importCredential, picture, showFailure, signIn } from '../steps.ts'

// Each person has a browser and a wallet of their own.
type Name = 'Zoe' | 'Ana' | 'Olga' | 'Bo'
const YEAR = 365 * 86_400

let instance: Instance
let browser: Browser
let company: CloudWallet
let serveWallet: () => ReturnType<CloudWallet['serve']>
let wallet: { url: string; close(): Promise<void> } | undefined
const people = new Map<Name, Person>()
let current: Page

beforeAll(async () => {
  instance = await startInstance({ env: { OPEM_OPERATOR_DIDS: didOf('Olga') } })
  browser = await openPeoplesBrowser()
  const zoe = await of('Zoe')
  const marketplace = (await openDoor(instance, zoe.context().request).marketplace()) as Did
  const opened = await openCompanyWallet(instance, marketplace, 'Acme Wind', 'https://acme.example')
  ;({ wallet: company, serve: serveWallet } = opened)
})
afterAll(async () => {
  await browser?.close()
  await wallet?.close()
  await instance?.remove()
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && current !== undefined) await showFailure(current, task)
})

/** The browser of a person, with their own wallet in it. */
async function of(name: Name): Promise<Page> {
  const known = people.get(name) ?? (await person(instance, browser, name))
  people.set(name, known)
  current = known.page
  return known.page
}

const open = (page: Page, path: string) => page.goto(`${instance.page}${path}`)

/** The whole way of a person to an account. */
async function registerAs(name: Name, called: string): Promise<Page> {
  const page = await of(name)
  await open(page, '/register/person')
  await connect(page)
  await page.getByLabel('Your name').fill(called)
  await button(page, 'Ask for an identity credential').click()
  await page.getByRole('region', { name: 'Your application' }).getByText('I accept the terms of use').click()
  await button(page, 'Sign and register').click()
  await button(page, 'Sign the receipt').waitFor()
  return page
}

test('who is not signed in is welcomed; a page behind the door leads to the door, with the way back', async () => {
  const page = await of('Zoe')
  await open(page, '/')
  await page.getByRole('link', { name: 'Register as a person' }).waitFor()
  await picture(page, 'welcome')
  await open(page, '/status')
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  expect(page.url()).toBe(`${instance.page}/sign-in?back=%2Fstatus`)
  await page.getByText('With an EU wallet').click()
  await button(page, 'Make a request').click()
  const link = page.getByRole('link', { name: 'Open in the wallet' })
  await link.waitFor()
  expect(await link.getAttribute('href')).toMatch(/^openid4vp:\/\/\?/)
  await page.getByText('Waiting for the wallet’s answer').waitFor()
})

test('a citizen registers with an injected wallet, signs the receipt, and signs in', async () => {
  const page = await registerAs('Zoe', 'Zoë Martín')
  await picture(page, 'register-receipt')
  await button(page, 'Sign the receipt').click()
  await page.getByRole('heading', { name: 'The account is active' }).waitFor()
  await open(page, '/sign-in?back=%2Fstatus')
  await connect(page)
  await page.getByText('Marketplace account: Zoë Martín, version 1').waitFor()
  await picture(page, 'sign-in')
  await signIn(page)
  await page.getByRole('heading', { level: 1, name: 'Status' }).waitFor()
  expect(await page.getByRole('navigation', { name: 'Main' }).innerText()).not.toMatch(/Company|Accounts|Operate/)
})

test('my credentials show what this browser keeps; the account in force is marked', async () => {
  const page = await of('Zoe')
  await page.getByRole('button', { name: 'Signed in as Zoë Martín' }).click()
  await page.getByRole('link', { name: 'My credentials' }).click()
  await page.getByRole('heading', { level: 1, name: 'My credentials' }).waitFor()
  const account = page.getByRole('listitem', { name: 'Marketplace account: Zoë Martín, version 1' })
  await account.getByText('in force').waitFor()
  await picture(page, 'my-credentials')
  const file = page.waitForEvent('download')
  await button(page, /^Export Identity/).click()
  expect((await file).suggestedFilename()).toMatch(/^IdentityCredential-[0-9a-f]{8}\.json$/)
})

test('a page that is not for the citizen says for whom it is, politely', async () => {
  const page = await of('Zoe')
  await open(page, '/accounts')
  await page.getByText('Management & governance is for the marketplace operator (D2.3 Table 5).').waitFor()
  await open(page, '/company')
  await page.getByText(/^This page is for administrators of a company/).waitFor()
})

test('a company waits for its own wallet; once that answers by itself, the account is active', async () => {
  const page = await of('Ana')
  const { jwt } = await company.issueRepresentative({
    subject: didOf('Ana'),
    name: 'Ana García',
    email: 'ana@acme.example',
    roles: ['administrator'],
    expiresAt: Math.floor(Date.now() / 1000) + YEAR,
  })
  await open(page, '/register/company')
  await connect(page)
  await importCredential(page, jwt)
  await page.getByText('Data provider').click()
  await page.getByText('Service user').click()
  await page.getByText('I accept the terms of use').click()
  await button(page, 'Sign and register').click()
  await page.getByText(/^Your company’s wallet has not answered for/).waitFor({ timeout: 60_000 })
  await picture(page, 'register-company')
  wallet = await serveWallet()
  await page.getByRole('heading', { name: 'The account is active' }).waitFor({ timeout: 120_000 })
})

test('the administrator signs in without the company’s account: the marketplace asks the company’s wallet for it', async () => {
  const page = await of('Ana')
  await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).first().click()
  // The same credential also stands, folded away, under "I lost my Account credential".
  const shown = page.getByRole('region', { name: 'What you prove' })
  await shown.getByText('Representative of a company: Ana García, for Acme Wind').waitFor()
  await signIn(page)
  await goTo(page, 'Operate', 'Company')
  await page.getByRole('heading', { level: 1, name: 'Acme Wind' }).waitFor()
})

test('a representative who is no administrator cannot register the company, but signs in for it', async () => {
  const page = await of('Bo')
  const { jwt } = await company.issueRepresentative({
    subject: didOf('Bo'),
    name: 'Bo Li',
    email: 'bo@acme.example',
    roles: ['data-provider', 'service-user'],
    expiresAt: Math.floor(Date.now() / 1000) + YEAR,
  })
  await open(page, '/register/company')
  await connect(page)
  await importCredential(page, jwt)
  await page.getByText('You are no administrator').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'sign in', exact: true }).click()
  await signIn(page)
  await page.getByRole('button', { name: 'Signed in as Bo Li' }).click()
  await page.getByText('Data provider and service user').waitFor()
  await page.keyboard.press('Escape')
})

test('the administrator limits the representative’s roles, then disables them: their session ends, and the reason is said', async () => {
  const [ana, bo] = [await of('Ana'), await of('Bo')]
  await open(ana, '/company')
  const user = ana.getByRole('listitem', { name: 'Bo Li' })
  await user.getByText('Data provider', { exact: true }).click()
  await button(ana, 'Save roles of Bo Li').click()
  // Saved: there is nothing to change any more, as the button says.
  await expect.poll(() => button(ana, 'Save roles of Bo Li').getAttribute('aria-describedby')).toBeTruthy()
  await picture(ana, 'company')
  await open(bo, '/status')
  await bo.getByRole('button', { name: 'Signed in as Bo Li' }).click()
  await bo.getByRole('dialog').getByText('Service user', { exact: true }).waitFor()
  await bo.keyboard.press('Escape')
  await button(ana, 'Disable Bo Li').click()
  await user.getByText('disabled').waitFor()
  current = bo
  await open(bo, '/')
  await bo.getByRole('link', { name: 'Register as a person' }).waitFor()
  await open(bo, '/sign-in')
  await connect(bo)
  await button(bo, 'Sign in').click()
  await bo.getByText('ERR_REPRESENTATIVE_DISABLED').waitFor()
  await bo.getByText('Ask your company’s administrator to enable you').waitFor()
})

test('the administrator names a data system by its public key; a private key never leaves the page', async () => {
  const page = await of('Ana')
  const systems = page.getByRole('region', { name: 'Systems', exact: true })
  await systems.getByText('Add a system').click()
  await systems.getByLabel('Name of the system').fill('Substation 3')
  await systems.getByLabel('Meters').fill('acme-*')
  const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
  await systems.getByLabel('Public key (JWK)').fill(`{"kty":"OKP","crv":"Ed25519","x":"${x}","d":"${x}"}`)
  await systems.getByRole('button', { name: 'Add the system' }).click()
  await systems.getByText('This is a private key').waitFor()
  await systems.getByLabel('Public key (JWK)').fill(`{"kty":"OKP","crv":"Ed25519","x":"${x}"}`)
  await systems.getByRole('button', { name: 'Add the system' }).click()
  await systems.getByRole('listitem', { name: 'Substation 3' }).getByText('acme-*').waitFor()
})

test('the operator suspends an account with a reason: its session ends, and the refusal tells the reason', async () => {
  const [olga, zoe] = [await registerAs('Olga', 'Olga Operator'), await of('Zoe')]
  current = olga
  await button(olga, 'Sign the receipt').click()
  await olga.getByRole('heading', { name: 'The account is active' }).waitFor()
  await olga.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).first().click()
  await signIn(olga)
  await goTo(olga, 'Operate', 'Accounts')
  await olga.getByLabel('Search').fill('zoë')
  await olga.getByRole('link', { name: 'Zoë Martín' }).waitFor()
  await picture(olga, 'accounts')
  await olga.getByRole('link', { name: 'Zoë Martín' }).click()
  await olga.getByLabel('Reason').fill('readings that cannot be')
  await picture(olga, 'account')
  await button(olga, 'Suspend').click()
  await olga.getByText('suspended', { exact: true }).first().waitFor()

  // The citizen's next question is refused, and the page says what happened. A link would only change the address once
  // its page is loaded, so the way back would depend on who is faster: the address is opened itself.
  current = zoe
  await open(zoe, '/status')
  await zoe.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await connect(zoe)
  await button(zoe, 'Sign in').click()
  await zoe.getByText(/the account is suspended: readings that cannot be/).waitFor()
  await picture(zoe, 'refused')

  current = olga
  await olga.getByLabel('Reason').fill('explained')
  await button(olga, 'Reinstate').click()
  await olga.getByText('active', { exact: true }).first().waitFor()
  current = zoe
  await signIn(zoe)
  // Back on the page that asked for the sign-in: before that the header says who is signed in, and still the old page.
  await zoe.getByRole('heading', { level: 1, name: 'Status' }).waitFor()
})

test('who signs out is out, in every tab of the browser', async () => {
  const page = await of('Zoe')
  const other = await page.context().newPage()
  await open(other, '/status')
  await other.getByRole('heading', { level: 1, name: 'Status' }).waitFor()
  await page.getByRole('button', { name: 'Signed in as Zoë Martín' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await other.getByText('Your session has ended').waitFor()
  await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await other.close()
})

test('the pages work at a phone’s width, by keyboard and in the dark, and nothing was reported on their consoles', async () => {
  for (const [name, paths] of [
    ['Zoe', ['/', '/sign-in', '/register', '/register/person', '/register/company', '/credentials']],
    ['Ana', ['/company', '/credentials']],
    ['Olga', ['/accounts']],
  ] as const) {
    const page = await of(name)
    await page.setViewportSize({ width: 360, height: 740 })
    await page.emulateMedia({ colorScheme: 'dark' })
    for (const path of paths) {
      await open(page, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
    }
  }
  const page = await of('Zoe')
  await open(page, '/sign-in')
  await connect(page)
  await button(page, 'Sign in').focus()
  await picture(page, 'sign-in-phone')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /^Signed in as/ }).waitFor()
  expect([...people.values()].flatMap(({ complaints }) => complaints)).toEqual([])
})

test('no personal data is on chain or in a log line, and secrets lie in files that their owner alone reads', async () => {
  const told = new Map(
    [
      ...['Zoë Martín', 'Ana García', 'Bo Li', 'Olga Operator', 'ana@acme.example', 'bo@acme.example'],
      ...['Acme Wind', 'https://acme.example', 'Substation 3', 'acme-*', 'readings that cannot be'],
    ].map((value) => [value, value]),
  )
  for (const [name, { page }] of people)
    for (const [what, value] of await valuesOfBrowser(page.context(), name)) told.set(what, value)
  for (const name of ['opem_access of Zoe', 'opem_refresh of Olga', 'signature of credential 0 of Zoe'])
    expect(told.has(name), [...told.keys()].join()).toBe(true)
  await expectPrivate(instance, told, ['acme-wind-wallet'])
})
