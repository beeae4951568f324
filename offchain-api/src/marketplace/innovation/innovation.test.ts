import { openInnovationAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, type Trader } from '../../testing/market-world.ts'

let world: MarketWorld
let una: Trader
let ben: Trader
let pia: Trader
let rob: Trader

beforeAll(async () => {
  world = await openMarketWorld()
  una = await world.trader('Una', ['service-user'])
  ben = await world.trader('Ben', ['service-user'])
  pia = await world.trader('Pia', ['service-provider'])
  rob = await world.trader('Rob', ['service-provider'])
}, 120_000)
afterAll(() => world?.close())

const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]

async function send(by: Trader, functionName: string, args: readonly unknown[]): Promise<void> {
  const address = world.chain.deployment.addresses.OpenInnovation as Hex
  const call = { chain: null, address, abi: openInnovationAbi, functionName, args }
  await world.mined(await world.walletClient(by.wallet).writeContract(call as never))
}

const inDays = (days: number) => Math.floor(Date.now() / 1000) + days * 86_400
const wish = (change: object = {}) => ({
  schema: 'opem/innovation-request/1',
  title: 'Forecast for a farm',
  need: 'We want to know tomorrow’s load of our milking robots.',
  data: [{ name: 'Load', template: 'MeterReading', granularity: 'PT15M', unit: 'Wh' }],
  result: 'An error below 10 % on average.',
  budget: { from: 1_000_000_000, to: 2_000_000_000 },
  closesAt: inDays(3),
  ...change,
})
const offer = (request: Hex, change: object = {}) => ({
  schema: 'opem/innovation-proposal/1',
  request,
  title: 'Farm forecast',
  description: 'A model of your robots.',
  plan: 'We learn from a year of readings.',
  milestones: [{ title: 'First model', days: 30 }],
  price: { id: 'monthly', kind: 'subscription', price: 100_000_000, interval: 2_592_000 },
  contract: { text: 'We run the forecast for you.', noticeDays: 30 },
  privacy: 'Readings are kept for 90 days.',
  listing: null,
  ...change,
})

async function asked(change: object = {}, audience: readonly Hex[] | null = null): Promise<Hex> {
  const document = wish(change)
  const { status, body } = await una.browser.call('POST', '/v1/innovation/requests', { document, audience })
  if (status !== 200) throw new Error(JSON.stringify(body))
  await send(una, 'request', [body.id, una.address, body.content, document.closesAt])
  await until(async () => (await seen(una, body.id)).body.state === 'open')
  return body.id
}

async function proposed(by: Trader, request: Hex, change: object = {}): Promise<Hex> {
  const document = offer(request, change)
  const { status, body } = await by.browser.call('POST', `/v1/innovation/requests/${request}/proposals`, { document })
  if (status !== 200) throw new Error(JSON.stringify(body))
  await send(by, 'propose', [request, body.id, by.address, body.content])
  await until(async () => (await own(by, request))?.state === 'open')
  return body.id
}

const seen = (who: Trader, id: Hex) => who.browser.call('GET', `/v1/innovation/requests/${id}`)
const own = async (who: Trader, id: Hex) =>
  (await seen(who, id)).body.proposals.find(({ mine }: { mine: boolean }) => mine)
const told = async (who: Trader, request: Hex) =>
  (
    await world.rows<{ title: string }>(
      `SELECT title FROM market_notifications WHERE account = $1 AND about ->> 'request' = $2 ORDER BY id`,
      [who.account, request],
    )
  ).map(({ title }) => title)

test('a wish goes to every provider; of two proposals one is chosen, gets a draft listing for this user alone, and the other is told', async () => {
  const request = await asked()
  expect(await told(pia, request)).toEqual(['A service is asked for: Forecast for a farm'])
  expect(await told(ben, request)).toEqual([])
  const first = await proposed(pia, request)
  const second = await proposed(rob, request, { title: 'Robot radar' })
  expect((await seen(una, request)).body.proposals.map(({ id }: { id: Hex }) => id)).toEqual([first, second])
  expect((await seen(rob, request)).body.proposals.map(({ id }: { id: Hex }) => id)).toEqual([second])

  await send(una, 'choose', [request, first])
  await until(async () => (await seen(una, request)).body.chosen !== null)
  const { body } = await seen(una, request)
  expect([body.state, body.chosen]).toEqual(['chosen', first])
  expect(await told(pia, request)).toEqual([
    'A service is asked for: Forecast for a farm',
    'Your proposal for “Forecast for a farm” was chosen',
  ])
  expect(await told(rob, request)).toEqual([
    'A service is asked for: Forecast for a farm',
    'Another proposal for “Forecast for a farm” was chosen',
  ])
  const { listing } = await own(pia, request)
  const draft = await pia.browser.call('GET', `/v1/market/services/${listing}`)
  expect(draft.body.document).toMatchObject({
    title: 'Farm forecast',
    plans: [{ id: 'monthly', kind: 'subscription', price: 100_000_000, interval: 2_592_000 }],
    dataNeeded: [{ name: 'Load', template: 'MeterReading', granularity: 'PT15M', unit: 'Wh' }],
  })
  const managed = await pia.browser.call('GET', `/v1/market/services/${listing}/manage`)
  expect(managed.body.policy.restricted).toBe(true)
  expect(managed.body.access.map(({ account }: { account: Hex }) => account)).toEqual([una.account])
  const whole = await pia.browser.call('POST', `/v1/market/services/${listing}/submit`, { revision: 1 })
  expect(whole.status).toBe(200)
})

