import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerLogin } from '@opem/adaptors/live'
import { developmentWallet } from '@opem/ssi'
import mqtt from 'mqtt'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../browser.ts'
import { injectWallet } from '../injected-wallet.ts'
import { type Instance, root, startInstance, until } from '../instance.ts'
import { addMachine } from '../machines.ts'
import { createDoor, developmentCredential } from '../people.ts'
import { expectPrivate } from '../privacy/expect-private.ts'
import { valuesOfBrowser } from '../privacy/private-values.ts'
import { evidenceOf } from './settled.ts'

// A day of the seven members of D2.3 5.3.6.1. Every hour is the worked example (A +3, B +1, H +3, C −1, D, E, F −3 kWh) times
// k tenths; noon is the example itself. The tenths add up to 80: the day is eight times the example.
const TENTHS = [0, 0, 0, 0, 0, 0, 1, 2, 4, 6, 8, 9, 10, 10, 9, 8, 6, 4, 2, 1, 0, 0, 0, 0]
const EXAMPLE = { A: 3000, B: 1000, C: -1000, D: -3000, E: -3000, F: -3000, H: 3000 } as const
type Name = keyof typeof EXAMPLE
const names = Object.keys(EXAMPLE) as Name[]
const today = Math.floor(Date.now() / 86_400_000) * 86_400
const yesterday = today - 86_400
const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000', '')
const day = iso(yesterday).slice(0, 10)

let instance: Instance
let browser: BrowserContext
let page: Page
let enter: ReturnType<typeof createDoor>
let community: string
const profile = mkdtempSync(join(tmpdir(), 'opem-browser-'))
const complaints: string[] = []

beforeAll(async () => {
  instance = await startInstance()
  browser = await openBrowser(profile)
  page = browser.pages()[0] ?? (await browser.newPage())
  page.setDefaultTimeout(90_000)
  enter = createDoor(instance, browser.request)
  // A refusal is an answer; the browser logs each as a failed request.
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40[13]/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
})
afterAll(async () => {
  await browser?.close()
  await instance?.remove()
  rmSync(profile, { recursive: true, force: true })
})

// What the page looked like when a test failed, for whoever reads the log.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  mkdirSync(join(root, 'test/.output'), { recursive: true })
  await page.screenshot({ path: join(root, 'test/.output', `${task.id}.png`), fullPage: true })
  console.log(`${task.name}: ${page.url()}\n${(await page.locator('main').innerText()).slice(0, 3000)}`)
})

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const open = (path: string) => page.goto(`${instance.page}${path}`)

/** A page that is loaded anew finds the development wallet connected, unless it is forgotten. */
const forgetWallet = () => page.evaluate(() => localStorage.removeItem('opem.development-account'))

/** Leaves the wallet of before, if any, signs in as a development account, and connects its wallet. */
async function actAs(account: number): Promise<void> {
  const connected = button(/^Wallet 0x/)
  await button('Connect wallet').or(connected).first().waitFor()
  if (await connected.isVisible()) {
    await connected.click()
    await button('Disconnect').click()
  }
  await enter(developmentWallet(account), `Account ${account}`)
  await forgetWallet()
  await page.reload()
  await button('Connect wallet').click()
  await button(/Development account/).click()
  await page.getByRole('option', { name: new RegExp(`^Account ${account}\\b`) }).click()
  await button('Connect development wallet').click()
  await connected.waitFor()
}

/** Keeps a picture for the guide when asked to. */
async function picture(name: string): Promise<void> {
  if (process.env.OPEM_SCREENSHOTS !== '1') return
  mkdirSync(join(root, 'docs/screenshots'), { recursive: true })
  await page.screenshot({ path: join(root, 'docs/screenshots', `${name}.png`) })
}

const figure = (label: string) => page.locator('.figure', { hasText: label }).first().locator('.figure-value')
const number = async (label: string) => (await figure(label).innerText()).replace(/\s*kWh/, '').trim()

