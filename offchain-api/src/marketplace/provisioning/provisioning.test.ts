import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { formatInstant, type Hex } from '@opem/domain'
import { createNonceMemory, verifyRequest } from '@opem/ssi/http-signature'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, type Trader } from '../../testing/market-world.ts'
import { SIGNED_HEADERS } from './forward.ts'

let world: MarketWorld
let provider: Trader
let consumer: Trader
let stranger: Trader
let listing: Hex
let agreement: Hex
let service: Server
let baseUrl: string
const asked: { path: string; headers: IncomingMessage['headers']; body: string; signed: unknown }[] = []

// A provider's own little service: it believes nobody but the marketplace.
const nonces = createNonceMemory({ startedAt: 0 })
let marketplaceKeys: { kid: string }[] = []
async function answer(
  request: IncomingMessage,
): Promise<{ status: number; units?: string; text: string; type?: string }> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts)
  const signed = await verifyRequest(
    { method: request.method!, target: request.url!, headers: request.headers, body: () => body },
    {
      keyOf: (keyid) => {
        const found = marketplaceKeys.find(({ kid }) => kid === keyid)
        if (!found) return undefined
        const { kid: _kid, use: _use, ...jwk } = found as Record<string, string> & { kid: string }
        return jwk as never
      },
      ...{ seenNonce: nonces, authorities: [request.headers.host!], now: Math.floor(Date.now() / 1000) },
      also: SIGNED_HEADERS,
    },
  )
  asked.push({ path: request.url!, headers: request.headers, body: body.toString(), signed: signed.ok || signed.code })
  if (!signed.ok) return { status: 401, text: signed.code }
  const { pathname } = new URL(request.url!, 'http://x')
  if (pathname === '/v1/broken') return { status: 500, text: 'broken' }
  if (pathname === '/v1/wrong') return { status: 422, text: 'wrong' }
  if (pathname === '/v1/page') return { status: 200, text: '<script>alert(1)</script>', type: 'text/html' }
  if (pathname === '/v1/three') return { status: 200, units: '3', text: '"three"' }
  return { status: 200, text: JSON.stringify({ wh: [120, 130], path: request.url }) }
}

