import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import type { Browser, Page } from 'playwright-core'
import { keccak256, stringToHex } from 'viem'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../offchain-api/src/operational/store.ts'
import { openPeoplesBrowser } from '../browser.ts'
import { type Company, citizen, companyWithRepresentative, operator, type SignedIn } from '../companies.ts'
import { type Instance, startInstance, until } from '../instance.ts'
import { openDoor } from '../people.ts'
import { expectPrivate } from '../privacy/expect-private.ts'
import { button, picture, showFailure } from '../steps.ts'

const TITLE = 'A street in May'
const YEAR = 365 * 86_400

let instance: Instance
let browser: Browser
let store: OperationalStore
let grid: Company
let lab: Company
let ann: SignedIn
let bob: SignedIn
let olga: SignedIn
let listing: Hex
let agreement: Hex
let current: Page | undefined

beforeAll(async () => {
  instance = await startInstance()
  store = createOperationalStore({
    url: `postgres://opem:opem@127.0.0.1:${Number(new URL(instance.page).port) + 2}/opem`,
  })
  browser = await openPeoplesBrowser()
  grid = await companyWithRepresentative(instance, browser, { name: 'Sunny Grid', roles: ['data-provider'] })
  lab = await companyWithRepresentative(instance, browser, { name: 'Blue Lab', roles: ['data-user'] })
  ann = await citizen(instance, browser, { name: 'Ann Ortega' })
  bob = await citizen(instance, browser, { name: 'Bob Castillo' })
  olga = await operator(instance, browser)
  // How people join a community is told by another story.
  await store.rows(`INSERT INTO communities (id, name, time_zone, period_seconds, batch_periods)
    VALUES ('0xdada', 'A street', 'Europe/Madrid', 3600, 'day')`)
  for (const [who, meter] of [
    [ann, 'may-ann'],
    [bob, 'may-bob'],
  ] as const) {
    await store.rows(`INSERT INTO members (community, id, name, account, salt_key) VALUES ('0xdada', $1, $2, $3, $4)`, [
      meter,
      who.name,
      who.wallet.address.toLowerCase(),
      keccak256(stringToHex(`salt of ${meter}`)),
    ])
    await store.rows(
      `INSERT INTO meters (community, member, place, meter, participation) VALUES ('0xdada', $1, 0, $1, 100)`,
      [meter],
    )
  }
})
afterAll(async () => {
  await browser?.close()
  await store?.close()
  await grid?.close()
  await lab?.close()
  await instance?.remove()
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && current !== undefined) await showFailure(current, task)
})

async function open(who: SignedIn, path: string): Promise<Page> {
  current = who.page
  await who.page.goto(`${instance.page}${path}`)
  return who.page
}