test('who chose is told when the service is published, contracts it, and both sides find the agreement in the request', async () => {
  const request = await asked({ data: [] })
  const proposal = await proposed(pia, request, { price: { id: 'trial', kind: 'free', price: 0 } })
  await send(una, 'choose', [request, proposal])
  await until(async () => (await seen(una, request)).body.chosen !== null)
  const { listing } = await own(pia, request)
  const { document } = (await pia.browser.call('GET', `/v1/market/services/${listing}`)).body
  await world.publish(pia, document, listing)
  await until(async () => (await told(una, request)).includes('“Farm forecast” can be contracted now'))
  expect(await told(ben, request)).toEqual([])
  const choices = `/v1/agreements/choices?listing=${listing}`
  expect(code(await ben.browser.call('GET', choices))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
  expect((await own(pia, request)).agreement).toBe(null)

  const { id } = await world.conclude(una, pia, listing, { parameters: {} })
  const [shown] = (await seen(una, request)).body.proposals
  expect([shown.listingState, shown.agreement]).toEqual(['published', id])
  expect((await own(pia, request)).agreement).toBe(id)
})

test('a question is between two until it is answered; then every provider reads both, not who asked', async () => {
  const request = await asked()
  const ask = await pia.browser.call('POST', `/v1/innovation/requests/${request}/posts`, { words: 'How many robots?' })
  const words = async (who: Trader) =>
    (await seen(who, request)).body.posts.map((it: { words: string; by: string; name: string | null }) => [
      it.words,
      it.by,
      it.name,
    ])
  expect(await words(una)).toEqual([['How many robots?', 'provider', 'Pia']])
  expect(await words(rob)).toEqual([])
  await una.browser.call('POST', `/v1/innovation/requests/${request}/posts`, { words: 'Four.', thread: ask.body.id })
  expect(await words(rob)).toEqual([
    ['How many robots?', 'provider', null],
    ['Four.', 'asker', null],
  ])
  const hide = await una.browser.call('PUT', `/v1/innovation/requests/${request}/posts/${ask.body.id}`, {
    state: 'hidden',
  })
  expect(hide.status).toBe(200)
  expect(await words(rob)).toEqual([])
})

test('only chosen providers see a request that names them, and for others it is not there', async () => {
  const request = await asked({}, [pia.account])
  expect((await seen(pia, request)).status).toBe(200)
  expect(code(await seen(rob, request))).toEqual([404, 'ERR_INNOVATION_UNKNOWN'])
  expect(code(await seen(ben, request))).toEqual([404, 'ERR_INNOVATION_UNKNOWN'])
  const body = { document: offer(request) }
  const late = await rob.browser.call('POST', `/v1/innovation/requests/${request}/proposals`, body)
  expect(code(late)).toEqual([404, 'ERR_INNOVATION_UNKNOWN'])
})

test('a provider that is not there cannot be chosen to see a request', async () => {
  const body = { document: wish(), audience: [ben.account] }
  expect(code(await una.browser.call('POST', '/v1/innovation/requests', body))).toEqual([
    422,
    'ERR_INNOVATION_AUDIENCE',
  ])
})

test('a request that closes in the past is refused', async () => {
  const body = { document: wish({ closesAt: inDays(-1) }) }
  expect(code(await una.browser.call('POST', '/v1/innovation/requests', body))).toEqual([422, 'ERR_INNOVATION_CLOSES'])
})

test('who only uses services does not propose, and who only provides does not ask', async () => {
  const request = await asked()
  const body = { document: offer(request) }
  expect((await ben.browser.call('POST', `/v1/innovation/requests/${request}/proposals`, body)).status).toBe(403)
  expect((await pia.browser.call('POST', '/v1/innovation/requests', { document: wish() })).status).toBe(403)
})

test('a withdrawn request is answered no more, and who proposed is told', async () => {
  const request = await asked()
  await proposed(pia, request)
  await send(una, 'withdrawRequest', [request])
  await until(async () => (await seen(una, request)).body.state === 'withdrawn')
  const question = { words: 'Why?' }
  expect(code(await pia.browser.call('POST', `/v1/innovation/requests/${request}/posts`, question))).toEqual([
    409,
    'ERR_INNOVATION_STATE',
  ])
  expect((await told(pia, request)).at(-1)).toBe('The request “Forecast for a farm” was withdrawn')
})

test('somebody else’s hand on the chain chooses nothing', async () => {
  const request = await asked()
  const proposal = await proposed(pia, request)
  await expect(send(ben, 'choose', [request, proposal])).rejects.toThrow(/PartiesNotActing|reverted/)
})
