import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compositionRegistryAbi } from '@opem/contracts'
import type { AgreementTermsJson, Hex, ListingDocument } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, SERVICE, type Trader } from '../../testing/market-world.ts'
import { noteAsked, noteCounted, takeBack } from '../provisioning/usage.ts'

// Una composes what Pia and Rob provide, and offers it; Cora contracts that.
let world: MarketWorld
let una: Trader
let pia: Trader
let rob: Trader
let cora: Trader
let sam: Trader
let services: Server
let composition: Hex
let document: ListingDocument
let listing: Hex
let ordered: Hex
let key: string
const component: Record<'cleanse' | 'forecast', { listing: Hex; agreement: Hex; terms: AgreementTermsJson }> =
  {} as never

// What the providers' own software does next, and whatever it was asked.
let broken = false
let held: Promise<void> | undefined
const asked: { path: string; body: string; agreement: string }[] = []
const ZEROS: Hex = `0x${'0'.repeat(64)}`

beforeAll(async () => {
  services = createServer((request, response) => {
    let text = ''
    request.on('data', (bytes: Buffer) => (text += bytes))
    request.on('end', async () => {
      asked.push({ path: request.url!, body: text, agreement: String(request.headers['opem-agreement']) })
      await held
      if (request.url === '/forecast/next' && broken) return void response.writeHead(500).end('broken')
      const wh = JSON.parse(text) as number[]
      const answer = request.url === '/cleanse/' ? wh.filter((one) => one >= 0) : wh.map((one) => one * 2)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => services.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(services.address() as AddressInfo).port}`
  world = await openMarketWorld()
  una = await world.trader('Una', ['service-user', 'service-provider'])
  pia = await world.trader('Pia', ['service-provider'])
  rob = await world.trader('Rob', ['service-provider'])
  cora = await world.trader('Cora', ['service-user'])
  sam = await world.trader('Sam', ['service-user', 'service-provider'])
  const cleanse = await world.publish(
    pia,
    asService({
      ...{ title: 'Cleanse', category: 'E2.1', access: { baseUrl: `${url}/cleanse` } },
      composition: { before: [], after: ['E6.2'], gives: ['MeterReading'] },
    }),
  )
  const forecast = await world.publish(
    rob,
    asService({
      ...{ title: 'Forecast', category: 'E6.2', access: { baseUrl: `${url}/forecast` } },
      composition: { before: ['E2.1'], after: [], takes: ['MeterReading'], path: '/next' },
    }),
  )
  component.cleanse = await contract(pia, cleanse)
  component.forecast = await contract(rob, forecast)
  composition = await approved([cleanse, forecast])
}, 180_000)
afterAll(async () => {
  await world?.close()
  services?.close()
})

const asService = (change: Partial<ListingDocument>): ListingDocument => ({
  ...SERVICE,
  ...{ plans: SERVICE.plans.map((plan) => (plan.kind === 'pay-per-use' ? { ...plan, credit: 10_000_000 } : plan)) },
  ...{ dataNeeded: [], ...change },
})

async function send(by: Trader, functionName: string, args: readonly unknown[]): Promise<void> {
  const address = world.chain.deployment.addresses.CompositionRegistry as Hex
  const call = { chain: null, address, abi: compositionRegistryAbi, functionName, args }
  await world.mined(await world.walletClient(by.wallet).writeContract(call as never))
}

const stateOf = async (id: Hex) => (await una.browser.call('GET', `/v1/compositions/${id}`)).body.state

async function approved(chain: readonly Hex[]): Promise<Hex> {
  const words = { title: 'Clean forecast', description: 'Both in one.' }
  const drafted = await una.browser.call('POST', '/v1/compositions', { ...words, chain })
  const { id, content, listings } = drafted.body
  await send(una, 'request', [id, una.address, listings, content])
  await send(pia, 'decide', [id, 0, true, ZEROS])
  await send(rob, 'decide', [id, 1, true, ZEROS])
  await until(async () => (await stateOf(id)) === 'approved')
  return id
}

/** Una contracts a service by use and brings it to where it runs. */
async function contract(
  provider: Trader,
  of: Hex,
): Promise<{ listing: Hex; agreement: Hex; terms: AgreementTermsJson }> {
  const { id, terms } = await world.conclude(una, provider, of, { plan: 'call' })
  await setAside(una, id, terms)
  for (const [who, step] of [
    [provider, 'data-checks'],
    [provider, 'adaptations'],
    [provider, 'readiness'],
    [una, 'starts'],
  ] as const)
    await say(who, id, step)
  return { listing: of, agreement: id, terms }
}

async function setAside(who: Trader, id: Hex, terms: AgreementTermsJson): Promise<void> {
  await world.setAside(who, terms, 20_000_000n)
  await until(async () => (await billed(who, id)).use.reserved === '20.00')
}
const billed = async (who: Trader, id: Hex) =>
  (await who.browser.call('GET', '/v1/billing/agreements')).body.items.find(
    ({ agreement }: { agreement: Hex }) => agreement === id,
  )

async function say(who: Trader, id: Hex, step: string, body: object = {}) {
  const answer = await who.browser.call('POST', `/v1/agreements/${id}/instance/${step}`, body)
  if (answer.status !== 200) throw new Error(`${step}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]

interface Answer {
  readonly status: number
  readonly body: never
  readonly text: string
  readonly units: string | null
  readonly detail: string
}
/** A call of the composed service, as Cora's programs do it. */
async function call(
  input: unknown,
  { id, path = '', signal }: { id?: string; path?: string; signal?: AbortSignal } = {},
) {
  const response = await fetch(`${world.api().url}/v1/services/${ordered}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(input), ...(signal && { signal }) },
    headers: {
      ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(id && { 'opem-request-id': id }),
    },
  })
  const text = await response.text()
  const body = JSON.parse(text)
  const units = response.headers.get('opem-units')
  return { status: response.status, body, text, units, detail: body.detail ?? '' } as Answer
}

/** Calls counted: of Cora under the composed service, of Una under each of its two services. */
async function counted(): Promise<[cora: number, cleanse: number, forecast: number]> {
  const rows = await world.rows<{ agreement: string; calls: number }>(
    `SELECT agreement, count(*)::int AS calls FROM market_usage WHERE state = 'counted' GROUP BY agreement`,
  )
  const of = (agreement: string) => rows.find((row) => row.agreement === agreement)?.calls ?? 0
  return [of(ordered), of(component.cleanse.agreement), of(component.forecast.agreement)]
}
/** What is counted by doing something. */
async function countedBy(act: () => Promise<unknown>): Promise<number[]> {
  const before = await counted()
  await act()
  return (await counted()).map((calls, at) => calls - before[at]!)
}

const toldUna = async () =>
  (await una.browser.call('GET', '/v1/notifications')).body.items.filter(
    ({ kind }: { kind: string }) => kind === 'service-failed',
  )

test('an approved composition is drafted as a listing that names its services in order', async () => {
  const drafted = await una.browser.call('POST', `/v1/compositions/${composition}/listing`)
  listing = drafted.body.listing
  const service = await una.browser.call('GET', `/v1/market/services/${listing}`)
  expect(service.body.document).toMatchObject({
    ...{ kind: 'composed', title: 'Clean forecast', access: {}, parameters: [] },
    chain: {
      composition,
      steps: [
        { listing: component.cleanse.listing, title: 'Cleanse' },
        { listing: component.forecast.listing, title: 'Forecast' },
      ],
    },
  })
  const plans = [{ id: 'call', kind: 'pay-per-use', price: 100_000, unit: 'forecast', credit: 10_000_000 }] as const
  document = { ...service.body.document, plans, contract: { ...SERVICE.contract, noticeDays: 0 } }
  const { revision } = service.body
  const saved = await una.browser.call('PUT', `/v1/market/services/${listing}/draft`, { revision, document })
  expect(saved.body.problems).toEqual([])
  const submitted = await una.browser.call('POST', `/v1/market/services/${listing}/submit`, {
    revision: saved.body.revision,
  })
  expect(submitted.body.state).toBe('submitted')
})

async function submitting(who: Trader, given: ListingDocument) {
  const begun = await who.browser.call('POST', '/v1/market/services', { document: given })
  const { listing: draft } = begun.body
  return code(await who.browser.call('POST', `/v1/market/services/${draft}/submit`, { revision: 1 }))
}

test('nobody offers a composition that is not their own', async () => {
  expect(await submitting(sam, document)).toEqual([404, 'ERR_COMPOSITION_UNKNOWN'])
})

test('a document that names other services than were approved is not taken', async () => {
  const steps = document.chain!.steps.toReversed()
  expect(await submitting(una, { ...document, chain: { composition, steps } })).toEqual([422, 'ERR_COMPOSITION_CHAIN'])
})

test('a chain of the marketplace has no address beside it', async () => {
  expect(await submitting(una, { ...document, access: { baseUrl: 'https://una.example/' } })).toEqual([
    ...[409, 'ERR_LISTING_INCOMPLETE'],
  ])
})

test('a consumer contracts it like any service, and its provider marks it ready without an address', async () => {
  await world.publish(una, document, listing)
  const { id, terms } = await world.conclude(cora, una, listing, { plan: 'call', parameters: {} })
  ordered = id
  await setAside(cora, id, terms)
  await say(una, id, 'data-checks')
  await say(una, id, 'adaptations')
  const addressed = { baseUrl: 'http://127.0.0.1:1/' }
  expect(code(await una.browser.call('POST', `/v1/agreements/${id}/instance/readiness`, addressed))).toEqual([
    ...[422, 'ERR_CHAIN_WITHOUT_ADDRESS'],
  ])
  expect((await say(una, id, 'readiness')).chain.map(({ title }: { title: string }) => title)).toEqual([
    ...['Cleanse', 'Forecast'],
  ])
  await say(cora, id, 'starts')
  key = (await cora.browser.call('POST', `/v1/agreements/${id}/instance/keys`)).body.key
})

test('one call runs the chain in order under the composer’s agreements, and both levels are counted', async () => {
  let answer: Answer | undefined
  const before = asked.length
  expect(await countedBy(async () => (answer = await call([3, -1, 4])))).toEqual([1, 1, 1])
  expect([answer!.status, answer!.body, answer!.units]).toEqual([200, [6, 8], '1'])
  expect(asked.slice(before)).toEqual([
    { path: '/cleanse/', body: '[3,-1,4]', agreement: component.cleanse.agreement },
    { path: '/forecast/next', body: '[3,4]', agreement: component.forecast.agreement },
  ])
  expect((await billed(cora, ordered)).use).toMatchObject({ calls: 1, units: 1, cost: '0.10' })
  expect((await billed(una, component.forecast.agreement)).use).toMatchObject({ calls: 1, units: 1, cost: '0.02' })
})

test('it takes a POST without a path, and nothing else', async () => {
  expect(code(await call([1], { path: '/forecast' }))).toEqual([405, 'ERR_CHAIN_CALL'])
  const got = await fetch(`${world.api().url}/v1/services/${ordered}`, { headers: { authorization: `Bearer ${key}` } })
  expect(got.status).toBe(405)
})

test('the same call again gets the answer that was kept: nobody is asked and nothing is counted twice', async () => {
  await call([5], { id: 'kept-0001' })
  const before = asked.length
  let again: Answer | undefined
  expect(await countedBy(async () => (again = await call([5], { id: 'kept-0001' })))).toEqual([0, 0, 0])
  expect([again!.status, again!.body, asked.length]).toEqual([200, [10], before])
})

test('another input under the name of a call before is refused', async () => {
  expect(code(await call([6], { id: 'kept-0001' }))).toEqual([409, 'ERR_REQUEST_CHANGED'])
})

test('a step that fails: the caller is told which and pays nothing, the composer pays for what was answered', async () => {
  broken = true
  let failed: Answer | undefined
  expect(await countedBy(async () => (failed = await call([7], { id: 'fails-0001' })))).toEqual([0, 1, 0])
  expect(code(failed!)).toEqual([502, 'ERR_SERVICE_FAILED'])
  expect(failed!.detail).toBe(
    'service 2 of 2, “Forecast”, failed; nothing is counted: ask again with OPEM-Request-Id fails-0001, and the chain goes on there',
  )
  const [told] = await toldUna()
  expect(told).toMatchObject({ title: '“Clean forecast” did not run for a user' })
  expect(told.text).toContain('Service 2, “Forecast”, could not be asked or failed: ERR_SERVICE_FAILED.')
})

test('the call that failed, asked again, goes on at the step that failed, and is counted then', async () => {
  broken = false
  const before = asked.length
  let again: Answer | undefined
  expect(await countedBy(async () => (again = await call([7], { id: 'fails-0001' })))).toEqual([1, 0, 1])
  expect([again!.status, again!.body]).toEqual([200, [14]])
  expect(asked.slice(before).map(({ path }) => path)).toEqual(['/forecast/next'])
})

test('a caller who hangs up loses nothing: the chain goes on, and the call by its name finds the answer', async () => {
  let letGo: () => void = () => undefined
  held = new Promise((resolve) => (letGo = resolve))
  const gone = new AbortController()
  const before = asked.length
  const hung = call([8], { id: 'hangs-0001', signal: gone.signal }).catch(({ name }: Error) => name)
  await until(async () => asked.length > before)
  gone.abort()
  expect(await hung).toBe('AbortError')
  held = undefined
  expect(
    await countedBy(async () => {
      letGo()
      const found = await call([8], { id: 'hangs-0001' })
      expect([found.status, found.body]).toEqual([200, [16]])
    }),
  ).toEqual([1, 1, 1])
  expect(asked.slice(before).map(({ path }) => path)).toEqual(['/cleanse/', '/forecast/next'])
})

test('two calls of one name at the same time are one run', async () => {
  const before = asked.length
  expect(
    await countedBy(async () => {
      const both = await Promise.all([call([9], { id: 'twice-0001' }), call([9], { id: 'twice-0001' })])
      expect(both.map(({ body }) => body)).toEqual([[18], [18]])
    }),
  ).toEqual([1, 1, 1])
  expect(asked.length - before).toBe(2)
})

test('a call whose worker was killed in the middle of a step goes on when its lease is over, and is counted once', async () => {
  const now = Date.now() / 1000
  const run = 'bbbbbbbbbbbbbbbbbbbbbb'
  await world.rows(
    `INSERT INTO market_usage (agreement, request, at, state, method) VALUES ($1, 'killed-0001', $2, 'asked', 'POST')`,
    [ordered, Math.floor(now)],
  )
  await world.rows(
    `INSERT INTO market_composition_runs (id, composition, state, place, input, input_type, shown, from_address, leased_until,
       ends_by, started_at, agreement, request, input_digest)
     VALUES ($1, $2, 'running', 0, '[7]', 'application/json', 'token', '127.0.0.1', $3, $4, $4, $5, 'killed-0001',
       encode(sha256(E'application/json\\n[7]'), 'hex'))`,
    [run, composition, now + 1, Math.floor(now) + 600, ordered],
  )
  await world.rows(
    `INSERT INTO market_composition_run_steps (run, place, attempt, agreement, state, bytes_in, started_at)
     VALUES ($1, 0, 1, $2, 'running', 3, $3)`,
    [run, component.cleanse.agreement, now],
  )
  expect(await countedBy(async () => expect((await call([7], { id: 'killed-0001' })).body).toEqual([14]))).toEqual([
    1, 1, 1,
  ])
})

test('the user sees how far each call came, and what it gave', async () => {
  const { items } = (await cora.browser.call('GET', `/v1/agreements/${ordered}/runs`)).body
  const failed = items.find(({ request }: { request: string }) => request === 'fails-0001')
  expect(failed.state).toBe('done')
  expect(failed.steps).toMatchObject([
    { title: 'Cleanse', state: 'done', attempts: 1 },
    { title: 'Forecast', state: 'done', attempts: 2 },
  ])
  const output = await cora.browser.call('GET', `/v1/agreements/${ordered}/runs/${failed.id}/output`)
  expect(output.body).toEqual({ contentType: 'application/json', body: '[14]' })
})

test('the composer sees that calls ran, and neither what they were given nor what they gave', async () => {
  const { items } = (await una.browser.call('GET', `/v1/agreements/${ordered}/runs`)).body
  expect(items[0]).toMatchObject({ request: null, state: 'done' })
  const output = `/v1/agreements/${ordered}/runs/${items[0].id}/output`
  expect(code(await una.browser.call('GET', output))).toEqual([403, 'ERR_NOT_ALLOWED'])
  const shown = (await una.browser.call('GET', `/v1/compositions/${composition}`)).body.runs[0]
  expect(shown).toMatchObject({ id: items[0].id, agreement: ordered })
  const run = `/v1/compositions/${composition}/runs/${items[0].id}`
  expect(code(await una.browser.call('GET', `${run}/output`))).toEqual([404, 'ERR_RUN_UNKNOWN'])
  expect(code(await una.browser.call('POST', `${run}/retry`))).toEqual([404, 'ERR_RUN_UNKNOWN'])
})

test('a stranger learns of no call', async () => {
  expect(code(await sam.browser.call('GET', `/v1/agreements/${ordered}/runs`))).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
})

test('a provider that stops its service ends the calls before they begin: nobody is asked, nobody pays', async () => {
  await say(rob, component.forecast.agreement, 'stops', { reason: 'We move our servers.' })
  const before = asked.length
  let refused: Answer | undefined
  expect(await countedBy(async () => (refused = await call([1], { id: 'stops-0001' })))).toEqual([0, 0, 0])
  expect(code(refused!)).toEqual([503, 'ERR_COMPONENT_NOT_AVAILABLE'])
  expect(refused!.detail).not.toContain('ERR_SERVICE_NOT_RUNNING')
  expect(asked.length).toBe(before)
  expect((await toldUna())[0].text).toContain(
    'Service 2, “Forecast”, could not be asked or failed: ERR_SERVICE_NOT_RUNNING.',
  )
  await say(rob, component.forecast.agreement, 'starts')
  expect((await call([1], { id: 'stops-0001' })).body).toEqual([2])
})

test('a service that stops between two steps fails the call; asked again it goes on there', async () => {
  let letGo: () => void = () => undefined
  held = new Promise((resolve) => (letGo = resolve))
  const before = asked.length
  const running = call([2], { id: 'between-0001' })
  await until(async () => asked.length > before)
  await say(rob, component.forecast.agreement, 'stops')
  held = undefined
  letGo()
  expect(code(await running)).toEqual([503, 'ERR_COMPONENT_NOT_AVAILABLE'])
  await say(rob, component.forecast.agreement, 'starts')
  expect(await countedBy(async () => expect((await call([2], { id: 'between-0001' })).body).toEqual([4]))).toEqual([
    1, 0, 1,
  ])
})

test('a provider’s policy judges who really called: a chain that one does not let in begins nowhere', async () => {
  // As its page puts it in force; the test of management tells that.
  await world.rows(
    `INSERT INTO market_listing_policies (listing, restricted, authentication, address_ranges, requests_per_minute, revision,
       changed_at) VALUES ($1, false, '{signature}', '{}', 600, 1, 0)`,
    [component.forecast.listing],
  )
  const before = asked.length
  expect(await countedBy(async () => expect(code(await call([1]))[1]).toBe('ERR_COMPONENT_NOT_AVAILABLE'))).toEqual([
    ...[0, 0, 0],
  ])
  expect(asked.length).toBe(before)
  expect((await toldUna())[0].text).toContain('ERR_POLICY_AUTHENTICATION')
  await world.rows('DELETE FROM market_listing_policies WHERE listing = $1', [component.forecast.listing])
  expect((await call([1])).status).toBe(200)
})

test('a composer who has used up what they set aside is told of it, and their user is not told of their money', async () => {
  const much = { agreement: component.forecast.agreement, request: 'much-0001' }
  await noteAsked(world.rows, { ...much, method: 'POST', now: Math.floor(Date.now() / 1000) })
  await noteCounted(world.rows, { ...much, milliUnits: 2_000_000n, status: 200 })
  let refused: Answer | undefined
  expect(await countedBy(async () => (refused = await call([1])))).toEqual([0, 0, 0])
  expect(code(refused!)).toEqual([503, 'ERR_COMPONENT_NOT_AVAILABLE'])
  expect(refused!.text).not.toMatch(/RESERVE|CREDIT|PAYMENT|BILLED|EUR/)
  expect((await toldUna())[0].text).toMatch(/Service 2, “Forecast”, .*: ERR_(CREDIT|RESERVE|PAYMENT|VOUCHER)/)
  await takeBack(world.rows, much)
  expect((await call([1])).status).toBe(200)
})

test('who hangs up and calls anew does not pile runs up', async () => {
  await world.rows(
    `INSERT INTO market_composition_runs (id, composition, state, place, input_type, shown, leased_until, ends_by, started_at,
       agreement, request, input_digest)
     SELECT lpad(n::text, 22, 'p'), $1, 'running', 0, 'application/json', 'token', 4e9, 4000000000, 1, $2, 'piled-' || n, 'x'
     FROM generate_series(1, 32) n`,
    [composition, ordered],
  )
  expect(code(await call([1]))).toEqual([429, 'ERR_TOO_MANY'])
  await world.rows(`DELETE FROM market_composition_runs WHERE request LIKE 'piled-%'`)
  expect((await call([1])).status).toBe(200)
})

test('a listing that the operator suspended is used by no chain', async () => {
  await world.operatorSays('suspend', component.cleanse.listing)
  await until(async () => code(await call([1]))[1] === 'ERR_COMPONENT_NOT_AVAILABLE')
  await world.operatorSays('reinstate', component.cleanse.listing)
  await until(async () => (await call([1])).status === 200)
})

test('a provider that ends its agreement with the composer ends the calls, and nobody contracts the chain any more', async () => {
  const { agreement, terms } = component.cleanse
  await world.terminate(pia, terms, true, ZEROS)
  await until(async () => (await una.browser.call('GET', `/v1/agreements/${agreement}`)).body.stage === 'ended')
  let refused: Answer | undefined
  expect(await countedBy(async () => (refused = await call([1])))).toEqual([0, 0, 0])
  expect(code(refused!)).toEqual([503, 'ERR_COMPONENT_NOT_AVAILABLE'])
  const choices = await sam.browser.call('GET', `/v1/agreements/choices?listing=${listing}`)
  expect(code(choices)).toEqual([409, 'ERR_COMPOSITION_NOT_CONTRACTED'])
})

test('when the composer has contracted the service anew, the chain runs again', async () => {
  component.cleanse = await contract(pia, component.cleanse.listing)
  expect(await countedBy(async () => expect((await call([4, -4], { id: 'anew-0001' })).body).toEqual([8]))).toEqual([
    1, 1, 1,
  ])
})

test('a composed service is no part of another chain', async () => {
  const { next } = (await sam.browser.call('POST', '/v1/compositions/choices', { chain: [] })).body
  expect(next.map(({ title }: { title: string }) => title).sort()).toEqual(['Cleanse', 'Forecast'])
})

test('a composition that its composer takes back runs for nobody, and what was given before can still be fetched', async () => {
  const { items } = (await cora.browser.call('GET', `/v1/agreements/${ordered}/runs`)).body
  const last = items.find(({ request }: { request: string }) => request === 'anew-0001')
  await send(una, 'withdraw', [composition])
  await until(async () => (await stateOf(composition)) === 'withdrawn')
  expect(await countedBy(async () => expect(code(await call([1]))).toEqual([409, 'ERR_COMPOSITION_STATE']))).toEqual([
    ...[0, 0, 0],
  ])
  expect(code(await sam.browser.call('GET', `/v1/agreements/choices?listing=${listing}`))).toEqual([
    ...[409, 'ERR_COMPOSITION_STATE'],
  ])
  const output = await cora.browser.call('GET', `/v1/agreements/${ordered}/runs/${last.id}/output`)
  expect(output.body.body).toBe('[8]')
})
