import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startTestIndex } from '../../cli/src/market/test-index.ts'
import { openMarket } from '../../contracts/testing/market.ts'
import type { Told, Wish } from './audit-once.ts'
import { fillMarket } from './busy-market.ts'
import { auditInBrowser } from './in-browser.ts'

const EVENTS = 12_000
const MOST_LONG_TASK = 200

/**
 * Audits a market of thousands of events: by the chain, by the chain and the index, and in a browser. Time, memory and requests,
 * each audit in a process of its own. Baselines in the same run: everything in one question over all blocks, each other question
 * alone; and in the browser, the same code on the page's own thread.
 * @param args how many events, when others than 12,000; `chain` to leave index and browser out
 */
export async function run([given = `${EVENTS}`, only]: readonly string[] = []): Promise<Record<string, unknown>> {
  const market = await openMarket()
  try {
    const began = performance.now()
    await fillMarket(market, Number(given))
    const filledIn = (performance.now() - began) / 1000
    const { url, addresses } = market
    const chainId = market.client.chain.id
    const blocks = Number(await market.client.getBlockNumber())
    const audit = (more: Partial<Wish>) => once({ url, chainId, addresses, batch: 100, ...more })
    const chain = await audit({})
    console.log(`${chain.events} events in ${blocks} blocks, made in ${filledIn.toFixed(0)} s`)
    say('by the chain', chain)
    const baseline = await audit({ batch: 1, whole: true })
    say('baseline: all at once', baseline)
    if (only === 'chain') return { bench: 'audit', events: chain.events, blocks, chain, baseline }

    const indexing = performance.now()
    const index = await startTestIndex({ url, addresses, head: blocks })
    const indexedIn = (performance.now() - indexing) / 1000
    const withIndex = await audit({ index: index.url }).finally(index.stop)
    say('by chain and index', withIndex)
    const browser = await auditInBrowser({ url, chainId, addresses })
    for (const [name, { seconds, longTasks, longestMilliseconds, verdict }] of [
      ['in the browser', browser.page],
      ['baseline: page’s thread', browser.baseline],
    ] as const)
      console.log(
        `${name.padEnd(24)} ${seconds.toFixed(1)} s  ${longTasks} long tasks, longest ${longestMilliseconds.toFixed(0)} ms  ${verdict}`,
      )
    console.log(`stops after ${browser.stopMilliseconds.toFixed(0)} ms`)
    return {
      ...{ bench: 'audit', events: chain.events, blocks, chain, withIndex: { ...withIndex, indexedIn }, browser },
      ...{ target: MOST_LONG_TASK, met: browser.page.longestMilliseconds < MOST_LONG_TASK, baseline },
    }
  } finally {
    await market.close()
  }
}

async function once(wish: Wish): Promise<Told> {
  const file = join(import.meta.dirname, 'audit-once.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(wish)], { maxBuffer: 2 ** 24 })
  const told = JSON.parse(stdout) as Told
  if (!told.ok) throw new Error(`the audit found what nobody did: ${told.checks.join('; ')}`)
  return told
}

function say(name: string, { milliseconds, requests, calls, rss, checks }: Told): void {
  const seconds = ((milliseconds.all ?? 0) / 1000).toFixed(1)
  console.log(
    `${name.padEnd(24)} ${seconds} s  ${requests} requests (${calls} calls)  ${(rss / 2 ** 20).toFixed(0)} MB  ${checks.at(-1)}`,
  )
}
