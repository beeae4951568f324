import { contentDigest, dataConsentTypedData, type Hex } from '@opem/domain'
import { sha256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHAIN_ID } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, type Trader } from '../../testing/market-world.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const NOW = Math.floor(Date.now() / 3_600_000) * HOUR

let world: MarketWorld
let grid: Trader
let farm: Trader
let acme: Trader
let rival: Trader
let ann: Trader
let service: Hex
let others: Hex

beforeAll(async () => {
  world = await openMarketWorld({ lake: true })
  grid = await world.trader('Grid', ['data-provider'])
  farm = await world.trader('Farm', ['service-user', 'data-user', 'data-provider'])
  acme = await world.trader('Acme', ['service-provider'])
  rival = await world.trader('Rival', ['service-provider', 'service-user', 'data-user'])
  ann = await world.trader('Ann', ['service-user'], { poor: true })
  await world.rows(
    `INSERT INTO communities (id, name, time_zone, period_seconds, batch_periods) VALUES ('0x01', 'Street', 'UTC', 3600, 'day')`,
  )
  await world.rows(
    `INSERT INTO members (community, id, name, account, salt_key) VALUES ('0x01', 'ann', 'Ann', $1, '0x00')`,
    [ann.address],
  )
  await world.rows(
    `INSERT INTO meters (community, member, place, meter, participation) VALUES ('0x01', 'ann', 0, 'street.ann', 100)`,
  )
  for (const [id, account, meters] of [
    ['grid', grid.account, ['street.*']],
    ['farm', farm.account, ['farm.*']],
  ] as const)
    await world.rows(
      `INSERT INTO systems (id, account, name, authentication, meters, scopes, created_at) VALUES ($1, $2, $1, '{}', $3, '{readings}', 1)`,
      [id, account, meters],
    )
  await send([...hours('street.own', 100), ...hours('street.ann', 200), ...hours('farm.barn', 300)])
  service = await world.publish(acme)
  others = await world.publish(rival)
}, 180_000)
afterAll(() => world?.close())

const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')

/** Every hour of the last forty days. */
const hours = (meter: string, importWh: number) =>
  Array.from({ length: 40 * 24 }, (_, hour) => ({
    ...{ meter, start: iso(NOW - (hour + 1) * HOUR), seconds: HOUR, importWh, exportWh: 0, quality: 'measured' },
    ...{ source: 'test', knownAt: iso(NOW) },
  }))

async function send(readings: readonly object[]) {
  const response = await world.own.fetch.all(`${world.api().url}/v1/readings`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ readings }) },
  })
  if (response.status !== 200) throw new Error(await response.text())
}

const POLICY = {
  ...{ purposes: ['ServiceProvision'], countries: ['ES'], until: null, times: null, deleteAfterDays: 30 },
  ...{ attribution: 'Grid', redistribution: true },
}

/** A published data set of a provider. @returns its listing */
async function share(by: Trader, meters: readonly string[], policy: object = {}, change: object = {}): Promise<Hex> {
  const described = {
    ...{
      title: 'A street',
      summary: 'Hourly energy.',
      description: 'Every hour, in Wh.',
      keywords: [],
      region: ['ES'],
    },
    ...{ granularity: 'PT1H', timeZone: 'UTC', from: iso(NOW - 40 * DAY), to: null, meters, ownMetersConfirmed: true },
    ...{ form: 'pseudonymous', storageCountries: ['ES'], processors: 'The user alone.', updates: 'PT1H' },
    ...{ termination: 'Copies are deleted.', noticeDays: 0, contract: 'As they are.', terms: 'As the policy says.' },
    ...{ privacy: 'Invented names.', plans: [{ id: 'trial', kind: 'free', price: 0 }] },
    ...{ policy: { ...POLICY, ...policy }, ...change },
  }
  const { status, body } = await by.browser.call('POST', '/v1/data/sets', described)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return world.publish(by, body.document, body.listing)
}

/** An agreement of a user about data of the grid. */
async function contract(policy: object = {}, { by = farm, meters = ['street.own'] } = {}) {
  const listing = await share(grid, meters, policy)
  return { listing, ...(await world.conclude(by, grid, listing, { parameters: {} })) }
}

const choose = (id: string) => ({ sources: { Consumption: id } })
const draft = (id: string, listing = service, by = farm) =>
  by.browser.call('POST', '/v1/agreements/drafts', {
    ...{ listing, plan: 'trial', parameters: { horizon: '24' }, ...choose(id) },
  })
const order = (id: Hex) => world.conclude(farm, acme, service, choose(id))
const step = (who: Trader, id: Hex, path: string) =>
  who.browser.call('POST', `/v1/agreements/${id}/instance/${path}`, {})

