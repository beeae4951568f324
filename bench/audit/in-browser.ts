import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import type { Page } from 'playwright-core'
import { buildPage, PAGE_DIR } from '../../cli/src/page/build-page.ts'
import { Settings } from '../../dapp/src/api/settings.ts'
import { guardAnswer, servePage } from '../../offchain-api/src/unified-api/page.ts'
import { proxyChain } from '../../offchain-api/src/unified-api/proxy.ts'
import { openBrowser } from '../../test/browser.ts'

export interface PageFigures {
  readonly seconds: number
  /** Tasks of the page's thread of more than 50 ms, while the audit ran. */
  readonly longTasks: number
  readonly longestMilliseconds: number
  readonly verdict: string
}

/**
 * The audit as the page does it, in a real browser, behind the headers and the `/chain` of the API: how long the page's own
 * thread was kept from its reader, and how soon it stops. Baseline: the same code on the page's own thread.
 */
export async function auditInBrowser(chain: {
  readonly url: string
  readonly chainId: number
  readonly addresses: Readonly<Record<string, string>>
}): Promise<{ page: PageFigures; baseline: PageFigures; stopMilliseconds: number }> {
  await buildPage((line) => process.stderr.write(`${line}\n`))
  const names = Object.keys(Settings.shape.addresses.shape)
  const addresses = Object.fromEntries(names.map((name) => [name, chain.addresses[name]]))
  const settings = Settings.parse({ chainId: chain.chainId, development: false, block: 0, addresses })
  const app = express().use(guardAnswer)
  app.get('/v1/settings', (_, response) => void response.json(settings))
  app.use(
    '/v1',
    (_, response) => void response.status(401).json({ title: 'x', status: 401, code: 'ERR_SIGN_IN_NEEDED' }),
  )
  app.use(proxyChain(chain.url)).use(servePage(PAGE_DIR))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const profile = await mkdtemp(join(tmpdir(), 'opem-audit-'))
  const browser = await openBrowser(profile)
  try {
    const page = await browser.newPage()
    await page.addInitScript(() => {
      const tasks: number[] = []
      Object.assign(window, { tasks })
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: 'longtask',
      })
    })
    const open = async () => {
      await page.goto(`${origin}/audit/market`)
      await page.getByText('Hold the marketplace’s index').click()
      await page.evaluate(() => (window as unknown as Watched).tasks.splice(0))
    }
    const button = (name: string) => page.getByRole('button', { name, exact: true })

    await open()
    await button('Audit the market').click()
    await page.getByText('Signatures recovered').waitFor({ timeout: 300_000 })
    const stopping = performance.now()
    await button('Stop audit').click()
    await page.locator('.progress').waitFor({ state: 'detached' })
    const stopMilliseconds = performance.now() - stopping

    await open()
    const began = performance.now()
    await button('Audit the market').click()
    const verdict = page.locator('.verdict')
    await verdict.waitFor({ timeout: 600_000 })
    const figures = await figuresOf(page, began, await verdict.innerText())

    await open()
    const again = performance.now()
    const [script] = (await readdir(join(PAGE_DIR, 'assets'))).filter((name) => /^audit\.worker.*\.js$/.test(name))
    const wish = { settings, origin, span: {}, withIndex: false }
    const told = await page.evaluate(onOwnThread, { script: `/assets/${script}`, wish })
    return { page: figures, baseline: await figuresOf(page, again, told), stopMilliseconds }
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

type Watched = { readonly tasks: number[] }

async function figuresOf(page: Page, began: number, verdict: string): Promise<PageFigures> {
  const seconds = (performance.now() - began) / 1000
  // Long tasks are told a moment after they ended: two frames later all are.
  const tasks = await page.evaluate(
    () =>
      new Promise<number[]>((resolve) =>
        requestAnimationFrame(() => setTimeout(() => resolve([...(window as unknown as Watched).tasks]), 100)),
      ),
  )
  return { seconds, longTasks: tasks.length, longestMilliseconds: Math.max(0, ...tasks), verdict }
}

/** Runs in the page: the thread's own script, as if the page were the thread. */
async function onOwnThread({ script, wish }: { script: string; wish: object }): Promise<string> {
  let hear: ((event: { data: object }) => unknown) | undefined
  const listen = window.addEventListener
  const said = new Promise<string>((resolve) => {
    window.postMessage = (reply: { is: string; outcome?: { audit: { ok: boolean } }; reason?: string }) => {
      if (reply.is !== 'progress')
        resolve(reply.outcome === undefined ? `${reply.reason}` : `sound: ${reply.outcome.audit.ok}`)
    }
  })
  window.addEventListener = ((name: string, heard: typeof hear) => {
    if (name === 'message') hear = heard
  }) as never
  await import(script)
  window.addEventListener = listen
  hear!({ data: wish })
  return said
}