async function asked<T>(who: SignedIn, path: string): Promise<T> {
  const answer = await who.context.request.get(`${instance.page}${path}`)
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** A new line of a company's credential ends the sessions of the version before: then its people come in again. */
async function renewed(company: Company): Promise<void> {
  const who = company.representative
  await until(`the session of ${who.name} ends with the credential before`, 90_000, async () => {
    const answer = await who.context.request.get(`${instance.page}/v1/notifications`)
    return answer.status() === 401
  })
  const { jwt } = await company.wallet.issueRepresentative({
    ...{ subject: who.did, name: who.name, email: 'again@company.example', roles: ['administrator'] },
    expiresAt: Math.floor(Date.now() / 1000) + YEAR,
  })
  await openDoor(instance, who.context.request).signIn(who.wallet, jwt)
}

async function choose(page: Page, list: RegExp, option: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: list }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

// One day of hours, in kW as the head end writes them: a company's pump, Ann and Bob.
const RAW = { 'may-pump': [1.5, 0], 'may-ann': [0.25, 0], 'may-bob': [0.75, 0] } as const

test('a data provider imports the readings of its meters', async () => {
  const system = await grid.representative.context.request.post(`${instance.page}/v1/company/systems`, {
    data: {
      ...{ name: 'head end', meters: ['may-*'], scopes: ['readings'] },
      authentication: {
        kind: 'signature',
        publicKey: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
      },
    },
  })
  expect(system.status()).toBe(200)
  for (const [meter, [use]] of Object.entries(RAW)) {
    const rows = Array.from({ length: 24 }, (_, hour) => `5/10/26 ${hour}:00,${use},0,${use}`)
    const file = join(instance.home, `${meter}.csv`)
    writeFileSync(file, `date,use,gen,grid\n${rows.join('\n')}\n`)
    await instance.opem('import', '--format', 'sundance', '--file', file, '--meter', meter, '--time-zone', 'UTC')
  }
})

test('the provider describes a data set and says how it may be used', async () => {
  const page = await open(grid.representative, '/data/share')
  await page.getByLabel('Title', { exact: true }).fill(TITLE)
  await page.getByLabel('Description', { exact: true }).fill('Every hour of one day, in whole Wh.')
  for (const meter of Object.keys(RAW))
    await page.getByRole('checkbox', { name: new RegExp(`^${meter}`) }).press('Space')
  await page.getByRole('checkbox', { name: /measure nobody but us/ }).press('Space')
  await page.getByLabel('Time zone of days').fill('Europe/Madrid')
  await page.getByRole('checkbox', { name: 'academic research' }).press('Space')
  await page.getByLabel('Countries where copies may be kept').fill('es, dk')
  await page.getByLabel('Delete copies after days').fill('30')
  const words = page.getByRole('list', { name: 'The policy in words' })
  await words.getByText('The data may be used for academic research, and for nothing else.').waitFor()
  await words.getByText('They may be stored and processed in ES and DK alone.').waitFor()
  await picture(page, 'data-share')
  await button(page, 'Make a draft').click()
  await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
  const { sets } = await asked<{ sets: { listing: Hex; document: unknown; foreign: number; consented: number }[] }>(
    ...([grid.representative, '/v1/data/sets'] as const),
  )
  expect(sets[0]).toMatchObject({ foreign: 2, consented: 0 })
  listing = sets[0]!.listing
  expect(JSON.stringify(sets[0]!.document)).not.toContain('may-ann')
})

test('the provider describes it anew: readings of every hour follow, and the draft says so', async () => {
  const page = grid.representative.page
  await page.getByRole('main').getByRole('link', { name: 'Change meters, form or use' }).click()
  await page.getByRole('heading', { name: `Describe “${TITLE}” anew` }).waitFor()
  expect(await page.getByLabel('Countries where copies may be kept').inputValue()).toBe('ES, DK')
  await page.getByRole('checkbox', { name: /measure nobody but us/ }).press('Space')
  await choose(page, /New readings come/, 'every hour')
  await page.getByLabel('Countries where we store them').fill('es')
  await button(page, 'Change the draft').click()
  const offered = page.getByRole('region', { name: 'The data offered' })
  await offered.getByText('every hour', { exact: true }).waitFor()
  await offered.getByText('from 2026-05-10 on: it goes on, days of Europe/Madrid').waitFor()
})

test('the operator reads how the data may be used, and approves; the provider signs the contract with the platform', async () => {
  const page = await open(grid.representative, `/services/${listing}`)
  await button(page, 'Submit for review').click()
  await page.getByText('waits for review').waitFor()
  const review = await open(olga, `/review/${listing}`)
  await review
    .getByRole('list', { name: 'The policy in words' })
    .getByText('The data may be used for academic research, and for nothing else.')
    .waitFor()
  await connect(review)
  for (const item of await review.getByRole('radiogroup').all()) await item.getByText('Right', { exact: true }).click()
  await button(review, 'Sign the approval').click()
  await review.getByText('approved', { exact: true }).waitFor()
  await open(grid.representative, `/services/${listing}`)
  await connect(page)
  await page.getByText('I have read the contract').click()
  await button(page, 'Sign and publish').click()
  await until('the listing is known', 60_000, async () => {
    const url = `${instance.page}/v1/agreements/choices?listing=${listing}`
    return (await lab.representative.context.request.get(url)).ok()
  })
  await renewed(grid)
})

test('two people read what is asked of them, and consent with their own wallets', async () => {
  for (const who of [ann, bob]) {
    const page = await open(who, '/data/consents')
    const one = page.getByRole('listitem', { name: new RegExp(`^${TITLE}`) })
    await one.getByText('not shared').waitFor()
    await page.getByRole('checkbox', { name: 'academic research' }).press('Space')
    await connect(page)
    await button(page, 'Consent, with my wallet').click()
    await one.getByText('shared', { exact: true }).waitFor()
    await picture(page, 'data-consents')
  }
  const { sets } = await asked<{ sets: { consented: number }[] }>(grid.representative, '/v1/data/sets')
  expect(sets[0]?.consented).toBe(2)
})

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

test('a data user reads what it is, contracts it with the wallet, and the agreement embeds the policy between them', async () => {
  const page = await open(lab.representative, `/market/${listing}`)
  await page.getByText('They may be stored and processed in ES and DK alone.').waitFor()
  await page.getByText('72 readings of 3 meters').waitFor()
  await page.getByRole('link', { name: 'Contract', exact: true }).click()
  await connect(page)
  await button(page, 'Show the agreement').click()
  await page.getByRole('region', { name: 'The agreement in words' }).getByText('academic research').waitFor()
  await button(page, 'Sign and send the offer').click()
  await page.getByText('The other side answers next.').first().waitFor()
  agreement = page.url().split('/').at(-1) as Hex
  const providers = await open(grid.representative, `/agreements/${agreement}`)
  await connect(providers)
  await button(providers, 'Sign and conclude').click()
  await renewed(grid)
  await renewed(lab)
  const signed = await asked<{ policy: object }>(lab.representative, `/v1/agreements/${agreement}/document`)
  expect(signed.policy).toMatchObject({ '@type': 'Agreement', assigner: grid.did, assignee: lab.did })
})

test('nothing has to be prepared: the agreement leads its user to the data, and says so to the provider', async () => {
  const providers = await open(grid.representative, `/agreements/${agreement}`)
  await providers.getByText('nothing is left for you to do').waitFor()
  const page = await open(lab.representative, `/agreements/${agreement}`)
  await page.getByRole('main').getByRole('link', { name: 'Look at the data' }).click()
  await page.getByRole('heading', { name: 'About the data' }).waitFor()
  expect(new URL(page.url()).search).toBe(`?agreement=${agreement}`)
})

async function download(page: Page): Promise<string> {
  await button(page, 'Make a link to download').click()
  const coming = page.waitForEvent('download')
  await page.getByRole('main').getByRole('link', { name: 'Download', exact: true }).click()
  return readFileSync(await (await coming).path(), 'utf8')
}

/** Rows of each series: how many, and the sum of what it drew. */
function figuresOf(csv: string): string[] {
  const [head, ...lines] = csv.trim().split('\n')
  expect(head).toBe('series,start,seconds,importWh,exportWh,quality')
  const sums = new Map<string, [number, number]>()
  for (const line of lines) {
    const [series, , , importWh] = line.split(',')
    const [rows, sum] = sums.get(series!) ?? [0, 0]
    sums.set(series!, [rows + 1, sum + Number(importWh)])
  }
  return [...sums.values()].map(([rows, sum]) => `${rows} hours, ${sum} Wh`).sort()
}

test('the user looks at the first rows, and downloads what the raw files say, under invented names', async () => {
  const page = await open(lab.representative, `/data/mine?agreement=${agreement}`)
  await page.getByText('72 readings of 3 meters').waitFor()
  await page.getByRole('img', { name: /^Completeness: / }).waitFor()
  await button(page, 'Look at the first rows').click()
  await page.getByText('72 rows; the first 20.').waitFor()
  await picture(page, 'data-mine')
  const csv = await download(page)
  expect(csv).not.toContain('may-')
  expect(figuresOf(csv)).toEqual(['24 hours, 18000 Wh', '24 hours, 36000 Wh', '24 hours, 6000 Wh'])
  await page.reload()
  await page.getByText(/^To be deleted by /).waitFor()
  await button(page, 'I have deleted it').click()
  await page.getByText(/^Deleted, as you confirmed/).waitFor()
})

test('who withdraws is in no later download, not even by a link that was made before', async () => {
  const page = await open(lab.representative, `/data/mine?agreement=${agreement}`)
  await button(page, 'Make a link to download').click()
  const link = page.getByRole('main').getByRole('link', { name: 'Download', exact: true })
  await link.waitFor()
  const anns = await open(ann, '/data/consents')
  await anns.getByText('The data set was downloaded once since.').waitFor()
  await button(anns, 'Withdraw').click()
  await anns.getByText('not shared').waitFor()
  current = page
  const coming = page.waitForEvent('download')
  await link.click()
  const csv = readFileSync(await (await coming).path(), 'utf8')
  expect(figuresOf(csv)).toEqual(['24 hours, 18000 Wh', '24 hours, 36000 Wh'])
})

test('on a phone, in the dark, nothing is wider than the page', async () => {
  for (const [who, path] of [
    [lab.representative, `/data/mine?agreement=${agreement}`],
    [grid.representative, '/data/share'],
    [ann, '/data/consents'],
  ] as const) {
    const page = await open(who, path)
    await page.getByRole('heading', { level: 2 }).first().waitFor()
    await page.setViewportSize({ width: 360, height: 740 })
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  }
})

test('no personal data is on chain or in a log line', async () => {
  const told = ['Ann Ortega', 'Bob Castillo', 'may-ann', 'may-bob', 'again@company.example']
  const searched = await expectPrivate(instance, new Map(told.map((value) => [value, value])), [
    ...['sunny-grid-wallet', 'blue-lab-wallet'],
  ])
  expect(searched).toContain('meter may-ann')
})