async function read(who: Trader, id: Hex, change: object = {}) {
  const cookie = [...who.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const query = { from: iso(NOW - DAY), to: iso(NOW), granularity: 'hour' }
  const response = await fetch(`${world.api().url}/v1/agreements/${id}/data`, {
    ...{ method: 'POST', headers: { cookie, 'content-type': 'application/json', origin: world.api().url } },
    body: JSON.stringify({ data: 'Consumption', query, country: 'ES', ...change }),
  })
  return { status: response.status, text: await response.text() }
}
const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]
const codeOf = ({ status, text }: { status: number; text: string }) => [status, JSON.parse(text).code]

test('contracted data meet what a service needs: checked, used by its provider, and counted under the agreement about the data', async () => {
  const data = await contract()
  const { body } = await farm.browser.call('GET', `/v1/agreements/choices?listing=${service}`)
  expect(body.sources).toContainEqual({
    ...{ kind: 'data-agreement', id: data.id, title: 'A street', provider: 'Grid', refusal: null },
  })
  const agreed = await order(data.id)
  expect(agreed.document.data[0]?.from).toMatchObject({
    ...{ kind: 'data-agreement', id: data.id, title: 'A street', provider: 'Grid' },
    policy: { '@type': 'Agreement', assignee: farm.browser.did },
  })

  const checked = await step(acme, agreed.id, 'data-checks')
  expect(checked.body.dataCheck.items).toEqual([
    expect.objectContaining({
      ...{ name: 'Consumption', meter: null, from: { title: 'A street' }, state: 'complete', advice: '' },
      ...{ periods: 720, possible: 720 },
    }),
  ])
  expect((await step(acme, agreed.id, 'adaptations')).body.state).toBe('adapting')

  const got = await read(acme, agreed.id)
  expect(got.status).toBe(200)
  const rows = got.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rows).toHaveLength(24)
  expect(rows[0]).toMatchObject({ start: iso(NOW - DAY), seconds: HOUR, importWh: 100 })
  expect(rows[0].series).toMatch(/^[0-9a-f]{16}$/)

  expect((await farm.browser.call('GET', `/v1/agreements/${data.id}/usage`)).body.total.calls).toBe(1)
  const own = (await farm.browser.call('GET', `/v1/data/contracts/${data.id}`)).body.downloads
  expect(own).toEqual([
    expect.objectContaining({ purpose: 'ServiceProvision', country: 'ES', rows: 24, passedTo: agreed.id }),
  ])
  expect(Date.parse(own[0].deleteBy) - Date.parse(own[0].at)).toBe(2_592_000_000)
})

test('a data set of one’s own meets it too, whatever its policy says of others', async () => {
  const listing = await share(farm, ['farm.barn'], { redistribution: false }, { title: 'Our barn' })
  const { id, document } = await order(listing)
  expect(document.data[0]?.from).toMatchObject({ kind: 'data-set', id: listing, title: 'Our barn', provider: 'Farm' })
  const { body } = await step(acme, id, 'data-checks')
  expect(body.dataCheck.items[0]).toMatchObject({ state: 'complete', periods: 720 })
  const { text } = await read(acme, id)
  expect(JSON.parse(text.split('\n')[0]!).importWh).toBe(300)
  const [written] = await world.rows<{ account: string; purpose: string }>(
    'SELECT account, purpose FROM market_data_downloads WHERE passed_to = $1',
    [id],
  )
  expect(written).toEqual({ account: farm.account, purpose: 'ServiceProvision' })
})

test('only whom the policy names gets data that others may not have', async () => {
  const data = await contract({ redistribution: false, recipients: [acme.browser.did] })
  expect((await draft(data.id)).status).toBe(200)
  expect(code(await draft(data.id, others))).toEqual([403, 'ERR_POLICY_DISTRIBUTE'])
})

test.each([
  ['that may not be passed on', { redistribution: false }, 'ERR_POLICY_DISTRIBUTE'],
  ['that are for research alone', { purposes: ['AcademicResearch'] }, 'ERR_POLICY_PURPOSE'],
])('data %s are neither offered nor taken for a service', async (_what, policy, expected) => {
  const data = await contract(policy)
  const { body } = await farm.browser.call('GET', `/v1/agreements/choices?listing=${service}`)
  expect(body.sources.find(({ id }: { id: Hex }) => id === data.id).refusal.code).toBe(expected)
  expect(code(await draft(data.id))).toEqual([403, expected])
})

test('data that somebody else has contracted are not there, and neither is somebody else’s data set', async () => {
  const theirs = await contract({}, { by: rival })
  expect(code(await draft(theirs.id))).toEqual([422, 'ERR_DATA_CHOICE'])
  expect(code(await draft(theirs.listing))).toEqual([422, 'ERR_DATA_CHOICE'])
  const { body } = await farm.browser.call('GET', `/v1/agreements/choices?listing=${service}`)
  expect(body.sources.map(({ id }: { id: Hex }) => id)).not.toContain(theirs.id)
})