test('an administrator founds a community from an empty start', async () => {
  await enter(developmentWallet(0), 'Account 0')
  await open('/')
  await page.getByRole('heading', { name: 'No community yet' }).waitFor()
  await page.getByRole('link', { name: 'Found a community' }).click()
  await actAs(0)
  await page.getByLabel('Name', { exact: true }).fill('Sunny Street')
  await page.getByLabel('Time zone').fill('UTC')
  await page.getByLabel('First period starts').fill(`${day}T00:00`)
  await button('Sign and found').click()
  await page.waitForURL(/\/admin\?community=0x/)
  community = new URL(page.url()).searchParams.get('community')!
  await page.getByText('No consent is waiting').waitFor()
})

test('seven members sign their own consent, and the administrator adds them', async () => {
  for (const [place, name] of names.entries()) {
    await open(`/c/${community}/join`)
    await actAs(place + 1)
    await page.getByLabel('Your name').fill(`Member ${name}`)
    await page.getByLabel('Meter 1', { exact: true }).fill(`street-${name}`)
    await page.getByText('Import the credential of a meter').click()
    const wallet = developmentWallet(place + 1)
    const credential = await developmentCredential(instance, wallet, { meter: `street-${name}` })
    await page.getByLabel('Paste a credential').fill(credential)
    await button('Import').click()
    await page.getByText('credential attached').waitFor()
    await button('Sign consent').click()
    await page.getByRole('heading', { name: 'Your consent is with the administrator' }).waitFor()
  }
  await open(`/admin?community=${community}`)
  await actAs(0)
  await picture('administrator')
  for (const name of names) {
    await button(`Sign and add Member ${name}`).click()
    await page.getByRole('rowheader', { name: `Member ${name}` }).waitFor()
  }
})

test('meters send a day over MQTT, the administrator starts, and the page shows eight times the worked example', async () => {
  const field = await addMachine(instance.home, 'street-field', ['street-*'])
  const broker = await mqtt.connectAsync(
    `mqtt://127.0.0.1:${Number(new URL(instance.page).port) + 5}`,
    brokerLogin(field),
  )
  const now = Math.floor(Date.now() / 1000)
  const kwh = (wh: number) => (wh / 1000).toFixed(3)
  for (let start = yesterday; start + 3600 <= now; start += 3600) {
    const tenths = start < today ? TENTHS[(start - yesterday) / 3600]! : 0
    for (const name of names) {
      const wh = (EXAMPLE[name] * tenths) / 10
      const energy = { importKwh: kwh(Math.max(0, -wh)), exportKwh: kwh(Math.max(0, wh)) }
      const telegram = JSON.stringify({ meter: `street-${name}`, start: iso(start), seconds: 3600, energy })
      await broker.publishAsync(`opem/v1/street-${name}/telegram`, telegram, { qos: 1 })
    }
  }
  await broker.endAsync()
  await until('the lake holds the last hour of yesterday of every meter', 60_000, async () => {
    const { meters } = await instance.api<{ meters: { meter: string; readings: number }[] }>('/v1/meters')
    return names.every((name) => meters.some((one) => one.meter === `street-${name}` && one.readings >= 24))
  })
  await button('Sign and start').click()
  await button('Sign and stop').waitFor()
  await open(`/c/${community}?day=${day}`)
  await page.getByText('24 / 24').waitFor({ timeout: 120_000 })
  expect([await number('Surplus'), await number('Demand'), await number('Shared')]).toEqual(['56', '80', '56'])
  await picture('community')
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture('community-dark')
  await page.emulateMedia({ colorScheme: 'light' })
})

test('the community page says of each period how final it is, and what the fund holds', async () => {
  await open(`/c/${community}?day=${day}`)
  const behind = page.getByRole('table', { name: 'Each period of the day, kWh' })
  await behind
    .getByRole('cell', { name: /^provisional until / })
    .nth(23)
    .waitFor()
  const fund = page.getByRole('region', { name: /^Community fund, / })
  await fund.getByRole('button', { name: 'Add up the fund' }).click()
  // 56 kWh at 12 ct paid and 10 ct earned.
  await fund.getByRole('row', { name: 'Held by the fund €1.12' }).waitFor()
  expect(await fund.locator('caption').innerText()).toMatch(/7 members paid .* leave €0\.00$/)
})

