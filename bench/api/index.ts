import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notify } from '../../offchain-api/src/marketplace/notifications/notify.ts'
import { createOperationalStore } from '../../offchain-api/src/operational/store.ts'
import { openAccessWorld } from '../../offchain-api/src/testing/access-world.ts'
import { countOf, type Load, openLanes, paced, quantile, type Target } from './lanes.ts'

const PER_SECOND = 500
const SECONDS = 20
const SESSIONS = 20
const NOTICES = 200
const TARGET = { p99Milliseconds: 50 } as const

/**
 * Reads of the API at 500 a second, each with a session: the caller's notifications, preferences and session, an account
 * and pages of accounts, and of the market what it has. A real API process, Postgres and chain; the load comes from this
 * process on the same cores, over keep-alive connections. Baseline in the same run: an Express application in a process of
 * its own that answers a constant, under the same load.
 */
export async function run(): Promise<Record<string, unknown>> {
  const world = await openAccessWorld([])
  const closing: (() => unknown)[] = [() => world.close()]
  try {
    const sessions: string[] = []
    const store = createOperationalStore({ url: world.postgres.url })
    closing.unshift(() => store.close())
    for (let place = 0; place < SESSIONS; place++) {
      const name = place === 0 ? 'operator' : `Reader ${place}`
      const { browser, credential, account } = await world.registerCitizen(name)
      await browser.signIn([credential])
      sessions.push([...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; '))
      await store.transaction(async (rows) => {
        for (let number = 0; number < NOTICES; number++)
          await notify(rows, {
            ...{ account, kind: 'payment-held', about: { payment: `0x${number}` }, link: '/billing' },
            words: { title: `Payment ${number} is held`, text: 'It is released when you accept what you got.' },
          })
      })
    }
    const [operator = ''] = sessions
    const reads = [
      ...[
        { path: '/v1/access/session' },
        { path: '/v1/notifications?limit=20' },
        { path: '/v1/notifications?limit=1' },
      ],
      ...[{ path: '/v1/notifications/preferences' }, { path: '/v1/communities' }],
      ...[{ path: '/v1/accounts?status=active', as: operator }],
      ...(await marketReads(world.api().url, operator)),
    ]
    const target = (turn: number): Target => {
      const read = reads[turn % reads.length]!
      return { path: read.path, cookie: 'as' in read && read.as ? read.as : sessions[turn % sessions.length]! }
    }
    const baseline = await startBaseline()
    closing.unshift(() => baseline.child.kill())

    const api = openLanes(world.api().url)
    const constant = openLanes(baseline.url)
    closing.unshift(
      () => api.close(),
      () => constant.close(),
    )
    await paced(PER_SECOND / 2, 5, (turn) => api.ask(target(turn)))
    await paced(PER_SECOND / 2, 5, (turn) => constant.ask(target(turn)))
    const constantAtPace = await paced(PER_SECOND, SECONDS, (turn) => constant.ask(target(turn)))
    const before = cpuMilliseconds(world.api().pid)
    const times = new Map<string, number[]>(reads.map(({ path }) => [path, []]))
    const atPace = await paced(PER_SECOND, SECONDS, async (turn) => {
      const read = target(turn)
      const from = performance.now()
      await api.ask(read)
      times.get(read.path)!.push(performance.now() - from)
    })
    const cpuPerRead = round((cpuMilliseconds(world.api().pid) - before) / atPace.milliseconds.length)

    const p99 = quantile(atPace.milliseconds, 0.99)
    console.table({
      [`${reads.length} kinds of reads at ${PER_SECOND}/s for ${SECONDS} s`]: row(
        atPace,
        `p99 < ${TARGET.p99Milliseconds} ms`,
      ),
      'baseline: Express that answers a constant, same load': row(constantAtPace),
    })
    console.table(
      Object.fromEntries(
        [...times].map(([path, own]) => [path, { 'p50 ms': quantile(own, 0.5), 'p99 ms': quantile(own, 0.99) }]),
      ),
    )
    return {
      bench: 'api',
      ...{ sessions: SESSIONS, reads: reads.map(({ path }) => path), perSecond: atPace.perSecond },
      p50Milliseconds: quantile(atPace.milliseconds, 0.5),
      p99Milliseconds: p99,
      errors: countOf(atPace),
      /** Of the API's process: what does not depend on who else uses the cores. */
      cpuMillisecondsPerRead: cpuPerRead,
      baselineP50Milliseconds: quantile(constantAtPace.milliseconds, 0.5),
      baselineP99Milliseconds: quantile(constantAtPace.milliseconds, 0.99),
      baselineErrors: countOf(constantAtPace),
      target: TARGET,
      met: countOf(atPace) === 0 && p99 < TARGET.p99Milliseconds,
    }
  } finally {
    for (const close of closing) await close()
  }
}

/** Lists of the market that this API has and that answer 200 to whoever signed in. */
async function marketReads(url: string, cookie: string): Promise<{ path: string; as: string }[]> {
  const { paths } = (await (await fetch(`${url}/v1/openapi.json`)).json()) as {
    paths: Record<string, { get?: object }>
  }
  const lists = Object.keys(paths).filter(
    (path) => paths[path]?.get && /^\/v1\/(market|listings|agreements)[^{]*$/.test(path),
  )
  const found: { path: string; as: string }[] = []
  for (const path of lists)
    if ((await fetch(`${url}${path}`, { headers: { cookie } })).status === 200) found.push({ path, as: cookie })
  return found
}

/** Processor time of a process so far (proc(5): utime and stime, in hundredths of a second). */
function cpuMilliseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const round = (value: number) => Math.round(value * 100) / 100

function startBaseline(): Promise<{ url: string; child: ChildProcess }> {
  const child = fork(join(import.meta.dirname, 'baseline.ts'))
  return new Promise((resolve, reject) => {
    child.once('message', (url) => resolve({ url: String(url), child }))
    child.once('exit', (code) => reject(new Error(`the baseline ended with ${code}`)))
  })
}

const row = (load: Load, aim = '') => ({
  'p50 ms': quantile(load.milliseconds, 0.5),
  'p99 ms': quantile(load.milliseconds, 0.99),
  'per second': load.perSecond,
  errors: countOf(load) === 0 ? 0 : JSON.stringify(load.errors),
  aim,
})
