import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder } from '../../testing/harness.ts'
import { noteAsked, noteCounted, noteFailed, takeBack, usageTotal } from './usage.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore
const open = () => createOperationalStore({ url: postgres.url })

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  store = open()
  await store.migrate()
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})

const count = (agreement: string, request: string, milliUnits: bigint, rows = store.rows) =>
  noteCounted(rows, { agreement, request, milliUnits, status: 200 })
const ask = (agreement: string, request: string) =>
  noteAsked(store.rows, { agreement, request, method: 'GET', now: Math.floor(Date.now() / 1000) })

test('the total follows each call: under way, counted once, failed, taken back', async () => {
  const total = () => usageTotal(store.rows, '0xa')
  expect(await total()).toEqual({ calls: 0, milliUnits: 0n, underWay: 0 })
  await ask('0xa', 'one')
  await ask('0xa', 'two')
  expect(await total()).toEqual({ calls: 0, milliUnits: 0n, underWay: 2 })
  expect(await count('0xa', 'one', 2500n)).toBe(true)
  expect(await count('0xa', 'one', 2500n)).toBe(false)
  await noteFailed(store.rows, { agreement: '0xa', request: 'two', status: 500 })
  expect(await total()).toEqual({ calls: 1, milliUnits: 2500n, underWay: 0 })
  await takeBack(store.rows, { agreement: '0xa', request: 'one' })
  await takeBack(store.rows, { agreement: '0xa', request: 'one' })
  expect(await total()).toEqual({ calls: 0, milliUnits: 0n, underWay: 0 })
})

test('what is counted or taken back by eight at once is so once', async () => {
  for (const request of ['stays', '1', '2', '3', '4', '5']) await ask('0xd', request)
  await count('0xd', 'stays', 20_000n)
  for (const request of ['1', '2', '3', '4', '5']) {
    const counted = await Promise.all(Array.from({ length: 8 }, () => count('0xd', request, 1000n)))
    expect(counted.filter(Boolean)).toEqual([true])
    await Promise.all(Array.from({ length: 8 }, () => takeBack(store.rows, { agreement: '0xd', request })))
    expect(await usageTotal(store.rows, '0xd')).toMatchObject({ calls: 1, milliUnits: 20_000n })
  }
})

type Step =
  | { readonly what: 'ask' | 'fail' | 'take back'; readonly agreement: string; readonly request: string }
  | { readonly what: 'count' | 'count, then give up'; agreement: string; request: string; milliUnits: bigint }
  | { readonly what: 'cut all connections' }

async function take(step: Step): Promise<unknown> {
  switch (step.what) {
    case 'ask':
      return ask(step.agreement, step.request)
    case 'fail':
      return noteFailed(store.rows, { ...step, status: null })
    case 'take back':
      return takeBack(store.rows, step)
    case 'count':
      return count(step.agreement, step.request, step.milliUnits)
    case 'count, then give up':
      return store.transaction(async (rows) => {
        await count(step.agreement, step.request, step.milliUnits, rows)
        throw new Error('the answer could not be kept')
      })
    case 'cut all connections':
      return store.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
    default:
      return step satisfies never
  }
}

const call = { agreement: fc.constantFrom('0xb', '0xc'), request: fc.constantFrom('1', '2', '3') }
const milliUnits = fc.bigInt({ min: 0n, max: 10n ** 12n })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ what: fc.constant('ask' as const), ...call }) },
  { weight: 12, arbitrary: fc.record({ what: fc.constant('count' as const), ...call, milliUnits }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('fail' as const), ...call }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('take back' as const), ...call }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('count, then give up' as const), ...call, milliUnits }) },
  { weight: 1, arbitrary: fc.constant({ what: 'cut all connections' as const }) },
)

const totals = () =>
  store.rows('SELECT agreement, calls, milli_units FROM market_usage_totals WHERE calls > 0 ORDER BY 1')
const sums = () =>
  store.rows(
    `SELECT agreement, count(*) AS calls, sum(milli_units) AS milli_units FROM market_usage WHERE state = 'counted'
     GROUP BY agreement ORDER BY 1`,
  )

test('whatever happens at once, fails or is cut off, the total is the sum of the calls, after a restart too', async () => {
  let counted = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      await Promise.allSettled(steps.map(take))
      expect(await totals()).toEqual(await sums())
      await store.close()
      store = open()
      await store.migrate()
      expect(await totals()).toEqual(await sums())
      counted += (await totals()).length
    }),
    { numRuns: 25 },
  )
  expect(counted).toBeGreaterThan(12)
})
