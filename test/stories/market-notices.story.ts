import type { Browser } from 'playwright-core'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { notify } from '../../offchain-api/src/marketplace/notifications/notify.ts'
import { createOperationalStore, type OperationalStore } from '../../offchain-api/src/operational/store.ts'
import { openPeoplesBrowser } from '../browser.ts'
import { type Company, citizen, companyWithRepresentative, operator, type SignedIn } from '../companies.ts'
import { type Instance, startInstance } from '../instance.ts'
import { expectPrivate } from '../privacy/expect-private.ts'
import { button, goTo, picture, showFailure } from '../steps.ts'

let instance: Instance
let browser: Browser
let store: OperationalStore
let olga: SignedIn
let zoe: SignedIn
let acme: Company
let current: SignedIn | undefined
const letters: string[] = []
let secret: string
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    let text = ''
    stream.on('data', (bytes: Buffer) => (text += bytes))
    stream.on('end', () => {
      letters.push(text.replaceAll('=\r\n', ''))
      done()
    })
  },
})

beforeAll(async () => {
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const { port } = smtp.server.address() as { port: number }
  instance = await startInstance({ env: { OPEM_SMTP_URL: `smtp://127.0.0.1:${port}` } })
  store = createOperationalStore({
    url: `postgres://opem:opem@127.0.0.1:${Number(new URL(instance.page).port) + 2}/opem`,
  })
  browser = await openPeoplesBrowser()
  olga = await operator(instance, browser)
  zoe = await citizen(instance, browser, { name: 'Zoë Martín', roles: ['service-user'] })
  acme = await companyWithRepresentative(instance, browser, { name: 'Acme Wind', roles: ['service-provider'] })
})
afterAll(async () => {
  await browser?.close()
  await store?.close()
  await acme?.close()
  await instance?.remove()
  await new Promise<void>((resolve) => smtp.close(resolve))
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && current !== undefined) await showFailure(current.page, task)
})

const see = async (who: SignedIn, path: string) => {
  current = who
  await who.page.goto(`${instance.page}${path}`)
  return who.page
}

test('the menu shows each person the pages of their roles, by keyboard too', async () => {
  const page = await see(olga, '/status')
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Operate' }).press('Enter')
  await page.getByRole('dialog', { name: 'Operate' }).getByRole('link', { name: 'Accounts' }).press('Enter')
  await page.getByRole('link', { name: 'Acme Wind' }).waitFor()
  await goTo(await see(acme.representative, '/status'), 'Operate', 'Company')
  await acme.representative.page.getByRole('heading', { level: 1, name: 'Acme Wind' }).waitFor()
  const citizens = await see(zoe, '/status')
  expect(await citizens.getByRole('navigation', { name: 'Main' }).innerText()).not.toMatch(/Operate/)
})

test('a notification is heard on any page, read on its own, and no longer counted', async () => {
  const page = await see(zoe, '/status')
  await page.getByRole('link', { name: 'Notifications', exact: true }).waitFor()
  await store.transaction((rows) =>
    notify(rows, {
      ...{ account: zoe.account, kind: 'payment-held', about: { payment: '0x01' }, link: '/status' },
      words: { title: 'A payment is held', text: 'It is released when you accept what you got.' },
    }),
  )
  await page.getByRole('link', { name: 'Notifications: 1 unread' }).click()
  const one = page.getByRole('listitem', { name: 'A payment is held' })
  await one.getByText('unread', { exact: true }).waitFor()
  await picture(page, 'notifications')
  await button(page, 'Mark all as read').click()
  await page.getByRole('heading', { level: 2, name: 'Nothing unread' }).waitFor()
  await page.getByRole('link', { name: 'Notifications', exact: true }).waitFor()
})

