import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LISTING_EXAMPLES } from '@opem/domain'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openPeoplesBrowser } from '../browser.ts'
import { type Company, companyWithRepresentative, operator, type SignedIn } from '../companies.ts'
import { type Instance, startInstance, until } from '../instance.ts'
import { openDoor } from '../people.ts'
import { button, goTo, picture, showFailure } from '../steps.ts'

const YEAR = 365 * 86_400
const TITLE = 'Wind forecast of Acme'
// 1×1 pixel.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAAB4iG8MwAAAABJRU5ErkJggg=='
const SCRIPT =
  '<img src=x onerror="window.injected=1"><script>window.injected=1</script>[x](javascript:window.injected=1)'

let instance: Instance
let browser: Browser
let acme: Company
let bolt: Company
let pia: SignedIn
let bob: SignedIn
let olga: SignedIn
let current: Page
let listing: string

beforeAll(async () => {
  instance = await startInstance()
  browser = await openPeoplesBrowser()
  acme = await companyWithRepresentative(instance, browser, { name: 'Acme Wind' })
  bolt = await companyWithRepresentative(instance, browser, { name: 'Bolt Grid' })
  ;[pia, bob, olga] = [acme.representative, bolt.representative, await operator(instance, browser)]
})
afterAll(async () => {
  await browser?.close()
  await acme?.close()
  await bolt?.close()
  await instance?.remove()
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && current !== undefined) await showFailure(current, task)
})

async function open(who: SignedIn, path: string): Promise<Page> {
  current = who.page
  await current.goto(`${instance.page}${path}`)
  await current.getByRole('heading', { level: 1 }).waitFor()
  return current
}

/** The wallet in the frame's menu signs; a page that was loaded anew may have found it connected. */
async function connect(page: Page): Promise<void> {
  const connected = page.getByRole('button', { name: /^Wallet 0x/ })
  const offered = page.getByRole('banner').getByRole('button', { name: 'Connect wallet' })
  await connected.or(offered).first().waitFor()
  if (await connected.isVisible()) return
  await offered.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Test Wallet' }).click()
  await connected.waitFor()
}

const ask = async (who: SignedIn, path: string) => {
  const answer = await who.context.request.get(`${instance.page}/v1/market${path}`)
  return { status: answer.status(), body: await answer.json() }
}
const isFound = async (who: SignedIn): Promise<boolean> =>
  (await ask(who, '/listings?text=wind')).body.items.some((one: { listing: string }) => one.listing === listing)

/** A contract is a new line of the Account credential: its wallet takes it, and sessions of the version before end. */
async function signInAgain(company: Company, who: SignedIn): Promise<void> {
  await until(`the session of ${who.name} ends with the credential before`, 90_000, async () => {
    const { status } = await ask(who, '/services')
    return status === 401
  })
  const { jwt } = await company.wallet.issueRepresentative({
    ...{ subject: who.did, name: who.name, email: 'again@company.example', roles: ['administrator'] },
    expiresAt: Math.floor(Date.now() / 1000) + YEAR,
  })
  await openDoor(instance, who.context.request).signIn(who.wallet, jwt)
}

test('a provider drafts a service: what is missing is said at each field, and everything is kept while it is written', async () => {
  const page = await open(pia, '/services')
  await page.getByText('You offer nothing yet').waitFor()
  await button(page, 'Draft a listing').click()
  await page.getByRole('heading', { name: 'What it is' }).waitFor()
  listing = new URL(page.url()).pathname.split('/').at(-1)!
  await page.getByLabel('Title', { exact: true }).fill(TITLE)
  await button(page, 'Submit for review').click()
  await page.getByText('Not submitted').waitFor()
  await page.getByRole('link', { name: 'summary', exact: true }).waitFor()

  const { analytic } = LISTING_EXAMPLES
  const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text)
  await fill('Summary', analytic.summary)
  await fill('Description', analytic.description)
  await fill('Category', 'E6.2')
  await fill('Keywords', 'wind\nforecast')
  await fill('Countries', 'dk\nde')
  await fill('Technical', analytic.requirements.technical.join('\n'))
  await fill('Functional', analytic.requirements.functional.join('\n'))
  await fill('Non-functional', analytic.requirements.nonFunctional.join('\n'))
  await fill('Contract', analytic.contract.text)
  await fill('Terms of use', analytic.terms.text)
  await fill('Privacy', 'Readings are kept.')
  await button(page, 'Add a price plan').click()
  await page.getByLabel('Price', { exact: true }).fill('12,5x')
  await page
    .getByText('whole micro-EUR: 12.50 EUR are 12500000')
    .or(page.getByText(/expected number/))
    .first()
    .waitFor()
  await page.getByLabel('Price', { exact: true }).fill('12,50')
  await page.getByText('Every field is as needed').waitFor()
  await page.getByText('Everything is saved.').waitFor()
  await picture(page, 'service-editor')
  await page.reload()
  expect(await page.getByLabel('Price', { exact: true }).inputValue()).toBe('12.50')
  await button(page, 'Submit for review').click()
  await page.getByText('waits for review').waitFor()
})