test.each([
  {
    name: 'A',
    sold: '24',
    fed: '0',
    bought: '0',
    grid: '0',
    label: 'To receive',
    money: '2.40',
    noon: ['0.000', '3.000', '0.000', '0.000'],
  },
  {
    name: 'B',
    sold: '8',
    fed: '0',
    bought: '0',
    grid: '0',
    label: 'To receive',
    money: '0.80',
    noon: ['0.000', '1.000', '0.000', '0.000'],
  },
  {
    name: 'C',
    sold: '0',
    fed: '0',
    bought: '8',
    grid: '0',
    label: 'To pay',
    money: '0.96',
    noon: ['0.000', '0.000', '1.000', '0.000'],
  },
  {
    name: 'D',
    sold: '0',
    fed: '0',
    bought: '16',
    grid: '8',
    label: 'To pay',
    money: '3.92',
    noon: ['0.000', '0.000', '2.000', '1.000'],
  },
  {
    name: 'E',
    sold: '0',
    fed: '0',
    bought: '16',
    grid: '8',
    label: 'To pay',
    money: '3.92',
    noon: ['0.000', '0.000', '2.000', '1.000'],
  },
  {
    name: 'F',
    sold: '0',
    fed: '0',
    bought: '16',
    grid: '8',
    label: 'To pay',
    money: '3.92',
    noon: ['0.000', '0.000', '2.000', '1.000'],
  },
  {
    name: 'H',
    sold: '24',
    fed: '0',
    bought: '0',
    grid: '0',
    label: 'To receive',
    money: '2.40',
    noon: ['0.000', '3.000', '0.000', '0.000'],
  },
])('member $name sees the own balance and money, and at noon exactly the example', async (expected) => {
  const { name, sold, fed, bought, grid, label, money, noon } = expected
  await open(`/c/${community}?day=${day}`)
  await page.getByRole('link', { name: `Member ${name}` }).press('Enter')
  await page.getByRole('heading', { level: 1, name: `Member ${name}` }).waitFor()
  await page.goto(`${page.url().split('?')[0]}?day=${day}`)
  await figure('Sold to neighbours').waitFor()
  const shown = [
    await number('Sold to neighbours'),
    await number('Fed into the grid'),
    await number('Bought from neighbours'),
    await number('Bought from the grid'),
  ]
  expect(shown).toEqual([sold, fed, bought, grid])
  await page
    .getByText(/^24 periods provisional until /)
    .first()
    .waitFor()
  expect(await figure(label).innerText()).toContain(money)
  // Fed into the grid, sold to neighbours, bought from neighbours, bought from the grid: kWh of the hour of the example.
  const hour = page.getByRole('row', { name: /^12:00/, includeHidden: true }).first()
  await hour.waitFor({ state: 'attached' })
  expect(await hour.locator('td').allTextContents()).toEqual(noon)
})

test('a member verifies the balances of the day against the chain by a key press, and sees a changed one fail', async () => {
  await button('Verify against chain').focus()
  await page.keyboard.press('Enter')
  await page.locator('.verdict.right').waitFor()
  expect(await page.locator('.verdict').innerText()).toMatch(/^Verified: 24 balances exactly as the chain holds them/)
  await page.locator('.verdict').scrollIntoViewIfNeeded()
  await picture('verified')
  await page.getByText('See it fail').click()
  await button('Verify with 1 Wh more').click()
  await page.locator('.verdict.failed').waitFor()
  expect(await page.locator('.verdict').innerText()).toMatch(/^Not verified: .* at “.+”/)
})

test('an auditor recomputes the day in the browser; one changed value in the evidence is found at its place', async () => {
  await open(`/audit?community=${community}&from=${day}&to=${day}`)
  await button('Start audit').click()
  await page.locator('.verdict.right').waitFor({ timeout: 120_000 })
  expect(await page.locator('.verdict').innerText()).toBe(
    'All right: 24 periods in 24 batches, 56\u00a0kWh shared, every value recomputed.',
  )
  await picture('audit')
  const lines = (await evidenceOf(instance, community)) as {
    start: string
    books: { balances: { member: string; boughtWh: number }[] }[]
  }[]
  const noon = lines.find(({ start }) => start === `${day}T12:00:00Z`)!
  const buyer = noon.books[0]!.balances.find(({ boughtWh }) => boughtWh === 2000)!
  buyer.boughtWh += 1
  const file = join(instance.home, 'changed.jsonl')
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'))
  const chooser = page.waitForEvent('filechooser')
  await button('Choose evidence file').click()
  await (await chooser).setFiles(file)
  await button('Start audit').click()
  await page.locator('.verdict.failed').waitFor({ timeout: 120_000 })
  expect(await page.locator('.verdict').innerText()).toBe('Not right: 1 period of 24.')
  const findings = await page.getByRole('region', { name: 'Findings' }).innerText()
  expect(findings).toContain(buyer.member)
  expect(findings).toMatch(/expected 2000, found 2001/)
})

