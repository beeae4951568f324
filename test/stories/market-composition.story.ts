import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Hex, LISTING_EXAMPLES, type ListingDocument } from '@opem/domain'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openPeoplesBrowser } from '../browser.ts'
import { type Company, citizen, companyWithRepresentative, operator, type SignedIn } from '../companies.ts'
import { type Instance, startInstance, until } from '../instance.ts'
import { asks, concludeAs, offerOf, provideAs, publishAs } from '../market-deeds.ts'
import { openDoor } from '../people.ts'
import { button, canPress, goTo, picture, showFailure } from '../steps.ts'

const YEAR = 365 * 86_400
const CHAIN_NAME = 'Clean forecast'

let instance: Instance
let browser: Browser
let clean: Company
let wind: Company
let una: SignedIn
let cora: SignedIn
let olga: SignedIn
let cleanse: Provided
let forecast: Provided
let composition: string
let offered: Hex
let ordered: Hex
let current: Page | undefined

/** A provider's own software: takes a list of numbers and gives one. */
interface Provided {
  readonly url: string
  readonly server: Server
  readonly asked: string[]
  broken: boolean
  listing: Hex
  agreement: Hex
}

async function openSoftware(path: string, work: (wh: number[]) => number[]): Promise<Provided> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (bytes: Buffer) => (text += bytes))
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${text}`)
      if (provided.broken || request.url !== path) return void response.writeHead(500).end('broken')
      const answer = JSON.stringify(work(JSON.parse(text) as number[]))
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const provided: Provided = { url, server, asked, broken: false, listing: '0x', agreement: '0x' }
  return provided
}

beforeAll(async () => {
  instance = await startInstance()
  browser = await openPeoplesBrowser()
  cleanse = await openSoftware('/v1/clean', (wh) => wh.filter((one) => one >= 0))
  forecast = await openSoftware('/v1/next', (wh) => wh.map((one) => one * 2))
  clean = await companyWithRepresentative(instance, browser, { name: 'Clean Data', roles: ['service-provider'] })
  wind = await companyWithRepresentative(instance, browser, { name: 'Wind Forecasts', roles: ['service-provider'] })
  una = await citizen(instance, browser, { name: 'Una', roles: ['service-user', 'service-provider'] })
  cora = await citizen(instance, browser, { name: 'Cora', roles: ['service-user'] })
  olga = await operator(instance, browser)
})
afterAll(async () => {
  await browser?.close()
  await clean?.close()
  await wind?.close()
  cleanse?.server.close()
  forecast?.server.close()
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
async function press(page: Page, wanted: ReturnType<typeof button>): Promise<void> {
  const ready = () => canPress(wanted)
  await until('the button can be pressed', 60_000, async () => {
    if (await ready()) return true
    await button(page, 'Test Wallet')
      .first()
      .click({ timeout: 1000 })
      .catch(() => undefined)
    return ready()
  })
  await wanted.click()
}

/** A company's contracts end the session with each new line of its credential: its representative comes in again. */
async function backIn(company: Company): Promise<void> {
  const who = company.representative
  const { jwt } = await company.wallet.issueRepresentative({
    ...{ subject: who.did, name: who.name, email: 'again@company.example', roles: ['administrator'] },
    expiresAt: Math.floor(Date.now() / 1000) + YEAR,
  })
  await openDoor(instance, who.context.request).signIn(who.wallet, jwt)
}

const documentOf = (change: Partial<ListingDocument>): ListingDocument => ({
  ...LISTING_EXAMPLES.analytic,
  ...{ dataNeeded: [], parameters: [], plans: [{ id: 'trial', kind: 'free', price: 0 }] },
  ...{ contract: { text: 'The provider runs the service for the user.', noticeDays: 0 } },
  ...change,
})

/** Drafts a service of a company, says on the page how it works together with others, and publishes what stands there. */
async function offer(
  company: Company,
  provided: Provided,
  document: ListingDocument,
  say: (page: Page) => Promise<void>,
): Promise<void> {
  const who = company.representative
  const { listing } = await asks<{ listing: Hex }>(instance, who, 'POST', '/v1/market/services', { document })
  provided.listing = listing
  const page = await see(who, `/services/${listing}`)
  await page.getByRole('heading', { name: 'Working together with others' }).waitFor()
  await say(page)
  await page.getByText('Everything is saved.').waitFor()
  await page.getByText('Every field is as needed').waitFor()
  const saved = await asks<{ document: ListingDocument }>(instance, who, 'GET', `/v1/market/services/${listing}`)
  await publishAs(instance, who, { party: company.address, listing, document: saved.document })
  await until('the provider’s session ends with the credential before', 90_000, async () => {
    const answer = await who.context.request.get(`${instance.page}/v1/agreements`)
    return answer.status() === 401
  })
  await backIn(company)
}

test('a provider says what its service gives, what may follow it and where a chain calls it', async () => {
  const document = documentOf({
    ...{ title: 'Cleanse', category: 'E2.1', access: { baseUrl: cleanse.url } },
    composition: { before: [], after: [] },
  })
  await offer(clean, cleanse, document, async (page) => {
    await page.getByLabel('May come after it').fill('E6.2')
    await page.getByLabel('What it gives').fill('MeterReading\nMeterReading')
    await page.getByText('the shape "MeterReading" is here twice').first().waitFor()
    await page.getByLabel('What it gives').fill('MeterReading')
    await page.getByLabel('Where a chain calls it').fill('clean')
    await page.getByText('a path like /forecast').first().waitFor()
    await page.getByLabel('Where a chain calls it').fill('/clean')
    await page
      .getByRole('note', { name: 'In a chain' })
      .getByText(`by POST to ${cleanse.url}/clean, and its answer, MeterReading, goes to the next.`)
      .waitFor()
    await page.getByLabel('Where a chain calls it').scrollIntoViewIfNeeded()
    await picture(page, 'service-composition')
  })
})

test('the provider of another service says what it takes', async () => {
  const document = documentOf({
    ...{ title: 'Forecast', category: 'E6.2', access: { baseUrl: forecast.url } },
    composition: { before: [], after: [] },
  })
  await offer(wind, forecast, document, async (page) => {
    await page.getByLabel('What it takes').fill('MeterReading\nPrice')
    await page.getByLabel('Where a chain calls it').fill('/next')
    await page.getByRole('note', { name: 'In a chain' }).getByText('it is sent MeterReading or Price').waitFor()
  })
})

test('a user contracts both, and each of them runs', async () => {
  for (const [company, provided] of [
    [clean, cleanse],
    [wind, forecast],
  ] as const) {
    const provider = company.representative
    provided.agreement = await offerOf(instance, una, provided.listing, 'trial')
    await concludeAs(instance, provider, provided.agreement)
    await until(`the credential of ${company.name} names the agreement`, 90_000, async () => {
      await backIn(company)
      const { credential } = await asks<{ credential: { state: string } }>(
        ...([instance, provider, 'GET', `/v1/agreements/${provided.agreement}`] as const),
      )
      return credential.state === 'in-force'
    })
    await provideAs(instance, provider, una, provided.agreement)
  }
})

test('what the operator forbids is not suggested to the user, and what it allows again is', async () => {
  const operates = await see(olga, '/')
  await goTo(operates, 'Operate', 'Review')
  const pairs = operates.getByRole('region', { name: 'What may follow what' })
  await pairs.getByLabel('Before').fill('E2.1')
  await pairs.getByLabel('After').fill('E6.2')
  await pairs.getByLabel('Reason').fill('We look into it.')
  await pairs.getByRole('button', { name: 'Put it in force' }).click()
  await pairs.getByText('E2.1 → E6.2').waitFor()
  const page = await see(una, '/compositions')
  await button(page, 'Cleanse').click()
  await page.getByText('Nothing fits behind it.').waitFor()

  current = operates
  await pairs.getByLabel('Before').fill(cleanse.listing)
  await pairs.getByLabel('After').fill(forecast.listing)
  await pairs.getByRole('button', { name: /Rule/ }).click()
  await operates.getByRole('option', { name: 'may follow', exact: true }).click()
  await pairs.getByLabel('Reason').fill('These two go together.')
  await pairs.getByRole('button', { name: 'Put it in force' }).click()
  await pairs.getByText('These two go together.').waitFor()
  await see(una, '/compositions')
  await button(page, 'Cleanse').click()
  await button(page, 'Forecast').waitFor()
})

/** Chains both services on the page, and asks their providers. @returns the composition's address */
async function compose(): Promise<string> {
  const page = await see(una, '/compositions')
  await button(page, 'Cleanse').click()
  await button(page, 'Forecast').click()
  await page.getByLabel('Name of the composition').fill(CHAIN_NAME)
  await page.getByLabel('What it is for').fill('Tomorrow’s load without the errors of yesterday.')
  await press(page, button(page, 'Ask the providers'))
  await page.getByRole('heading', { level: 1, name: CHAIN_NAME }).waitFor()
  await page.getByText('requested', { exact: true }).waitFor()
  return new URL(page.url()).pathname
}

async function decide(company: Company, path: string, service: string, answer: 'Approve' | 'Reject', words = '') {
  const page = await see(company.representative, path)
  const own = page.getByRole('listitem', { name: service })
  await own.getByLabel('A word to the user').fill(words)
  await press(page, own.getByRole('button', { name: answer }))
  await own.getByText(answer === 'Approve' ? 'approved' : 'rejected', { exact: true }).waitFor()
}

test('one provider approves and another rejects: the user reads why, and nothing runs', async () => {
  const path = await compose()
  const told = await see(wind.representative, '/notifications')
  await told.getByText(`Your service is to be part of “${CHAIN_NAME}”`).first().waitFor()
  await decide(clean, path, 'Cleanse', 'Approve')
  await decide(wind, path, 'Forecast', 'Reject', 'Say which feeder it is for.')
  const page = await see(una, path)
  await page.getByText('A provider said no').waitFor()
  await page.getByRole('listitem', { name: 'Forecast' }).getByText('Say which feeder it is for.').waitFor()
  await page.getByRole('listitem', { name: 'Cleanse' }).getByText('approved', { exact: true }).waitFor()
  expect(await button(page, 'Run the chain').count()).toBe(0)
})

test('asked again, both approve: the user runs the chain and sees each step and the result', async () => {
  composition = await compose()
  await decide(clean, composition, 'Cleanse', 'Approve')
  await decide(wind, composition, 'Forecast', 'Approve', 'Thank you for the feeder.')
  const page = await see(una, composition)
  await page.getByText('approved', { exact: true }).first().waitFor()
  await page.getByLabel('What the first service is given').fill('[3, -1, 4]')
  await button(page, 'Run the chain').click()
  const run = page.getByRole('article', { name: /^Run of/ })
  await run.getByText('Cleanse: done').waitFor()
  await run.getByText('Forecast: done').waitFor()
  await run.getByText('2 of 2').waitFor()
  await run.getByRole('button', { name: 'Show what it gave' }).click()
  await run.getByText('[6,8]', { exact: true }).waitFor()
  await picture(page, 'composition-run')
  expect(cleanse.asked).toEqual(['POST /v1/clean [3,-1,4]'])
  expect(forecast.asked).toEqual(['POST /v1/next [3,4]'])
})

test('a service that fails stops the run there; tried again, only that one is asked', async () => {
  forecast.broken = true
  const page = await see(una, composition)
  await page.getByLabel('What the first service is given').fill('[5]')
  await button(page, 'Run the chain').click()
  const failed = page.getByRole('article', { name: /^Run of/ }).filter({ hasText: 'ERR_SERVICE_FAILED' })
  await failed.getByText('1 of 2').waitFor()
  forecast.broken = false
  await failed.getByRole('button', { name: 'Try again from the step that failed' }).click()
  await failed.getByText('2 of 2').waitFor()
  expect(cleanse.asked.slice(1)).toEqual(['POST /v1/clean [5]'])
  expect(forecast.asked.slice(1)).toEqual(['POST /v1/next [5]', 'POST /v1/next [5]'])
  const usage = await asks<{ total: object }>(instance, una, 'GET', `/v1/agreements/${forecast.agreement}/usage`)
  expect(usage.total).toEqual({ calls: 2, units: '2' })
})

test('the index has both requests and what each provider said', async () => {
  await until('graph-node has followed', 60_000, async () => {
    const { compositions } = await instance.query<{ compositions: { state: string; steps: { state: string }[] }[] }>(
      '{ compositions(orderBy: requestedAt) { state steps(orderBy: index) { state } } }',
    )
    const states = compositions.map(({ state, steps }) => [state, ...steps.map((step) => step.state)].join(' '))
    return states.join(', ') === 'REJECTED APPROVED REJECTED, APPROVED APPROVED APPROVED'
  })
})

test('the user offers the composition on the market, as one service that the marketplace runs', async () => {
  const page = await see(una, composition)
  await button(page, 'Offer it on the market').click()
  await page.getByRole('heading', { name: 'Access', exact: true }).waitFor()
  offered = new URL(page.url()).pathname.split('/').at(-1) as Hex
  const chain = page.getByRole('group', { name: 'The marketplace runs this chain' })
  expect(await chain.getByRole('listitem').count()).toBe(2)
  await page.getByLabel('Notice').fill('0')
  await page.getByRole('button', { name: 'Remove price plan 1' }).click()
  await button(page, 'Add a price plan').click()
  await page.getByRole('main').getByRole('button', { name: /Plan/ }).first().click()
  await page.getByRole('option', { name: 'Free' }).click()
  await page.getByText('Everything is saved.').waitFor()
  await page.getByText('Every field is as needed').waitFor()
  await picture(page, 'composed-listing')
  await button(page, 'Submit for review').click()
  await page.getByText('waits for review').waitFor()

  const operates = await see(olga, `/review/${offered}`)
  await operates.getByRole('radiogroup').first().waitFor()
  for (const item of await operates.getByRole('radiogroup').all())
    await item.getByText('Right', { exact: true }).click()
  await press(operates, button(operates, 'Sign the approval'))
  await operates.getByText('approved', { exact: true }).waitFor()

  await see(una, `/services/${offered}`)
  await page.getByText('I have read the contract').click()
  await press(page, button(page, 'Sign and publish'))
  await page.getByRole('heading', { name: 'What is published' }).waitFor({ timeout: 60_000 })
})

test('a third party contracts it, and one call runs the chain under the composer’s agreements', async () => {
  const page = await see(cora, `/market/${offered}`)
  const made = page.getByRole('list', { name: 'The services that it is made of' })
  await made.getByText('Forecast').waitFor()
  expect(await made.getByRole('link').allInnerTexts()).toEqual(['Cleanse', 'Forecast'])
  await page.getByRole('link', { name: 'Contract', exact: true }).click()
  await button(page, 'Show the agreement').click()
  await press(page, button(page, 'Sign and send the offer'))
  await page.getByText('The other side answers next.').first().waitFor()
  ordered = page.url().split('/').at(-1) as Hex

  const provides = await see(una, `/agreements/${ordered}`)
  await press(provides, button(provides, 'Sign and conclude'))
  await button(provides, 'Check the data').click({ timeout: 60_000 })
  await button(provides, 'Save the adaptation').click()
  await provides.getByText('The marketplace runs the chain: Cleanse, then Forecast.').waitFor()
  await button(provides, 'Mark it ready').click()
  await provides.getByText('The user was told, and starts it.').waitFor()

  await see(cora, `/agreements/${ordered}`)
  await button(page, 'Start the service').click()
  await page.getByLabel('What the first service is given').fill('[10, -2]')
  await button(page, 'Call the service').click()
  const answer = page.getByRole('figure', { name: 'Answer of the service' })
  await answer.getByText('Status 200, counted as 1.').waitFor()
  expect(await answer.locator('pre').innerText()).toBe('[20]')
  const call = page.getByRole('article', { name: /^Call of/ })
  await call.getByText('Cleanse: answered').waitFor()
  await call.getByText('Forecast: answered').waitFor()
  await picture(page, 'composed-call')
  const total = async (who: SignedIn, id: Hex) =>
    (await asks<{ total: object }>(instance, who, 'GET', `/v1/agreements/${id}/usage`)).total
  expect(await total(cora, ordered)).toEqual({ calls: 1, units: '1' })
  expect(await total(una, cleanse.agreement)).toEqual({ calls: 3, units: '3' })
  expect(await total(una, forecast.agreement)).toEqual({ calls: 3, units: '3' })
})

test('a provider that stops its service ends the calls with a sentence, and the composer reads why', async () => {
  const stops = await see(wind.representative, `/agreements/${forecast.agreement}`)
  await stops.getByText('Stop the service').first().click()
  await stops.getByLabel('Why it is stopped').fill('We move our servers.')
  await button(stops, 'Stop the service').click()
  await button(stops, 'Start the service').waitFor()
  const before = cleanse.asked.length
  const page = await see(cora, `/agreements/${ordered}`)
  await page.getByLabel('What the first service is given').fill('[1]')
  await button(page, 'Call the service').click()
  const answer = page.getByRole('figure', { name: 'Answer of the service' })
  await answer.getByText('Status 503, counted as 0.').waitFor()
  await answer.getByText(/service 2 of 2, “Forecast”, may not be used now/).waitFor()
  expect(cleanse.asked.length).toBe(before)
  const told = await see(una, '/notifications')
  await told.getByText(`“${CHAIN_NAME}” did not run for a user`).first().waitFor()
})

test('every page of it is usable on a telephone, and nobody’s browser complained', async () => {
  for (const [who, paths] of [
    [una, ['/compositions', composition, `/services/${offered}`]],
    [cora, [`/market/${offered}`, `/agreements/${ordered}`]],
  ] as const) {
    await who.page.setViewportSize({ width: 360, height: 740 })
    await who.page.emulateMedia({ colorScheme: 'dark' })
    for (const path of paths) {
      const page = await see(who, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
    }
  }
  const complaints = [una, cora, olga, clean.representative, wind.representative].flatMap((who) => who.complaints)
  // The call that was refused on purpose is logged by the browser.
  expect(complaints.filter((said) => !/status of 503/.test(said))).toEqual([])
})
