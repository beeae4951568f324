import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openPeoplesBrowser } from '../browser.ts'
import { type Company, citizen, companyWithRepresentative, type SignedIn } from '../companies.ts'
import { type Instance, startInstance, until } from '../instance.ts'
import { button, picture, showFailure } from '../steps.ts'

let instance: Instance
let browser: Browser
let una: SignedIn
let acme: Company
let wind: Company
let request: string
let current: Page | undefined

beforeAll(async () => {
  instance = await startInstance()
  browser = await openPeoplesBrowser()
  una = await citizen(instance, browser, { name: 'Una', roles: ['service-user'] })
  acme = await companyWithRepresentative(instance, browser, { name: 'Acme Data', roles: ['service-provider'] })
  wind = await companyWithRepresentative(instance, browser, { name: 'Wind Forecasts', roles: ['service-provider'] })
})
afterAll(async () => {
  await browser?.close()
  await acme?.close()
  await wind?.close()
  await instance?.remove()
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && current !== undefined) await showFailure(current, task)
})

const see = async (who: SignedIn, path: string): Promise<Page> => {
  current = who.page
  await who.page.goto(`${instance.page}${path}`)
  return who.page
}

/** Presses what needs a wallet: connects it first, unless the page found it connected. */
async function press(page: Page, name: string): Promise<void> {
  const wanted = button(page, name)
  const ready = async () => (await wanted.isVisible()) && (await wanted.isEnabled())
  await until(`“${name}” can be pressed`, 60_000, async () => {
    if (await ready()) return true
    await button(page, 'Test Wallet')
      .click({ timeout: 1000 })
      .catch(() => undefined)
    return ready()
  })
  await wanted.click()
}

test('a user says what nobody offers, and two companies are told', async () => {
  const page = await see(una, '/innovation')
  await button(page, 'Ask for a service').click()
  await page.getByLabel('What it is, in a line').fill('Forecast for a farm')
  await page.getByLabel('What you need').fill('Tomorrow’s load of our milking robots.')
  await page.getByLabel('Data that you have').fill('Load of the robots; MeterReading')
  await page.getByLabel('What you expect').fill('An error below 10 % on average.')
  await page.getByLabel('Budget from').fill('1000')
  await page.getByLabel('Budget up to').fill('2000')
  await page.getByLabel('Proposals until').fill(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10))
  await press(page, 'Ask the market')
  await page.getByRole('heading', { level: 1, name: 'Forecast for a farm' }).waitFor()
  request = new URL(page.url()).pathname
  for (const { representative } of [acme, wind]) {
    const told = await see(representative, '/notifications')
    await told.getByText('A service is asked for: Forecast for a farm').first().waitFor()
  }
})

test('a question is answered, and the other company reads both without learning who asked', async () => {
  const asks = await see(acme.representative, request)
  await asks.getByLabel('Your question').fill('How many robots?')
  await button(asks, 'Ask').click()
  await asks.getByText('not public yet').waitFor()
  const answers = await see(una, request)
  const thread = answers.getByRole('article').filter({ hasText: 'How many robots?' })
  await thread.getByLabel('Answer').fill('Four.')
  await thread.getByRole('button', { name: 'Send the answer' }).click()
  await thread.getByText('Four.').waitFor()
  const reads = await see(wind.representative, request)
  await reads.getByText('Four.').waitFor()
  expect(await reads.getByText('Acme Data').count()).toBe(0)
})

async function propose(by: SignedIn, title: string, price: string): Promise<void> {
  const page = await see(by, request)
  await page.getByLabel('Name of your proposal').fill(title)
  await page.getByLabel('What you would build').fill('A model of your robots.')
  await page.getByLabel('How you go about it').fill('We learn from a year of readings.')
  await page.getByLabel('Milestones').fill('First model; 30')
  await page.getByLabel('Price').fill(price)
  await page.getByLabel('Draft of the contract').fill('We run the forecast for you.')
  await page.getByLabel('Personal data').fill('Readings are kept for 90 days.')
  await press(page, 'Propose')
  await page.getByRole('listitem', { name: title }).waitFor()
}

test('two proposals stand side by side, one is chosen, and its provider finds a draft for this user alone', async () => {
  await propose(acme.representative, 'Farm forecast', '100')
  await propose(wind.representative, 'Robot radar', '80')
  const page = await see(una, request)
  await page
    .getByRole('listitem', { name: 'Farm forecast' })
    .getByText(/€1.300\.00 by the end of the first year/)
    .waitFor()
  await page
    .getByRole('listitem', { name: 'Robot radar' })
    .getByText(/€1.040\.00 by the end of the first year/)
    .waitFor()
  await picture(page, 'innovation')
  await page
    .getByRole('listitem', { name: 'Robot radar' })
    .getByRole('button', { name: 'Choose this proposal' })
    .click()
  await page.getByText('The provider prepares the listing for you.').waitFor()
  const lost = await see(acme.representative, '/notifications')
  await lost.getByText('Another proposal for “Forecast for a farm” was chosen').first().waitFor()
  const won = await see(wind.representative, request)
  await won.getByRole('link', { name: 'Read the listing’s draft over and submit it' }).click()
  await won.getByRole('heading', { level: 1, name: 'Robot radar' }).waitFor()
})