test('the operator looks at every item of the checklist, and sends it back with a reason', async () => {
  const page = await open(olga, '/')
  await goTo(page, 'Operate', 'Review')
  await page.getByRole('link', { name: TITLE }).click()
  await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
  for (const item of await page.getByRole('radiogroup').all()) await item.getByText('Right', { exact: true }).click()
  await page.getByRole('radiogroup', { name: 'Privacy is answered' }).getByText('Not right').click()
  await page.getByLabel(/^What is to be corrected/).fill('Say how long readings are kept.')
  await picture(page, 'review')
  await button(page, 'Send it back').click()
  await page.getByText('rejected', { exact: true }).waitFor()
})

test('the provider is told, reads why, corrects it, and submits it again', async () => {
  const told = await pia.context.request.get(`${instance.page}/v1/notifications`)
  expect(await told.text()).toContain('Say how long readings are kept.')
  const page = await open(pia, `/services/${listing}`)
  await page.getByText('Say how long readings are kept.').waitFor()
  await page.getByLabel('Privacy', { exact: true }).fill('Readings are kept for 90 days and given to nobody.')
  await page.getByText('Everything is saved.').waitFor()
  await button(page, 'Submit for review').click()
  await page.getByText('waits for review').waitFor()
})

test('the operator finds everything right and signs the approval with their own wallet', async () => {
  const page = await open(olga, `/review/${listing}`)
  await connect(page)
  for (const item of await page.getByRole('radiogroup').all()) await item.getByText('Right', { exact: true }).click()
  await button(page, 'Sign the approval').click()
  await page.getByText('approved', { exact: true }).waitFor()
})

test('the provider reads the contract, and signs it by publishing: the listing is found', async () => {
  expect(await isFound(bob)).toBe(false)
  const page = await open(pia, `/services/${listing}`)
  await connect(page)
  await page.getByRole('region', { name: 'Contract between service provider and marketplace' }).waitFor()
  await page.getByText('I have read the contract').click()
  await picture(page, 'provider-contract')
  await button(page, 'Sign and publish').click()
  await signInAgain(acme, pia)
  await open(pia, `/services/${listing}`)
  await page.getByRole('heading', { name: 'What is published' }).waitFor()
  await page.getByText('is in force and names this listing').waitFor()
  await picture(page, 'service-published')
  await until('the listing is found', 30_000, () => isFound(bob))
})

