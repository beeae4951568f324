import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { developmentWallet } from '@opem/ssi'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { openBrowser } from '../browser.ts'
import { newHome, root, Stop, until } from '../instance.ts'
import { fetchAsOperator } from '../machines.ts'
import { createDoor } from '../people.ts'

// What a newcomer does: `npm start`, look at the page, Ctrl-C, `npm start` again. One range of ports below the other stories'.
const PORT = 19_000
const home = newHome()
const env = { ...process.env, OPEM_HOME: home, OPEM_PORT: String(PORT) }
const running: ChildProcess[] = []
const folders: string[] = [home]

afterAll(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

interface Started {
  readonly child: ChildProcess
  readonly lines: () => string[]
  readonly page: string
}

async function npmStart(): Promise<Started> {
  // A group of its own: Ctrl-C in a terminal reaches npm and everything below it at once.
  const child = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  running.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (output += bytes))
  let page: string | undefined
  await until('npm start names the page', 300_000, () => {
    if (child.exitCode !== null) throw new Stop(`npm start ended with ${child.exitCode}\n${output}`)
    page = output.match(/^OPEM is ready: (http:\S+)$/m)?.[1]
    if (page === undefined) throw new Error(output.slice(-2000))
    return true
  })
  return { child, page: page!, lines: () => output.split('\n') }
}

async function ctrlC({ child, lines }: Started): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve))
  process.kill(-child.pid!, 'SIGINT')
  await ended
  expect(lines()).toContain('ended; the data is kept')
}

async function communitiesOf(page: string): Promise<{ id: string; name: string }[]> {
  const answer = await fetchAsOperator(home)(`${page}/v1/communities`)
  return ((await answer.json()) as { communities: { id: string; name: string }[] }).communities
}

let community: string

/** Account 8 of the development wallet operates and governs the demo: announces another fee, and carries it out; another account sees who can. */
async function governs(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(90_000)
  const main = page.getByRole('main')
  await createDoor({ home, page: url }, page.context().request)(developmentWallet(8), 'Olga Operator')
  await page.goto(`${url}/governance`)
  await main.getByText('Connect the governor’s wallet at the top of the page to change the fee').waitFor()
  await main.getByText(`${developmentWallet(8).address} (development wallet, account 8), with 30 s of notice`).waitFor()
  await connect(page, 9)
  await main.getByText('The connected wallet does not govern the marketplace').waitFor()
  await main.getByText(`npx opem governance name ${developmentWallet(9).address}`).waitFor()
  await connect(page, 8)
  const announce = main.getByRole('button', { name: 'Announce the change' })
  await announce.click()
  await main.getByRole('alert').getByText('A fee is 0 to 20 %').waitFor()
  await main.getByLabel('Another fee').fill('3')
  await announce.click()
  const operation = main.getByRole('listitem', { name: 'setFee(300)' })
  await operation.getByText('waits for its time').waitFor()
  await operation.getByRole('button', { name: 'Carry out' }).click()
  await operation.getByRole('alert').getByText('It can be carried out from').waitFor()
  await operation.getByText('can be carried out', { exact: true }).waitFor()
  await operation.getByRole('button', { name: 'Carry out' }).click()
  await operation.getByText('carried out', { exact: true }).waitFor()
  await main.getByText('3 %', { exact: true }).waitFor()
}

/** Connects an account of the development wallet that the page offers, in place of the one before. */
async function connect(page: Page, account: number): Promise<void> {
  const connected = page.getByRole('button', { name: /^Wallet 0x/ })
  if (await connected.isVisible()) {
    await connected.click()
    await page.getByRole('button', { name: 'Disconnect' }).click()
  }
  await page.getByRole('button', { name: 'Connect wallet' }).click()
  await page.getByRole('button', { name: /Development account/ }).click()
  await page.getByRole('option', { name: new RegExp(`^Account ${account}\\b`) }).click()
  await page.getByRole('button', { name: 'Connect development wallet' }).click()
  await page.getByRole('button', { name: `Wallet ${developmentWallet(account).address}` }).waitFor()
}

test('npm start says one line per ready part, and the page shows a community that traded yesterday', async () => {
  const started = await npmStart()
  const parts = ['chain', 'postgres', 'lake', 'content', 'broker', 'index', 'api', 'ingest', 'oracle-1', 'oracle-2']
  for (const part of [...parts, 'oracle-3', 'simulator'])
    expect(
      started.lines().filter((line) => new RegExp(`^${part}\\s+ready`).test(line)),
      part,
    ).toHaveLength(1)
  const [demo] = await communitiesOf(started.page)
  expect(demo?.name).toBe('Sunny Street')
  community = demo!.id
  const folder = mkdtempSync(join(tmpdir(), 'opem-browser-'))
  folders.push(folder)
  const browser = await openBrowser(folder)
  try {
    const page = await browser.newPage()
    await createDoor({ home, page: started.page }, browser.request)(developmentWallet(12), 'Nora Newcomer')
    await page.goto(started.page)
    await page
      .getByRole('link', { name: /Sunny Street/ })
      .first()
      .click()
    await page.waitForURL(/\/c\/0x/)
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    await page.goto(`${started.page}/c/${community}?day=${yesterday}`)
    await page.getByText(/^(24 \/ 24|25 \/ 25|23 \/ 23)$/).waitFor({ timeout: 180_000 })
    const shared = await page.locator('.figure', { hasText: 'Shared' }).first().locator('.figure-value').innerText()
    expect(Number.parseFloat(shared.replace(',', '.'))).toBeGreaterThan(0)
    await governs(page, started.page)
  } finally {
    await browser.close()
  }
  await ctrlC(started)
  await expect(fetch(started.page)).rejects.toThrow()
})

test('a second npm start finds everything as it was', async () => {
  const started = await npmStart()
  expect((await communitiesOf(started.page)).map(({ id }) => id)).toEqual([community])
  expect(started.lines().join('\n')).not.toContain('founded with')
  await ctrlC(started)
})