test('the administrator commits the next rules with a wallet that the browser found, and stops', async () => {
  await injectWallet(browser, developmentWallet(0), instance.chain)
  await forgetWallet()
  await open(`/admin?community=${community}`)
  await button('Connect wallet').click()
  await button('Test Wallet').click()
  await button(/^Wallet 0x/).waitFor()
  await page.getByText('Commit the next version').click()
  await page.getByRole('textbox', { name: 'Energy from neighbours costs' }).fill('0.11')
  await button('Sign and commit').click()
  await page.getByRole('rowheader', { name: '2', exact: true }).waitFor()
  await button('Sign and stop').click()
  await page.getByText(/^(is stopped|stops at .*)$/).waitFor()
  const shown = JSON.parse(await instance.opem('community', 'show', '--community', community, '--json')) as {
    rules: { version: number; tariffs: { communityConsumption: { microEurPerKwh: number } } }[]
    settlesUntil: string | null
  }
  expect(shown.rules.map(({ version, tariffs }) => [version, tariffs.communityConsumption.microEurPerKwh])).toEqual([
    [1, 120_000],
    [2, 110_000],
  ])
  expect(shown.settlesUntil).not.toBeNull()
})

test('a member sees nobody else, verifies the own day by the hashes beside it, and withdraws the meter', async () => {
  await open(`/c/${community}?day=${day}`)
  await actAs(4)
  await page.getByRole('link', { name: 'Member D' }).waitFor()
  expect(await page.getByRole('link', { name: /^Member / }).count()).toBe(1)
  await page.getByRole('link', { name: 'Member D' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Member D' }).waitFor()
  await page.goto(`${page.url().split('?')[0]}?day=${day}`)
  await button('Verify against chain').click()
  await page.locator('.verdict.right').waitFor()
  expect(await page.locator('.verdict').innerText()).toMatch(/^Verified: 24 balances exactly as the chain holds them/)
  await page.getByText('See it fail').click()
  await button('Verify with 1 Wh more').click()
  await page.locator('.verdict.failed').waitFor()
  await button('Withdraw meter street-D').click()
  await button('Withdraw it').click()
  await page.getByText(/^Withdrawn: its readings are used until /).waitFor()
})

test('who is not the administrator is refused in a sentence, before anything is signed', async () => {
  await open(`/admin?community=${community}`)
  await actAs(5)
  await page.getByText('Commit the next version').click()
  await button('Sign and commit').click()
  await page
    .getByText(/^Only the administrator 0x[0-9a-f]+ may do this; the connected account is 0x[0-9a-f]+\.$/i)
    .waitFor()
})

test('the page works at a phone’s width without sideways scrolling, and nothing was reported on its console', async () => {
  await page.setViewportSize({ width: 360, height: 740 })
  for (const path of [
    '/',
    `/c/${community}?day=${day}`,
    `/c/${community}/join`,
    '/audit',
    `/admin?community=${community}`,
    '/status',
  ]) {
    await open(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360)
  }
  await open(`/c/${community}?day=${day}`)
  await page.getByText('24 / 24').waitFor()
  await picture('community-phone')
  expect(complaints).toEqual([])
})

test('no personal data is on chain or in a log line, and secrets lie in files that their owner alone reads', async () => {
  const told = await valuesOfBrowser(browser, 'the browser')
  for (const name of names) for (const value of [`Member ${name}`, `street-${name}`]) told.set(value, value)
  expect(told.has('opem_refresh of the browser'), [...told.keys()].join()).toBe(true)
  const searched = await expectPrivate(instance, told)
  expect(searched.filter((what) => what.startsWith('salt key '))).toHaveLength(7)
})