test('who confirms an address gets letters about what they chose, until the letter’s link ends them', async () => {
  const page = await see(zoe, '/notifications')
  await page.getByLabel('Your e-mail address').fill('zoe@people.example')
  await button(page, 'Send a letter to confirm').click()
  await page.getByText('A letter is on its way').waitFor()
  await expect.poll(() => letters.length, { timeout: 30_000 }).toBe(1)
  const confirm = /http:\S+\/notifications\/confirm#\S+/.exec(letters[0] ?? '')?.[0] ?? ''
  await page.goto(confirm)
  await button(page, 'Yes, it is mine').click()
  await page.getByText('The address is confirmed').waitFor()
  await see(zoe, '/notifications')
  await page.getByText('confirmed', { exact: true }).waitFor()
  await page.getByText('Payments', { exact: false }).first().click()
  await page.getByRole('group', { name: 'A payment was released' }).getByText('by e-mail').click()
  await page.getByText(/1 of \d+ by e-mail/).waitFor()
  await store.transaction((rows) =>
    notify(rows, {
      ...{ account: zoe.account, kind: 'payment-released', about: { payment: '0x01' }, link: '/status' },
      words: { title: 'A payment was released', text: 'It was accepted.' },
    }),
  )
  await expect.poll(() => letters.length, { timeout: 30_000 }).toBe(2)
  const stop = /No more of these: (http:\S+)/.exec(letters[1] ?? '')?.[1] ?? ''
  await page.goto(stop)
  await button(page, 'Stop them').click()
  await page.getByText('No more of these letters come').waitFor()
})

test('the administrator of a company adds a webhook, and sees its secret once', async () => {
  const page = await see(acme.representative, '/notifications')
  await page.getByLabel('Address of your system').fill('https://hooks.example/opem')
  await button(page, 'Add a webhook').click()
  secret = (await page.getByText(/^whsec_/).innerText()).trim()
  await button(page, 'I have it').click()
  await page.getByRole('listitem', { name: 'https://hooks.example/opem' }).waitFor()
  expect(await page.getByText(/^whsec_/).count()).toBe(0)
})

test('the operator sees what was done in a log that the page checks itself, and changes the fee', async () => {
  const changed = await olga.context.request.put(`${instance.page}/v1/accounts/${acme.account}/roles`, {
    data: { roles: ['service-provider', 'data-provider'] },
  })
  expect(changed.status()).toBe(200)
  const page = await see(olga, '/status')
  await goTo(page, 'Operate', 'Governance')
  await page.getByText('listings wait for review').waitFor()
  await page.getByRole('listitem', { name: /: account\.roles$/ }).waitFor()
  await button(page, 'Check the whole log').click()
  await page.getByText(/^The log is whole: \d+ entr/).waitFor()
  await page.getByRole('button', { name: 'Connect wallet' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Test Wallet' }).click()
  await page.getByLabel('Another fee').fill('3')
  await button(page, 'Change the fee').click()
  await page.getByText('3 %', { exact: true }).waitFor({ timeout: 60_000 })
  await picture(page, 'governance', page.getByRole('heading', { level: 1 }))
  await picture(page, 'audit-log', page.getByRole('region', { name: 'Audit log' }))
  expect(await instance.opem('operator', 'audit-log', '--verify')).toMatch(/^the audit log is whole: \d+ entries/)
  expect(await instance.opem('operator', 'waiting')).toMatch(/0 listings wait for review/)
})

test('the API’s document is drawn from our own origin', async () => {
  const page = await see(zoe, '/v1/docs')
  await page.getByText('What the marketplace tells, and by which ways').waitFor()
})

test('the pages work at a phone’s width and in the dark, and nothing was reported on their consoles', async () => {
  for (const [who, paths] of [
    [zoe, ['/notifications', '/notifications/stop', '/status']],
    [acme.representative, ['/notifications']],
    [olga, ['/governance']],
  ] as const)
    for (const path of paths) {
      await who.page.setViewportSize({ width: 360, height: 740 })
      await who.page.emulateMedia({ colorScheme: 'dark' })
      const page = await see(who, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
    }
  await zoe.page.getByRole('button', { name: /Menu/ }).press('Enter')
  await zoe.page.getByRole('dialog', { name: 'Menu' }).getByRole('link', { name: 'Audit' }).press('Enter')
  await zoe.page.getByRole('heading', { level: 1, name: /Audit|Check/ }).waitFor()
  expect([olga, zoe, acme.representative].flatMap(({ complaints }) => complaints)).toEqual([])
})

test('no address, no secret and nothing of a letter’s links is on chain or in a log line', async () => {
  const tokens = letters.flatMap((letter) => [...letter.matchAll(/notifications\/(?:confirm|stop)#(\S+)/g)])
  expect(tokens.length).toBeGreaterThanOrEqual(3)
  const told = new Map([
    ...tokens.map(([, token], index) => [`link ${index} of a letter`, token!] as const),
    ...[secret, 'zoe@people.example', 'https://hooks.example/opem', 'Zoë Martín'].map((it) => [it, it] as const),
  ])
  const searched = await expectPrivate(instance, told, ['acme-wind-wallet'])
  expect(searched).toContain('e-mail address zoe@people.example')
})
