import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compositionRegistryAbi } from '@opem/contracts'
import type { Hex, ListingDocument } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, SERVICE, type Trader } from '../../testing/market-world.ts'

let world: MarketWorld
let una: Trader
let pia: Trader
let rob: Trader
let cleanse: Hex
let forecast: Hex
let alone: Hex
let services: Server
let broken = false
const asked: string[] = []
const ZEROS = `0x${'0'.repeat(64)}`

beforeAll(async () => {
  // Two little services: one drops what is negative, the other doubles what it is given.
  services = createServer((request, response) => {
    let text = ''
    request.on('data', (bytes: Buffer) => (text += bytes))
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${text}`)
      const wh = JSON.parse(text) as number[]
      if (request.url === '/forecast/next' && broken) return void response.writeHead(500).end('broken')
      const answer =
        request.url === '/cleanse' || request.url === '/cleanse/'
          ? wh.filter((one) => one >= 0)
          : wh.map((one) => one * 2)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => services.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(services.address() as AddressInfo).port}`
  world = await openMarketWorld()
  una = await world.trader('Una', ['service-user'])
  pia = await world.trader('Pia', ['service-provider'])
  rob = await world.trader('Rob', ['service-provider'])
  const plans = SERVICE.plans.map((plan) => (plan.kind === 'pay-per-use' ? { ...plan, credit: 10_000_000 } : plan))
  const document = (change: Partial<ListingDocument>): ListingDocument => ({
    ...{ ...SERVICE, plans, dataNeeded: [] },
    ...change,
  })
  cleanse = await world.publish(
    pia,
    document({
      ...{ title: 'Cleanse', category: 'E2.1', access: { baseUrl: `${url}/cleanse` } },
      composition: { before: [], after: ['E6.2'], gives: ['MeterReading'] },
    }),
  )
  forecast = await world.publish(
    rob,
    document({
      ...{ title: 'Forecast', category: 'E6.2', access: { baseUrl: `${url}/forecast` } },
      composition: { before: ['E2.1'], after: [], takes: ['MeterReading'], path: '/next' },
    }),
  )
  alone = await world.publish(
    rob,
    document({ title: 'Alone', category: 'E9.1', composition: { before: [], after: [] } }),
  )
}, 120_000)
afterAll(async () => {
  await world?.close()
  services?.close()
})

const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]
const body = (chain: readonly Hex[]) => ({ title: 'Clean forecast', description: 'Both in one.', chain })

async function send(by: Trader, functionName: string, args: readonly unknown[]): Promise<void> {
  const address = world.chain.deployment.addresses.CompositionRegistry as Hex
  const call = { chain: null, address, abi: compositionRegistryAbi, functionName, args }
  await world.mined(await world.walletClient(by.wallet).writeContract(call as never))
}

const seen = (who: Trader, id: Hex) => who.browser.call('GET', `/v1/compositions/${id}`)

async function requested(): Promise<Hex> {
  const drafted = await una.browser.call('POST', '/v1/compositions', body([cleanse, forecast]))
  if (drafted.status !== 200) throw new Error(JSON.stringify(drafted.body))
  const { id, content, listings } = drafted.body
  await send(una, 'request', [id, una.address, listings, content])
  await until(async () => (await seen(una, id)).body.state === 'requested')
  return id
}

async function approved(): Promise<Hex> {
  const id = await requested()
  await send(pia, 'decide', [id, 0, true, ZEROS])
  await send(rob, 'decide', [id, 1, true, ZEROS])
  await until(async () => (await seen(una, id)).body.state === 'approved')
  return id
}

/** Contracts a service, and brings it to where it can be called. */
async function contract(provider: Trader, listing: Hex): Promise<Hex> {
  const { id, terms } = await world.conclude(una, provider, listing, { plan: 'call' })
  await world.setAside(una, terms, 20_000_000n)
  await until(async () => {
    const { items } = (await una.browser.call('GET', '/v1/billing/agreements')).body
    return items.find(({ agreement }: { agreement: Hex }) => agreement === id)?.use.reserved === '20.00'
  })
  await world.rows(`UPDATE market_instances SET state = 'running' WHERE agreement = $1`, [id])
  return id
}

const used = async () =>
  (
    await world.rows<{ calls: number }>(
      `SELECT count(*)::int AS calls FROM market_usage WHERE state = 'counted' GROUP BY agreement ORDER BY agreement`,
    )
  ).map(({ calls }) => calls)

test('only what fits is suggested, and a chain of services that are not contracted is led to contract them', async () => {
  const choices = await una.browser.call('POST', '/v1/compositions/choices', { chain: [cleanse] })
  expect(choices.body.next.map(({ title }: { title: string }) => title)).toEqual(['Forecast'])
  expect(choices.body.chain[0].agreement).toBe(null)
  expect(code(await una.browser.call('POST', '/v1/compositions', body([cleanse, alone])))).toEqual([
    422,
    'ERR_COMPOSITION_CHAIN',
  ])
  expect(code(await una.browser.call('POST', '/v1/compositions', body([cleanse, forecast])))).toEqual([
    409,
    'ERR_COMPOSITION_NOT_CONTRACTED',
  ])
  await contract(pia, cleanse)
  await contract(rob, forecast)
})

test('a provider’s no ends a request with its reason, and nothing runs', async () => {
  const id = await requested()
  expect((await seen(rob, id)).body.services[1]).toMatchObject({ own: true, decision: null, agreement: null })
  const words = { words: 'The data is too coarse.' }
  const { reason } = (await rob.browser.call('POST', `/v1/compositions/${id}/reasons`, words)).body
  await send(rob, 'decide', [id, 1, false, reason])
  await until(async () => (await seen(una, id)).body.state === 'rejected')
  const { services: parts } = (await seen(una, id)).body
  expect(parts[1].decision).toMatchObject({ approved: false, reason: 'The data is too coarse.' })
  expect(code(await una.browser.call('POST', `/v1/compositions/${id}/run`, { input: [] }))).toEqual([
    409,
    'ERR_COMPOSITION_STATE',
  ])
})

test('one call runs the chain, hands on what each service gives, and counts each call under its own agreement', async () => {
  const id = await approved()
  const run = await una.browser.call('POST', `/v1/compositions/${id}/run?wait=30`, { input: [3, -1, 4] })
  expect([run.status, run.body.state, run.body.place]).toEqual([200, 'done', 2])
  expect(asked.slice(-2)).toEqual(['POST /cleanse/ [3,-1,4]', 'POST /forecast/next [3,4]'])
  const output = await una.browser.call('GET', `/v1/compositions/${id}/runs/${run.body.id}/output`)
  expect(output.body).toEqual({ contentType: 'application/json', body: '[6,8]' })
  expect(await used()).toEqual([1, 1])
  expect(code(await rob.browser.call('POST', `/v1/compositions/${id}/run`, { input: [] }))).toEqual([
    403,
    'ERR_NOT_ALLOWED',
  ])
})

test('a step that fails costs nothing and is tried again alone', async () => {
  const id = await approved()
  broken = true
  const failed = await una.browser.call('POST', `/v1/compositions/${id}/run?wait=30`, { input: [5] })
  expect([failed.body.state, failed.body.place]).toEqual(['failed', 1])
  expect(failed.body.steps.at(-1)).toMatchObject({ place: 1, attempt: 1, state: 'failed', code: 'ERR_SERVICE_FAILED' })
  expect(await used()).toEqual(expect.arrayContaining([2, 1]))
  broken = false
  const before = asked.length
  const again = await una.browser.call('POST', `/v1/compositions/${id}/runs/${failed.body.id}/retry?wait=30`, undefined)
  expect([again.body.state, again.body.place]).toEqual(['done', 2])
  expect(asked.slice(before)).toEqual(['POST /forecast/next [5]'])
  const twice = await una.browser.call('POST', `/v1/compositions/${id}/runs/${failed.body.id}/retry`, undefined)
  expect(code(twice)).toEqual([409, 'ERR_RUN_STATE'])
})

test('a run whose worker was killed in the middle of a step goes on when its lease is over', async () => {
  const id = await approved()
  const now = Date.now() / 1000
  await world.rows(
    `INSERT INTO market_composition_runs (id, composition, state, place, input, input_type, shown, from_address, leased_until,
       ends_by, started_at) VALUES ('aaaaaaaaaaaaaaaaaaaaaa', $1, 'running', 0, '[7]', 'application/json', 'token',
       '127.0.0.1', $2, $3, $3)`,
    [id, now + 2, Math.floor(now) + 600],
  )
  await world.rows(
    `INSERT INTO market_composition_run_steps (run, place, attempt, agreement, state, bytes_in, started_at)
     SELECT 'aaaaaaaaaaaaaaaaaaaaaa', 0, 1, id, 'running', 3, $2 FROM market_agreements WHERE listing = $1`,
    [cleanse, now],
  )
  const path = `/v1/compositions/${id}/runs/aaaaaaaaaaaaaaaaaaaaaa`
  await until(async () => (await una.browser.call('GET', path)).body.state === 'done')
  const steps = (await una.browser.call('GET', path)).body.steps
  expect(
    steps.map((it: { place: number; attempt: number; state: string; code: string | null }) => [
      it.place,
      it.attempt,
      it.state,
      it.code,
    ]),
  ).toEqual([
    [0, 1, 'failed', 'ERR_STEP_INTERRUPTED'],
    [0, 2, 'done', null],
    [1, 1, 'done', null],
  ])
})

test('a composition is nobody’s business but its user’s and its providers’', async () => {
  const id = await requested()
  const sam = await world.trader('Sam', ['service-user', 'service-provider'])
  expect(code(await seen(sam, id))).toEqual([404, 'ERR_COMPOSITION_UNKNOWN'])
  expect(code(await sam.browser.call('POST', `/v1/compositions/${id}/run`, { input: [] }))).toEqual([
    404,
    'ERR_COMPOSITION_UNKNOWN',
  ])
  expect(code(await sam.browser.call('POST', `/v1/compositions/${id}/reasons`, { words: 'no' }))).toEqual([
    404,
    'ERR_COMPOSITION_UNKNOWN',
  ])
})