beforeAll(async () => {
  world = await openMarketWorld({ lake: true })
  service = createServer((request, response) => {
    void answer(request).then(({ status, units, text, type }) =>
      response
        .writeHead(status, {
          'content-type': type ?? 'application/json',
          ...(units && { 'opem-units': units }),
          'set-cookie': 'a=b',
        })
        .end(text),
    )
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/v1/`
  provider = await world.trader('Provider', ['service-provider'])
  consumer = await world.trader('Consumer', ['service-user'])
  stranger = await world.trader('Stranger', ['service-user', 'service-provider'])
  marketplaceKeys = (await stranger.browser.call('GET', '/v1/service-keys')).body.keys
  listing = await world.publish(provider)
  await giveMeter(consumer, 'home-1')
  // Free: what may be used of a plan that costs something is the test of billing.
  agreement = (await world.conclude(consumer, provider, listing, { meters: { Consumption: 'home-1' } })).id
}, 120_000)
afterAll(async () => {
  await world?.close()
  service?.close()
})

/** A membership with a meter, as communities leave it in the store. */
async function giveMeter({ address }: Trader, meter: string): Promise<void> {
  const community = `0x${'c'.repeat(40)}`
  await world.rows(
    `INSERT INTO communities (id, name, time_zone, period_seconds, batch_periods) VALUES ($1, 'Sunny', 'UTC', 3600, '1')
     ON CONFLICT DO NOTHING`,
    [community],
  )
  await world.rows(`INSERT INTO members (community, id, name, account, salt_key) VALUES ($1, $2, 'Consumer', $3, $4)`, [
    community,
    `0x${'1'.repeat(64)}`,
    address,
    `0x${'2'.repeat(64)}`,
  ])
  await world.rows(`INSERT INTO meters (community, member, place, meter, participation) VALUES ($1, $2, 0, $3, 100)`, [
    ...[community, `0x${'1'.repeat(64)}`],
    meter,
  ])
  await world.rows(`INSERT INTO meter_authorisations (community, member, meter, starts) VALUES ($1, $2, $3, 0)`, [
    ...[community, `0x${'1'.repeat(64)}`],
    meter,
  ])
}

/** Hourly readings of the last hours, as a head end sends them. */
async function send(meter: string, hours: number): Promise<void> {
  const now = Math.floor(Date.now() / 3_600_000) * 3600
  const readings = Array.from({ length: hours }, (_, i) => ({
    ...{ meter, start: formatInstant(now - (i + 1) * 3600), seconds: 3600, importWh: 500, exportWh: 0 },
    ...{ quality: 'measured', source: 'test', knownAt: formatInstant(now) },
  }))
  const answered = await world.own.fetch.all(`${world.api().url}/v1/readings`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ readings }) },
  })
  if (!answered.ok) throw new Error(await answered.text())
}

const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]
const at = (path: string, id = agreement) => `/v1/agreements/${id}${path}`
const say = (who: Trader, path: string, body: object = {}, id = agreement) =>
  who.browser.call('POST', at(path, id), body)
let key = ''
const call = (path: string, init: RequestInit & { key?: string; id?: string } = {}) =>
  fetch(`${world.api().url}/v1/services/${init.id ?? agreement}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${init.key ?? key}`, ...init.headers },
  })
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]
const used = async () => (await consumer.browser.call('GET', at('/usage'))).body.total

test('a check without readings says what is missing and what to do; the provider cannot go on', async () => {
  const { body } = await say(provider, '/instance/data-checks')
  expect(body).toMatchObject({
    state: 'checking-data',
    dataCheck: {
      days: 30,
      items: [{ name: 'Consumption', meter: 'home-1', state: 'missing', periods: 0, possible: 720 }],
    },
  })
  expect(body.dataCheck.items[0].advice).toMatch(/^There is no reading of home-1 of the last 30 days/)
  expect(code(await say(provider, '/instance/adaptations'))).toEqual([409, 'ERR_DATA_MISSING'])
})

test('with readings of half the days the check shows how complete they are', async () => {
  await send('home-1', 360)
  const { body } = await say(provider, '/instance/data-checks')
  const [item] = body.dataCheck.items
  expect(item.state).toBe('gaps')
  expect([359, 360]).toContain(item.periods)
  expect(item.completenessBps).toBeGreaterThanOrEqual(4986)
})

test('with all readings the data is complete, the provider adapts and marks ready, the user is told', async () => {
  await send('home-1', 721)
  const checked = await say(provider, '/instance/data-checks')
  expect(checked.body.dataCheck.items[0]).toMatchObject({ state: 'complete', advice: '', completenessBps: 10_000 })
  expect(code(await say(provider, '/instance/readiness', { baseUrl }))).toEqual([409, 'ERR_INSTANCE_STATE'])
  const adapted = await say(provider, '/instance/adaptations', { notes: 'Tuned.', configuration: { model: 'gb-3' } })
  expect(adapted.body).toMatchObject({ state: 'adapting', notes: 'Tuned.', configuration: { model: 'gb-3' } })
  const ready = await say(provider, '/instance/readiness', { baseUrl, documentation: 'https://provider.example/docs' })
  expect(ready.body.state).toBe('ready')
  const [told] = await world.rows<{ title: string }>(
    `SELECT title FROM market_notifications WHERE account = $1 AND kind = 'service-ready'`,
    [consumer.account],
  )
  expect(told?.title).toBe('“Forecast for homes” is ready')
})

test('the provider reads what was agreed on, and nobody else does', async () => {
  const query = `/readings?data=Consumption&from=${formatInstant(Math.floor(Date.now() / 1000) - 7200)}&to=${formatInstant(Math.floor(Date.now() / 1000))}`
  const { body } = await provider.browser.call('GET', at(query))
  expect(body.meter).toBe('home-1')
  expect(body.readings[0]).toMatchObject({ seconds: 3600, importWh: 500, exportWh: 0 })
  expect(code(await stranger.browser.call('GET', at(query)))).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
  expect(code(await provider.browser.call('GET', at(query.replace('Consumption', 'Wind'))))).toEqual([
    ...[404, 'ERR_DATA_UNKNOWN'],
  ])
})

test('the user starts the service and takes over a key, which is shown once and kept as a hash', async () => {
  expect(code(await say(provider, '/instance/starts'))).toEqual([409, 'ERR_INSTANCE_STATE'])
  expect((await say(consumer, '/instance/starts')).body.state).toBe('running')
  expect(code(await say(provider, '/instance/keys'))).toEqual([403, 'ERR_NOT_ALLOWED'])
  key = (await consumer.browser.call('POST', at('/instance/keys'))).body.key
  expect(key).toMatch(/^opem_key_[A-Za-z0-9_-]{43}$/)
  const { body } = await consumer.browser.call('GET', at('/instance'))
  expect(body.hasKey).toBe(true)
  expect(JSON.stringify(body)).not.toContain(key)
  const rows = await world.rows('SELECT key_hash FROM market_instances WHERE agreement = $1', [agreement])
  expect(JSON.stringify(rows)).not.toContain(key.slice(9))
})

test('a call goes to the provider signed by the marketplace, with agreement and parameters, and without the user’s secrets', async () => {
  const response = await call('/day?from=2026-12-01', { headers: { cookie: 'opem_refresh=secret', 'x-own': 'x' } })
  expect([response.status, await response.json()]).toEqual([200, { wh: [120, 130], path: '/v1/day?from=2026-12-01' }])
  expect(response.headers.get('opem-units')).toBe('1')
  const { headers, signed } = asked.at(-1)!
  expect(signed).toBe(true)
  expect(headers['opem-agreement']).toBe(agreement)
  expect(JSON.parse(Buffer.from(String(headers['opem-parameters']), 'base64url').toString())).toEqual({
    ...{ horizon: '24', model: 'gb-3' },
  })
  expect([headers.cookie, headers.authorization, headers['x-own']]).toEqual([undefined, undefined, undefined])
  expect(await used()).toEqual({ calls: 1, units: '1' })
})

test('a provider refuses whoever is not the marketplace', async () => {
  expect((await fetch(`${baseUrl}day`)).status).toBe(401)
})

test('the body of a call is covered by the signature', async () => {
  const response = await call('/plan', {
    ...{ method: 'POST', body: '{"days":2}', headers: { 'content-type': 'application/json' } },
  })
  expect(response.status).toBe(200)
  expect(asked.at(-1)).toMatchObject({ body: '{"days":2}', signed: true })
})

test('units are what the provider reports; what failed costs nothing', async () => {
  const before = Number((await used()).units)
  expect((await call('/three')).headers.get('opem-units')).toBe('3')
  expect((await call('/broken')).status).toBe(500)
  expect((await call('/wrong')).status).toBe(422)
  expect(Number((await used()).units)).toBe(before + 3)
})

test('a request id is counted once: repeated it is refused, after a failure it may be repeated', async () => {
  const headers = { 'opem-request-id': 'order-0001' }
  expect((await call('/day', { headers })).status).toBe(200)
  const before = await used()
  expect(await codeOf(await call('/day', { headers }))).toEqual([409, 'ERR_REQUEST_REPEATED'])
  expect(await used()).toEqual(before)
  const failed = { 'opem-request-id': 'order-0002' }
  expect((await call('/broken', { headers: failed })).status).toBe(500)
  expect((await call('/day', { headers: failed })).status).toBe(200)
  expect((await used()).calls).toBe(before.calls + 1)
  expect(await codeOf(await call('/day', { headers: { 'opem-request-id': '!' } }))).toEqual([400, 'ERR_REQUEST_ID'])
})

test('of many calls with one request id at once, one is asked', async () => {
  const before = asked.length
  const headers = { 'opem-request-id': 'order-race' }
  const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await call('/day', { headers })).status))
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  expect(asked.length - before).toBe(1)
})

test('an answer that a browser would run is handed over as a file, and sets no cookie', async () => {
  const response = await call('/page')
  expect(response.headers.get('content-type')).toBe('application/octet-stream')
  expect(response.headers.get('content-disposition')).toBe('attachment')
  expect(response.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
  expect(response.headers.getSetCookie()).toEqual([])
})

test.each(['/../secret', '/%2e%2e/secret', '/a/%2fetc', '//elsewhere.example/'])(
  'a path %s does not leave the service',
  async (path) => {
    const before = asked.length
    const { hostname, port } = new URL(world.api().url)
    // A fetch would tidy the path up: it is sent as an attacker would.
    const { request } = await import('node:http')
    const status = await new Promise<number>((resolve, reject) =>
      request(
        { hostname, port, path: `/v1/services/${agreement}${path}`, headers: { authorization: `Bearer ${key}` } },
        (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        },
      )
        .on('error', reject)
        .end(),
    )
    expect(status).toBe(400)
    expect(asked.length).toBe(before)
  },
)

test('the user’s session opens the service; a stranger’s does not, nor the provider’s, nor nobody', async () => {
  expect((await consumer.browser.call('GET', `/v1/services/${agreement}/day`)).status).toBe(200)
  for (const who of [stranger, provider])
    expect([403, 404]).toContain((await who.browser.call('GET', `/v1/services/${agreement}/day`)).status)
  expect(code(await stranger.browser.call('GET', `/v1/services/${agreement}/day`))).toEqual([
    404,
    'ERR_AGREEMENT_UNKNOWN',
  ])
  expect(await codeOf(await fetch(`${world.api().url}/v1/services/${agreement}/day`))).toEqual([
    401,
    'ERR_SIGN_IN_NEEDED',
  ])
})

test('a key that was replaced opens nothing, and a key opens its own agreement alone', async () => {
  const old = key
  key = (await consumer.browser.call('POST', at('/instance/keys'))).body.key
  expect(await codeOf(await call('/day', { key: old }))).toEqual([401, 'ERR_ACCESS_KEY'])
  expect((await call('/day')).status).toBe(200)
  const other = await world.conclude(consumer, provider, listing)
  expect(await codeOf(await call('/day', { id: other.id }))).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
})

test('who stopped a service starts it again, and the other side does not', async () => {
  expect((await say(provider, '/instance/stops', { reason: 'maintenance' })).body).toMatchObject({
    ...{ state: 'stopped', stoppedBy: 'provider', reason: 'maintenance' },
  })
  expect(await codeOf(await call('/day'))).toEqual([409, 'ERR_SERVICE_NOT_RUNNING'])
  expect(code(await say(consumer, '/instance/starts'))).toEqual([409, 'ERR_INSTANCE_STATE'])
  expect((await say(provider, '/instance/starts')).body.state).toBe('running')
  expect((await call('/day')).status).toBe(200)
})

test('a service that is paid by use is not asked before something is set aside for it', async () => {
  const { id } = await world.conclude(consumer, provider, listing, { plan: 'call', meters: { Consumption: 'home-1' } })
  await say(provider, '/instance/data-checks', {}, id)
  await say(provider, '/instance/adaptations', {}, id)
  await say(provider, '/instance/readiness', { baseUrl }, id)
  expect((await say(consumer, '/instance/starts', {}, id)).body.state).toBe('running')
  const before = asked.length
  const answered = await consumer.browser.call('GET', `/v1/services/${id}/day`)
  expect(code(answered)).toEqual([402, 'ERR_RESERVE_USED_UP'])
  expect(asked.length).toBe(before)
})

test.each([
  ['of a cloud’s metadata', 'http://169.254.169.254/latest/'],
  ['inside a private network', 'https://10.0.0.1/'],
  ['of the whole machine', 'http://0.0.0.0:9/'],
])('a provider’s address %s is not asked', async (_what, address) => {
  const { id } = await world.conclude(consumer, provider, listing)
  await say(provider, '/instance/data-checks', {}, id)
  await say(provider, '/instance/adaptations', {}, id)
  await say(provider, '/instance/readiness', { baseUrl: address }, id)
  await say(consumer, '/instance/starts', {}, id)
  const answered = await consumer.browser.call('GET', `/v1/services/${id}/day`)
  expect(code(answered)).toEqual([502, 'ERR_SERVICE_ADDRESS'])
  const total = (await consumer.browser.call('GET', at('/usage', id))).body.total
  expect(total).toEqual({ calls: 0, units: '0' })
})

test('calls are limited and refused as the listing’s policy says', async () => {
  const policy = (columns: string) =>
    world.rows(
      `INSERT INTO market_listing_policies (listing, ${columns.split(' = ')[0]}, revision, changed_at)
       VALUES ($1, ${columns.split(' = ')[1]}, 1, 1)`,
      [listing],
    )
  const open = () => world.rows('DELETE FROM market_listing_policies WHERE listing = $1', [listing])
  await policy(`authentication = '{mtls}'`)
  expect(await codeOf(await call('/day'))).toEqual([403, 'ERR_POLICY_AUTHENTICATION'])
  await open()
  await policy(`address_ranges = '{192.0.2.0/24}'`)
  expect(await codeOf(await call('/day'))).toEqual([403, 'ERR_POLICY_ADDRESS'])
  await open()
  await policy('requests_per_minute = 1')
  await call('/day')
  expect(await codeOf(await call('/day'))).toEqual([429, 'ERR_TOO_MANY'])
  await open()
})

test('kill -9 of the API loses no use that was counted, and counts none twice', async () => {
  const before = await used()
  const answers = Array.from({ length: 6 }, (_, i) =>
    call('/three', { headers: { 'opem-request-id': `kill-${i}-id` } }).then(
      async (response) => (await response.text()) === '"three"',
      () => false,
    ),
  )
  await Promise.race(answers)
  await world.restart()
  const received = (await Promise.all(answers)).filter(Boolean).length
  const after = await used()
  expect(after.calls - before.calls).toBeGreaterThanOrEqual(received)
  for (let i = 0; i < 6; i++) await call('/three', { headers: { 'opem-request-id': `kill-${i}-id` } })
  const again = await used()
  expect(again.calls - before.calls).toBeLessThanOrEqual(6)
  expect(Number(again.units) - Number(before.units)).toBe(3 * (again.calls - before.calls))
  const [sum] = await world.rows(
    `SELECT count(*)::integer AS calls, sum(milli_units)::integer AS milli FROM market_usage WHERE agreement = $1 AND state = 'counted'`,
    [agreement],
  )
  expect(sum).toEqual({ calls: again.calls, milli: Number(again.units) * 1000 })
})

test('the operator revokes a service: its key counts no more', async () => {
  const operator = await world.trader('operator', ['service-user'])
  const { id } = await world.conclude(consumer, provider, listing)
  expect(code(await stranger.browser.call('POST', at('/instance/revocations', id), { reason: 'x' }))).toEqual([
    ...[403, 'ERR_NOT_ALLOWED'],
  ])
  const revoked = await operator.browser.call('POST', at('/instance/revocations', id), { reason: 'misuse' })
  expect(revoked.body).toEqual({ agreement: id, state: 'revoked' })
  expect(code(await consumer.browser.call('GET', `/v1/services/${id}/x`))).toEqual([409, 'ERR_SERVICE_NOT_RUNNING'])
})

test('a suspended listing is not used, and the use goes on when it is reinstated', async () => {
  await world.operatorSays('suspend', listing)
  await until(async () => (await call('/day')).status === 403)
  expect(await codeOf(await call('/day'))).toEqual([403, 'ERR_LISTING_SUSPENDED'])
  await world.operatorSays('reinstate', listing)
  await until(async () => (await call('/day')).status === 200)
})

test('after its end an agreement opens nothing', async () => {
  const { body } = await consumer.browser.call('GET', at(''))
  await world.terminate(consumer, body.terms, false, `0x${'0'.repeat(64)}`)
  await until(async () => (await call('/day')).status !== 200)
  const refused = await codeOf(await call('/day'))
  expect([
    [403, 'ERR_AGREEMENT_NOT_IN_FORCE'],
    [401, 'ERR_ACCESS_KEY'],
  ]).toContainEqual(refused)
})

test('outside of development a service on the loopback is not asked', async () => {
  const { forward } = await import('./forward.ts')
  const { systemKeyOf } = await import('@opem/ssi/http-signature')
  const { generateKeyPairSync } = await import('node:crypto')
  const port = await freePort()
  const refused = forward(
    {
      ...{ method: 'GET', target: new URL(`http://127.0.0.1:${port}/`), headers: {}, body: new Uint8Array() },
      ...{ agreement, parameters: {}, request: 'request-1', signal: AbortSignal.timeout(1000) },
    },
    { key: systemKeyOf(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })), allowLoopback: false },
  )
  await expect(refused).rejects.toMatchObject({ code: 'ERR_SERVICE_ADDRESS' })
})