test('an agreement about a service is no source of data', async () => {
  const { id } = await world.conclude(farm, acme, service)
  expect(code(await draft(id))).toEqual([422, 'ERR_DATA_CHOICE'])
})

test('an offer whose words leave out what the policy forbids is refused, whoever signed it', async () => {
  const data = await contract()
  const { terms, document } = await world.draft(farm.browser, service, choose(data.id))
  const from = { ...document.data[0]!.from!, policy: { ...document.data[0]!.from!.policy, prohibition: undefined } }
  const said = JSON.parse(
    JSON.stringify({ ...document, data: [{ ...document.data[0]!, from: { ...from, title: 'X' } }] }),
  )
  const { contentDigest } = await import('@opem/domain')
  const { sha256 } = await import('viem')
  const changed = { ...terms, terms: contentDigest(said, sha256) }
  const signature = await world.sign(farm.wallet, changed)
  const answer = await farm.browser.call('POST', '/v1/agreements', { terms: changed, document: said, signature })
  expect(code(answer)).toEqual([422, 'ERR_AGREEMENT_DOCUMENT'])
})

test('the provider of the service alone reads, while it says where, and only what the agreement names', async () => {
  const { id } = await order((await contract()).id)
  expect(codeOf(await read(acme, id, { country: 'US' }))).toEqual([403, 'ERR_POLICY_COUNTRY'])
  expect(codeOf(await read(acme, id, { data: 'Wind' }))).toEqual([404, 'ERR_DATA_UNKNOWN'])
  expect(codeOf(await read(farm, id))).toEqual([403, 'ERR_NOT_ALLOWED'])
  expect(codeOf(await read(rival, id))).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
})

test('a policy that counts downloads counts what is passed on', async () => {
  const { id } = await order((await contract({ times: 1 })).id)
  expect((await read(acme, id)).status).toBe(200)
  expect(codeOf(await read(acme, id))).toEqual([403, 'ERR_POLICY_COUNT'])
})

test('when the agreement about the data ends the check says so, the provider cannot go on, and gets nothing', async () => {
  const data = await contract()
  const { id } = await order(data.id)
  await world.terminate(farm, data.terms, false, `0x${'00'.repeat(32)}`)
  await until(async () => codeOf(await read(acme, id))[1] === 'ERR_AGREEMENT_NOT_IN_FORCE')
  const { body } = await step(acme, id, 'data-checks')
  expect(body.dataCheck.items[0]).toMatchObject({
    ...{ state: 'missing', periods: 0 },
    advice:
      'The data set “A street” may not be given to the service now: the agreement has not begun, or is over; its page tells.',
  })
  expect(code(await step(acme, id, 'adaptations'))).toEqual([409, 'ERR_DATA_MISSING'])
  expect(code(await draft(data.id))).toEqual([403, 'ERR_AGREEMENT_NOT_IN_FORCE'])
})

test('when the agreement about the service ends, its provider gets nothing more', async () => {
  const { id, terms } = await order((await contract()).id)
  expect((await read(acme, id)).status).toBe(200)
  await world.terminate(farm, terms, false, `0x${'00'.repeat(32)}`)
  await until(async () => (await read(acme, id)).status === 403)
  expect(codeOf(await read(acme, id))).toEqual([403, 'ERR_AGREEMENT_NOT_IN_FORCE'])
})

test('a meter of somebody else is among them while its holder consents, and no longer', async () => {
  const data = await contract({}, { meters: ['street.ann'] })
  const { id } = await order(data.id)
  expect(codeOf(await read(acme, id))).toEqual([403, 'ERR_DATA_CONSENT_WITHDRAWN'])
  expect((await step(acme, id, 'data-checks')).body.dataCheck.items[0].state).toBe('missing')
  const { listings, asked } = (await ann.browser.call('GET', '/v1/data/consents')).body
  const found = asked.find((one: { listing: Hex }) => one.listing === data.listing)
  const given = {
    ...{ dataSet: data.listing, meter: 'street.ann', purposes: ['ServiceProvision'] as const },
    ...{ form: 'pseudonymous' as const, terms: contentDigest(found.terms, sha256), until: 4_000_000_000 },
  }
  const typed = dataConsentTypedData({ chainId: CHAIN_ID, listings, consent: { ...given, salt: 7n } })
  const consent = await ann.browser.call('POST', '/v1/data/consents', {
    ...{ ...given, until: iso(given.until), salt: '7', signature: await ann.wallet.signTypedData(typed) },
  })
  expect(consent.status).toBe(200)
  expect((await read(acme, id)).status).toBe(200)
  await ann.browser.call('DELETE', `/v1/data/consents/${consent.body.id}`)
  expect(codeOf(await read(acme, id))).toEqual([403, 'ERR_DATA_CONSENT_WITHDRAWN'])
})