test('a landing page is built from blocks and seen without signing in; what is written in it runs nowhere', async () => {
  const page = await open(pia, `/services/${listing}/landing`)
  await button(page, 'Add: Heading').click()
  await page.getByLabel('Heading', { exact: true }).fill(`Wind, told a day ahead ${SCRIPT}`.slice(0, 120))
  await button(page, 'Add: Text').click()
  await page.getByLabel('Text', { exact: true }).fill(SCRIPT)
  await button(page, 'Add: Figure').click()
  for (const label of ['What', 'Value', 'Unit', 'Note'])
    await page.getByLabel(label, { exact: true }).fill('"><svg onload=injected=1>')
  await button(page, 'Add: Price plans').click()
  await button(page, 'Add: Button').click()
  await page.getByLabel('Words on the button').fill('Contract it')
  await page.getByLabel('Where it leads').fill('javascript:window.injected=1')
  await button(page, 'Save the page').click()
  await page.getByText('Not saved', { exact: true }).waitFor()
  await page.getByLabel('Where it leads').fill('https://acme.example/')
  await button(page, 'Add: Picture').click()
  await page.getByLabel(/^Picture/).setInputFiles({
    ...{ name: 'park.png', mimeType: 'image/png', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') },
  })
  await page.getByText('ERR_PICTURE').waitFor()
  await page.getByLabel(/^Picture/).setInputFiles({
    ...{ name: 'park.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(PNG, 'base64') },
  })
  await page.getByRole('button', { name: 'Picture 1' }).waitFor()
  await page.getByLabel('What is on it').fill('A wind park" onload="window.injected=1')
  await button(page, 'Move block 6 up').focus()
  await page.keyboard.press('Enter')
  await button(page, 'Save the page').click()
  await page.getByText('Revision 1 is saved and shown.').waitFor()

  const everybody = await browser.newContext()
  current = await everybody.newPage()
  let asked = 0
  current.on('dialog', (dialog) => {
    asked += 1
    void dialog.dismiss()
  })
  await current.goto(`${instance.page}/l/${listing}`)
  await current.getByRole('heading', { level: 1, name: TITLE }).waitFor()
  await current.getByText(SCRIPT).waitFor()
  const shown = current.getByRole('img', { name: /^A wind park/ })
  await expect.poll(() => shown.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(1)
  expect(await current.evaluate(() => 'injected' in globalThis)).toBe(false)
  expect(await current.locator('main script, main svg[onload], main [onerror], a[href^="javascript"]').count()).toBe(0)
  expect(asked).toBe(0)
  await everybody.close()
})

test('the provider corrects the page: what is better is seen at once, what it was before is kept', async () => {
  const page = await open(pia, `/services/${listing}/landing`)
  const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text)
  await fill('Heading', 'Tomorrow’s wind, told today')
  await fill('Text', 'We forecast every quarter of an hour of your park, before gate closure, with its uncertainty.')
  for (const [label, text] of [
    ['What', 'Mean error of a day ahead'],
    ['Value', '4.2'],
    ['Unit', '%'],
    ['Note', 'of installed capacity, 2024'],
  ] as const)
    await fill(label, text)
  await button(page, 'Remove block 5').click()
  await button(page, 'Save the page').click()
  await page.getByText('Revision 2 is saved and shown.').waitFor()
  await page.getByText('What it was before').click()
  await button(page, 'Take up revision 1').waitFor()
  await page.evaluate(() => window.scrollTo(0, 0))
  await picture(page, 'landing-editor')
  await open(bob, `/l/${listing}`)
  await current.getByText('Tomorrow’s wind, told today').waitFor()
  await picture(current, 'landing-page')
})

test('the provider restricts it to a list: others neither find it nor see its page', async () => {
  const page = await open(pia, `/services/${listing}/manage`)
  await page.getByText('Only accounts on the list').click()
  await page.getByText('It is restricted now.').waitFor()
  await until('it is found no more', 30_000, async () => !(await isFound(bob)))
  expect((await ask(bob, `/landing/${listing}`)).status).toBe(404)
  await page.getByLabel('Assign it to').fill(bolt.did)
  await button(page, 'Assign').click()
  await page.getByText('Access was given.').waitFor()
  await picture(page, 'service-manage')
  await until('it is found again', 30_000, () => isFound(bob))
  await page.getByText('Only accounts on the list').click()
  await page.getByText('It is open to everybody now.').waitFor()
})

test('the provider stops it with a reason, and starts it again', async () => {
  const page = await open(pia, `/services/${listing}/manage`)
  await connect(page)
  await page.getByLabel('Reason to stop').fill('We move our servers.')
  await button(page, 'Stop').click()
  await page.getByText('We move our servers.').waitFor()
  await button(page, 'Start').click()
  await page.getByText('It is found in the market and contracted.').waitFor()
})

test('the operator suspends it: its provider reads why, and nobody sees its page until it is reinstated', async () => {
  const page = await open(olga, `/review/${listing}`)
  await connect(page)
  await page.getByLabel('Reason to suspend').fill('Forecasts were late.')
  await button(page, 'Suspend').click()
  await button(page, 'Reinstate').waitFor()
  expect((await ask(bob, `/landing/${listing}`)).status).toBe(404)
  const theirs = await open(pia, `/services/${listing}/manage`)
  await theirs.getByText('Forecasts were late.').waitFor()
  current = page
  await button(page, 'Reinstate').click()
  await page.getByLabel('Reason to suspend').waitFor()
})

test('it is handed over to another company, which takes it with its own wallet', async () => {
  const page = await open(pia, `/services/${listing}/manage`)
  await connect(page)
  await page.getByLabel('Hand it over to').fill(bolt.did)
  await button(page, 'Offer it').click()
  await button(page, 'Take the offer back').waitFor()
  const theirs = await open(bob, `/services/${listing}/manage`)
  await connect(theirs)
  await button(theirs, 'Take over').click()
  // Being its provider is a contract too: the session ends with the credential before, whatever the page shows by then.
  await signInAgain(bolt, bob)
  await open(bob, `/services/${listing}/manage`)
  await theirs.getByRole('heading', { name: 'Start and stop' }).waitFor()
  await open(pia, `/services/${listing}`)
  await page.getByRole('heading', { level: 1, name: 'There is no such listing' }).waitFor()
})

test('every page is usable on a telephone', async () => {
  for (const [who, paths] of [
    [
      bob,
      [
        '/services',
        `/services/${listing}`,
        `/services/${listing}/manage`,
        `/services/${listing}/landing`,
        `/l/${listing}`,
      ],
    ],
    [olga, ['/review', `/review/${listing}`]],
  ] as const) {
    await who.page.setViewportSize({ width: 360, height: 740 })
    await who.page.emulateMedia({ colorScheme: 'dark' })
    for (const path of paths) {
      const page = await open(who, path)
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
    }
  }
  // What was refused on purpose is no complaint: a form that is not whole, a link that is none, a picture that is none.
  const complaints = [pia, bob, olga].flatMap((who) => who.complaints)
  expect(complaints.filter((said) => !/status of 4(00|09|15)/.test(said))).toEqual([])
})

test('a draft in a file is what the command line begins with; without a wallet it says what it needs', async () => {
  const file = join(instance.home, 'listing.json')
  writeFileSync(file, JSON.stringify(LISTING_EXAMPLES.analytic))
  const { code, stderr } = await instance.tryOpem('listing', 'draft', file, '--as', 'nobody')
  expect([code, stderr]).toEqual([1, expect.stringContaining('opem wallet sign-in nobody')])
})
