import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { agreementRegistryAbi, listingRegistryAbi } from '@opem/contracts'
import {
  type AgreementTermsJson,
  agreementTypedData,
  contentBytes,
  type Hex,
  listingApproval,
  parseAgreementTerms,
} from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import type { Browser, Page } from 'playwright-core'
import { createPublicClient, createWalletClient, http, keccak256, sha256, toHex } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../offchain-api/src/operational/store.ts'
import { openPeoplesBrowser } from '../browser.ts'
import { type Company, citizen, companyWithRepresentative, operator, type SignedIn } from '../companies.ts'
import { type Instance, startInstance, until } from '../instance.ts'
import { openDoor } from '../people.ts'
import { button, canPress, picture, showFailure } from '../steps.ts'

const DAY = 86_400
const ROBOTS = 'robots-1'
const FARMS = 'north-1'

let instance: Instance
let browser: Browser
let store: OperationalStore
let una: SignedIn
let acme: Company
let wind: Company
let olga: SignedIn
let request: string
let listing: Hex
let agreement: Hex
let service: Server
let served: { rows: number; answer: object }
let current: Page | undefined

beforeAll(async () => {
  instance = await startInstance()
  store = createOperationalStore({
    url: `postgres://opem:opem@127.0.0.1:${Number(new URL(instance.page).port) + 2}/opem`,
  })
  browser = await openPeoplesBrowser()
  una = await citizen(instance, browser, { name: 'Una', roles: ['service-user', 'data-user'] })
  acme = await companyWithRepresentative(instance, browser, {
    ...{ name: 'Acme Data', roles: ['service-provider', 'data-provider'] },
  })
  wind = await companyWithRepresentative(instance, browser, { name: 'Wind Forecasts', roles: ['service-provider'] })
  olga = await operator(instance, browser)
  // How people join a community and authorise a meter is told by another story.
  await store.rows(`INSERT INTO communities (id, name, time_zone, period_seconds, batch_periods)
    VALUES ('0xfafa', 'Farms', 'UTC', 3600, 'day')`)
  await store.rows(
    `INSERT INTO members (community, id, name, account, salt_key) VALUES ('0xfafa', 'una', 'una', $1, '0x00')`,
    [una.wallet.address.toLowerCase()],
  )
  await store.rows(
    `INSERT INTO meters (community, member, place, meter, participation) VALUES ('0xfafa', 'una', 0, $1, 100)`,
    [ROBOTS],
  )
  await store.rows(
    `INSERT INTO meter_authorisations (community, member, meter, starts) VALUES ('0xfafa', 'una', $1, 0)`,
    [ROBOTS],
  )
})
afterAll(async () => {
  await browser?.close()
  await store?.close()
  service?.close()
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
  const ready = () => canPress(wanted)
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
  await page
    .getByLabel('Data that you have')
    .fill('Load of the robots; MeterReading\nLoads of other farms; MeterReading')
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

test('what was written and never came to the chain is sent from its page, a request and a proposal alike', async () => {
  const left = async (who: SignedIn, path: string, document: object): Promise<string> => {
    const answer = await who.context.request.post(`${instance.page}/v1/innovation/requests${path}`, {
      data: { document },
    })
    expect(answer.status()).toBe(200)
    return ((await answer.json()) as { id: string }).id
  }
  const wish = await left(una, '', {
    ...{ schema: 'opem/innovation-request/1', title: 'A second wish', need: 'x', result: 'x', data: [] },
    ...{ budget: { from: 0, to: 1_000_000 }, closesAt: Math.floor(Date.now() / 1000) + 3 * DAY },
  })
  const page = await see(una, `/innovation/${wish}`)
  await page.getByText('Nobody sees this yet').waitFor()
  await press(page, 'Ask the market')
  await page.getByText(/proposals until/).waitFor()
  await left(wind.representative, `/${wish}/proposals`, {
    ...{ schema: 'opem/innovation-proposal/1', request: wish, title: 'A second radar', description: 'x', plan: 'x' },
    ...{ milestones: [], price: { id: 'free', kind: 'free', price: 0 }, privacy: 'x', listing: null },
    contract: { text: 'x', noticeDays: 0 },
  })
  const proposes = await see(wind.representative, `/innovation/${wish}`)
  const card = proposes.getByRole('listitem', { name: 'A second radar' })
  await card.getByText('Nobody reads it yet').waitFor()
  await press(proposes, 'Propose')
  await card.getByText('open', { exact: true }).waitFor()
  await see(una, `/innovation/${wish}`)
  await page.getByRole('listitem', { name: 'A second radar' }).waitFor()
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

const chain = () => createPublicClient({ chain: foundry, transport: http(instance.chain), pollingInterval: 100 })
const walletOf = ({ wallet }: SignedIn) =>
  createWalletClient({ account: wallet, chain: foundry, transport: http(instance.chain) })
const mined = async (hash: Hex) => expect((await chain().waitForTransactionReceipt({ hash })).status).toBe('success')
const addresses = async () =>
  ((await (await fetch(`${instance.page}/v1/settings`)).json()) as { addresses: Record<string, Hex> }).addresses

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

/** A new line of a company's credential ends the sessions of the version before: then its people come in again. */
async function backIn(company: Company): Promise<void> {
  const who = company.representative
  const { jwt } = await company.wallet.issueRepresentative({
    ...{ subject: who.did, name: who.name, email: 'again@company.example', roles: ['administrator'] },
    expiresAt: Math.floor(Date.now() / 1000) + 365 * DAY,
  })
  await openDoor(instance, who.context.request).signIn(who.wallet, jwt)
}

async function asked<T>(who: SignedIn, path: string, data?: object): Promise<T> {
  const url = `${instance.page}${path}`
  const ask = () => (data === undefined ? who.context.request.get(url) : who.context.request.post(url, { data }))
  let answer = await ask()
  const company = [acme, wind].find(({ representative }) => representative === who)
  if (answer.status() === 401 && company !== undefined) {
    await backIn(company)
    answer = await ask()
  }
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** The newest version of Una's Account credential, which she takes herself. */
let newest: string | undefined

/** Until an agreement's line is in force in the credential of one side, who is signed in with it. */
async function settled(who: SignedIn, id: Hex): Promise<void> {
  await until(`the credential of ${who.name} names the agreement`, 120_000, async () => {
    if (who === una) await takeVersion()
    const { credential } = await asked<{ credential: { state: string } | null }>(who, `/v1/agreements/${id}`)
    return credential?.state === 'in-force'
  })
  // What was read may have been asked under the version before, whose sessions end with it.
  await until(`${who.name} is signed in with it`, 60_000, async () => {
    if (who === una) await takeVersion()
    await asked(who, `/v1/agreements/${id}`)
    return true
  })
}

async function takeVersion(): Promise<void> {
  const { request: browsed } = una.context
  const door = openDoor(instance, browsed)
  const waiting = await browsed.get(`${instance.page}/v1/access/credential/pending`)
  if (waiting.ok()) {
    newest = ((await waiting.json()) as { credential: string }).credential
    await door.post('receipts', { presentation: await door.present(una.wallet, 'receipt', newest) })
  }
  if (newest !== undefined && (waiting.ok() || waiting.status() === 401)) await door.signIn(una.wallet, newest)
}

const choose = async (page: Page, label: RegExp, option: RegExp) => {
  await page.getByRole('main').getByRole('button', { name: label }).click()
  await page.getByRole('option', { name: option }).click()
}

test('the provider submits the draft, the operator approves, and it is published for this user alone', async () => {
  const page = wind.representative.page
  current = page
  listing = new URL(page.url()).pathname.split('/').at(-1) as Hex
  await page.getByText('Every field is as needed').waitFor()
  await button(page, 'Submit for review').click()
  await page.getByText('waits for review').waitFor()

  const reviews = await see(olga, `/review/${listing}`)
  await reviews.getByRole('heading', { level: 1, name: 'Robot radar' }).waitFor()
  await connect(reviews)
  for (const item of await reviews.getByRole('radiogroup').all()) await item.getByText('Right', { exact: true }).click()
  await button(reviews, 'Sign the approval').click()
  await reviews.getByText('approved', { exact: true }).waitFor()

  await see(wind.representative, `/services/${listing}`)
  await connect(page)
  await page.getByText('I have read the contract').click()
  await button(page, 'Sign and publish').click()
  await until('the user is told', 60_000, async () => {
    const { items } = await asked<{ items: { title: string }[] }>(una, '/v1/notifications')
    return items.some(({ title }) => title === '“Robot radar” can be contracted now')
  })
  const found = async (who: SignedIn) =>
    (await asked<{ items: { listing: Hex }[] }>(who, '/v1/market/listings?text=radar')).items.map((one) => one.listing)
  await until('the user finds it', 60_000, async () => (await found(una)).includes(listing))
  expect(await found(acme.representative)).toEqual([])
  await until('the provider’s session ends with the credential before', 90_000, async () => {
    const answer = await wind.representative.context.request.get(`${instance.page}/v1/agreements`)
    return answer.status() === 401
  })
  await backIn(wind)
})

async function importHours(meter: string, kW: number): Promise<void> {
  const hour = Math.floor(Date.now() / 3_600_000) * 3600
  const rows = Array.from({ length: 31 * 24 }, (_, i) => {
    const when = new Date((hour - (31 * 24 - i) * 3600) * 1000)
    const date = `${when.getUTCMonth() + 1}/${when.getUTCDate()}/${String(when.getUTCFullYear()).slice(2)}`
    return `${date} ${when.getUTCHours()}:00,${kW},0,${kW}`
  })
  const file = join(instance.home, `${meter}.csv`)
  writeFileSync(file, `date,use,gen,grid\n${rows.join('\n')}\n`)
  await instance.opem('import', '--format', 'sundance', '--file', file, '--meter', meter, '--time-zone', 'UTC')
}

test('data that it needs besides are contracted from another company, whose policy names this provider', async () => {
  // The pages of sharing, publishing and contracting data are told by another story.
  await asked(acme.representative, '/v1/company/systems', {
    ...{ name: 'head end', meters: ['north-*'], scopes: ['readings'] },
    authentication: {
      kind: 'signature',
      publicKey: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    },
  })
  await importHours(FARMS, 2)
  const now = Math.floor(Date.now() / 3_600_000) * 3600
  const day = (at: number) => new Date(at * 1000).toISOString().replace('.000Z', 'Z')
  const set = await asked<{ listing: Hex; document: object }>(acme.representative, '/v1/data/sets', {
    ...{ title: 'Farms of the north', summary: 'Hourly loads.', description: 'Every hour, in Wh.', keywords: [] },
    ...{ region: ['ES'], granularity: 'PT1H', timeZone: 'UTC', from: day(now - 31 * DAY), to: null, meters: [FARMS] },
    ...{ ownMetersConfirmed: true, form: 'pseudonymous', storageCountries: ['ES'], processors: 'The user.' },
    ...{
      updates: 'PT1H',
      termination: 'Copies are deleted.',
      noticeDays: 0,
      contract: 'As they are.',
      terms: 'As agreed.',
    },
    ...{ privacy: 'Invented names.', plans: [{ id: 'free', kind: 'free', price: 0 }] },
    policy: {
      ...{ purposes: ['ServiceProvision'], countries: ['ES'], until: null, times: null, deleteAfterDays: 30 },
      ...{ attribution: 'Acme Data', redistribution: false, recipients: [wind.did] },
    },
  })
  const { ListingRegistry, AgreementRegistry } = await addresses()
  const bytes = contentBytes(set.document as never)
  const form = new FormData()
  form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'listing.json')
  const content = Number(new URL(instance.page).port) + 4
  const kept = await fetch(`http://127.0.0.1:${content}/api/v0/add?cid-version=1&raw-leaves=true&pin=true`, {
    ...{ method: 'POST', body: form },
  })
  expect(kept.ok).toBe(true)
  const approval = {
    ...{ listing: set.listing, provider: acme.address, kind: 1, version: 1, content: sha256(bytes) },
    ...{ providerContract: keccak256(toHex('contract')), deadline: 2n ** 40n },
  }
  const approved = await (await openKeyFile(join(instance.home, 'keys', 'operator.json'))).signTypedData(
    listingApproval({ chainId: 31337, listings: ListingRegistry!, approval }),
  )
  await mined(
    await walletOf(acme.representative).writeContract({
      ...{ address: ListingRegistry!, abi: listingRegistryAbi, functionName: 'publish', args: [approval, approved] },
    }),
  )
  const choices = `${instance.page}/v1/agreements/choices?listing=${set.listing}`
  await until('the data set is known', 60_000, async () => (await una.context.request.get(choices)).ok())

  const { terms, document } = await asked<{ terms: AgreementTermsJson; document: object }>(
    una,
    '/v1/agreements/drafts',
    {
      ...{ listing: set.listing, plan: 'free' },
    },
  )
  const sign = ({ wallet }: SignedIn) =>
    wallet.signTypedData!(
      agreementTypedData({ chainId: 31337, agreements: AgreementRegistry!, agreement: parseAgreementTerms(terms) }),
    )
  const [theirs, ours] = [await sign(una), await sign(acme.representative)]
  const { id } = await asked<{ id: Hex }>(una, '/v1/agreements', { terms, document, signature: theirs })
  await mined(
    await walletOf(una).writeContract({
      ...{ address: AgreementRegistry!, abi: agreementRegistryAbi, functionName: 'conclude' },
      args: [parseAgreementTerms(terms), theirs, ours],
    }),
  )
  await settled(una, id)
})

const END = Math.floor(Date.now() / 1000 / DAY) * DAY + 60 * DAY
const LATER = END + 60 * DAY
const dateOf = (at: number) => new Date(at * 1000).toISOString().slice(0, 10)

test('the user contracts it from the request: where its data come from stands in the agreement that both sign', async () => {
  const page = await see(una, request)
  await page.getByText('It needs Load of the robots; Loads of other farms.').waitFor()
  await page.getByRole('link', { name: 'Contract it' }).click()
  await page.getByRole('heading', { level: 1, name: 'Contract “Robot radar”' }).waitFor()
  await choose(page, /Load of the robots: from where/, /robots-1/)
  await choose(page, /Loads of other farms: from where/, /Farms of the north/)
  await page.getByLabel('Until').fill(dateOf(END))
  await picture(page, 'agreement-sources')
  await button(page, 'Show the agreement').click()
  const words = page.getByRole('region', { name: 'The agreement in words' })
  await words
    .getByText(/of the meter robots-1; .* of the data set “Farms of the north” that Una has contracted from Acme Data/)
    .waitFor()
  await words.getByText(/Who uses them names their source: Acme Data/).waitFor()
  await press(page, 'Sign and send the offer')
  await page.getByText('The other side answers next.').first().waitFor()
  agreement = page.url().split('/').at(-1) as Hex

  const signs = await see(wind.representative, request)
  await signs.getByRole('link', { name: 'Open the agreement' }).click()
  await press(signs, 'Sign and conclude')
  const { AgreementRegistry } = await addresses()
  await until('the chain has the agreement', 60_000, async () => {
    const { state } = await chain().readContract({
      ...{ address: AgreementRegistry!, abi: agreementRegistryAbi, functionName: 'standingOf', args: [agreement] },
    })
    return state === 1
  })
  await settled(una, agreement)
  await settled(wind.representative, agreement)
})

test('the data start to flow: what is missing is said and comes, the rest is there under its own agreement', async () => {
  const page = await see(wind.representative, `/agreements/${agreement}`)
  await button(page, 'Check the data').click()
  const own = page.getByRole('listitem', { name: 'Load of the robots' })
  const others = page.getByRole('listitem', { name: 'Loads of other farms' })
  await own.getByText(/There is no reading of robots-1/).waitFor()
  await others.getByText('complete', { exact: true }).waitFor()
  await importHours(ROBOTS, 0.5)
  await button(page, 'Check again').click()
  await own.getByText('complete', { exact: true }).waitFor()
  await page.getByRole('region', { name: 'Data the service needs' }).scrollIntoViewIfNeeded()
  await picture(page, 'data-sources')

  const at = (hours: number) => new Date((Math.floor(Date.now() / 3_600_000) - hours) * 3_600_000).toISOString()
  const [from, to] = [at(24).replace('.000Z', 'Z'), at(0).replace('.000Z', 'Z')]
  const read = await asked<{ readings: { importWh: number }[] }>(
    wind.representative,
    `/v1/agreements/${agreement}/readings?data=${encodeURIComponent('Load of the robots')}&from=${from}&to=${to}`,
  )
  const got = await wind.representative.context.request.post(`${instance.page}/v1/agreements/${agreement}/data`, {
    data: { data: 'Loads of other farms', query: { from, to, granularity: 'hour' }, country: 'ES' },
  })
  const rows = (await got.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { importWh: number })
  expect([read.readings.length, rows.length]).toEqual([24, 24])
  served = {
    rows: rows.length,
    answer: { robotsWh: read.readings[0]!.importWh, othersWh: rows[0]!.importWh },
  }
})

test('the provider marks it ready, and the user starts and uses it', async () => {
  service = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(served.answer))
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const page = await see(wind.representative, `/agreements/${agreement}`)
  await page.getByLabel('Notes for the user').fill('Trained on a month of your robots.')
  await button(page, 'Save the adaptation').click()
  await page.getByLabel('Address of the service').fill(`http://127.0.0.1:${(service.address() as AddressInfo).port}`)
  await button(page, 'Mark it ready').click()
  await page.getByText('The user was told, and starts it.').waitFor()

  const uses = await see(una, request)
  await uses.getByRole('link', { name: 'Open your agreement' }).click()
  await button(uses, 'Start the service').click()
  expect(await call(uses)).toEqual({ robotsWh: 500, othersWh: 2000 })
})

async function call(page: Page): Promise<object> {
  await page.getByLabel('Path to ask').fill('tomorrow')
  await button(page, 'Call the service').click()
  const answer = page.getByRole('figure', { name: 'Answer of the service' })
  await answer.getByText('Status 200, counted as 1.').waitFor()
  return JSON.parse(await answer.locator('pre').innerText()) as object
}

test('the user sees what was handed on in their name', async () => {
  const { contracts } = await asked<{ contracts: { agreement: Hex }[] }>(una, '/v1/data/contracts')
  const page = await see(una, `/data/mine?agreement=${contracts[0]!.agreement}`)
  await page.getByText(/24 rows as ndjson for ServiceProvision, kept in ES/).waitFor()
  await page.getByRole('link', { name: 'a service of yours' }).click()
  await page.getByRole('heading', { level: 1, name: 'Robot radar' }).waitFor()
})

test('the provider offers a later end, the user agrees, and the service goes on; nobody else has a say', async () => {
  const offers = await see(wind.representative, `/agreements/${agreement}`)
  await offers.getByLabel('Later end').fill(dateOf(END - DAY))
  await offers.getByText('Choose a day after the end that is agreed.').waitFor()
  await offers.getByLabel('Later end').fill(dateOf(LATER))
  await press(offers, 'Sign and offer it')
  await offers.getByText(/^You offered the end/).waitFor()
  await expect(asked(acme.representative, `/v1/agreements/${agreement}`)).rejects.toThrow('ERR_AGREEMENT_UNKNOWN')

  const page = await see(una, `/agreements/${agreement}`)
  await page.getByText(/^The other side offers the end/).waitFor()
  await page.getByRole('region', { name: 'Extend it' }).scrollIntoViewIfNeeded()
  await picture(page, 'agreement-extend')
  await press(page, 'Agree and sign')
  await page.getByText(/^It was extended until/).waitFor({ timeout: 60_000 })
  const { AgreementRegistry } = await addresses()
  const { endsAt } = await chain().readContract({
    ...{ address: AgreementRegistry!, abi: agreementRegistryAbi, functionName: 'standingOf', args: [agreement] },
  })
  expect(endsAt).toBe(LATER)
  expect(await call(page)).toEqual({ robotsWh: 500, othersWh: 2000 })
})

test('the provider ends it within its terms: it goes on for the notice, and the user can contract it again', async () => {
  const ends = await see(wind.representative, `/agreements/${agreement}`)
  await ends.getByText('It ends 30 days after the chain has it.').waitFor()
  await ends.getByLabel('Why it ends').fill('We close this line of models.')
  await press(ends, 'End the agreement')
  await ends.getByText('It was ended early and is in force until its notice is over.').waitFor({ timeout: 60_000 })
  const page = await see(una, `/agreements/${agreement}`)
  await page.getByText('We close this line of models.').waitFor()
  expect(await page.getByRole('heading', { name: 'Extend it' }).count()).toBe(0)
  expect(await call(page)).toEqual({ robotsWh: 500, othersWh: 2000 })
  await page.getByRole('link', { name: 'Contract it again' }).click()
  await page
    .getByRole('button', { name: /Load of the robots: from where/ })
    .getByText('robots-1')
    .waitFor()
})

test('on a phone, in the dark, nothing is wider than the page', async () => {
  for (const [who, path, there] of [
    [una, request, 'Proposals'],
    [una, `/agreements/new?listing=${listing}&again=${agreement}`, 'Choose'],
    [wind.representative, `/agreements/${agreement}`, 'Data the service needs'],
  ] as const) {
    const page = await see(who, path)
    await page.setViewportSize({ width: 360, height: 740 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.getByRole('heading', { level: 2, name: there }).waitFor()
    expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
  }
  const complaints = [una, acme.representative, wind.representative, olga].flatMap((one) => one.complaints)
  expect(complaints).toEqual([])
})
