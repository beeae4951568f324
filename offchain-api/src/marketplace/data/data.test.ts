import { type AgreementTermsJson, contentDigest, dataConsentTypedData, type Hex } from '@opem/domain'
import { sha256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHAIN_ID } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, type Trader } from '../../testing/market-world.ts'

import { remindDeletions } from './deletions.ts'

let world: MarketWorld
let grid: Trader
let user: Trader
let other: Trader
let ann: Trader
let bob: Trader

const START = Date.parse('2026-01-10T00:00:00Z') / 1000
const SALT = '77'

beforeAll(async () => {
  world = await openMarketWorld({ lake: true })
  grid = await world.trader('Grid', ['data-provider'])
  user = await world.trader('User', ['data-user'])
  other = await world.trader('Other', ['data-user', 'data-provider'])
  ann = await world.trader('Ann', ['service-user'], { poor: true })
  bob = await world.trader('Bob', ['service-user'], { poor: true })
  await world.rows(
    `INSERT INTO communities (id, name, time_zone, period_seconds, batch_periods) VALUES ('0x01', 'Street', 'Europe/Madrid', 3600, 'day')`,
  )
  for (const [who, meter] of [
    [ann, 'street.ann'],
    [bob, 'street.bob'],
  ] as const) {
    await world.rows(
      `INSERT INTO members (community, id, name, account, salt_key) VALUES ('0x01', $1, $1, $2, '0x00')`,
      [meter, who.address],
    )
    await world.rows(
      `INSERT INTO meters (community, member, place, meter, participation) VALUES ('0x01', $1, 0, $1, 100)`,
      [meter],
    )
  }
  for (const [id, account, meters] of [
    ['grid', grid.account, ['street.*']],
    ['others', other.account, ['lane.*']],
  ] as const)
    await world.rows(
      `INSERT INTO systems (id, account, name, authentication, meters, scopes, created_at) VALUES ($1, $2, $1, '{}', $3, '{readings}', 1)`,
      [id, account, meters],
    )
  await send([
    ...hours('street.own', START, 24, 100),
    ...hours('street.ann', START, 24, 200),
    ...hours('street.bob', START, 12, 300),
    ...hours('lane.one', START, 24, 1),
    // Local days of Madrid: 25 hours in October, 23 in March.
    ...hours('street.own', Date.parse('2025-10-25T22:00:00Z') / 1000, 25, 100),
    ...hours('street.own', Date.parse('2026-03-28T23:00:00Z') / 1000, 23, 100),
  ])
}, 180_000)
afterAll(() => world?.close())

const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')

const hours = (meter: string, start: number, count: number, importWh: number) =>
  Array.from({ length: count }, (_, hour) => ({
    ...{ meter, start: iso(start + hour * 3600), seconds: 3600, importWh, exportWh: 7, quality: 'measured' },
    ...{ source: 'test', knownAt: '2026-04-01T00:00:00Z' },
  }))

async function send(readings: readonly object[]) {
  const response = await world.own.fetch.all(`${world.api().url}/v1/readings`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ readings }) },
  })
  if (response.status !== 200) throw new Error(await response.text())
}

const DESCRIBED = {
  title: 'Readings of a street',
  summary: 'Hourly energy of three connections.',
  description: 'Every hour, in whole Wh.',
  keywords: ['readings'],
  region: ['ES'],
  granularity: 'PT1H',
  timeZone: 'Europe/Madrid',
  from: '2025-10-01T00:00:00Z',
  to: '2026-05-01T00:00:00Z',
  meters: ['street.own', 'street.ann', 'street.bob'],
  ownMetersConfirmed: true,
  form: 'pseudonymous',
  leastSubjects: 5,
  storageCountries: ['ES'],
  processors: 'The user alone.',
  updates: 'once',
  termination: 'Copies are deleted.',
  noticeDays: 0,
  contract: 'The provider gives the data as they are.',
  terms: 'Use them as the policy says.',
  privacy: 'Meters have invented names.',
  plans: [
    { id: 'open', kind: 'free', price: 0 },
    { id: 'rows', kind: 'pay-per-use', price: 10, unit: 'row', credit: 10_000 },
  ],
  policy: {
    ...{ purposes: ['AcademicResearch', 'PublicBenefit'], countries: ['ES', 'DK'], until: null, times: null },
    ...{ deleteAfterDays: 30, attribution: 'Grid', redistribution: false },
  },
}

async function describeSet(change: object = {}) {
  const answer = await grid.browser.call('POST', '/v1/data/sets', { ...DESCRIBED, ...change })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return answer.body
}

async function contracted(change: object = {}, plan = 'open') {
  const set = await describeSet(change)
  const listing = await world.publish(grid, set.document, set.listing)
  const agreed = await world.conclude(user, grid, listing, { plan, parameters: {} })
  return { listing, agreement: agreed.id, terms: agreed.terms, document: agreed.document }
}

/** Sets ten cents aside, and waits until the API has seen them. */
async function paidFor(agreement: Hex, terms: AgreementTermsJson): Promise<void> {
  await world.setAside(user, terms, 100_000n)
  await until(async () => {
    const { body } = await user.browser.call('GET', '/v1/billing/agreements?limit=100')
    const found = body.items.find((one: { agreement: Hex }) => one.agreement === agreement)
    return found?.use.reserved === '0.10'
  })
}

const consentToAll = (who: Trader, dataSet: Hex, meter: string) =>
  consent(who, dataSet, meter, {}, who.wallet, ['AcademicResearch', 'PublicBenefit'])

async function consent(
  who: Trader,
  dataSet: Hex,
  meter: string,
  change: object = {},
  signer = who.wallet,
  purposes = ['AcademicResearch'],
) {
  const { listings, asked } = (await who.browser.call('GET', '/v1/data/consents')).body
  const found = asked.find((one: { listing: Hex }) => one.listing === dataSet)
  const terms = contentDigest(found.terms, sha256)
  const given = { dataSet, meter, purposes, form: 'pseudonymous', terms, until: 4_000_000_000 }
  const typed = dataConsentTypedData({ chainId: CHAIN_ID, listings, consent: { ...given, salt: BigInt(SALT) } })
  const signature = await signer.signTypedData(typed)
  return who.browser.call('POST', '/v1/data/consents', {
    ...{ ...given, until: iso(given.until), salt: SALT, signature },
    ...change,
  })
}

const QUERY = { from: iso(START), to: iso(START + 86_400), granularity: 'hour' }
const ASKED = { query: QUERY, purpose: 'AcademicResearch', country: 'ES', format: 'csv' }

const preview = (agreement: string, change: object = {}, purpose = 'AcademicResearch') =>
  user.browser.call('POST', `/v1/data/contracts/${agreement}/queries`, { query: { ...QUERY, ...change }, purpose })
const link = async (agreement: string, change: object = {}) =>
  user.browser.call('POST', `/v1/data/contracts/${agreement}/links`, { ...ASKED, ...change })

async function download(url: string, by: Trader = user) {
  const cookie = [...by.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${world.api().url}${url}`, { headers: { cookie } })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, type: response.headers.get('content-type'), bytes, text: bytes.toString('utf8') }
}
const codeOf = ({ status, text }: { status: number; text: string }) => [status, JSON.parse(text).code]
const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]

test('a provider sees the meters that it holds, and which of them measure others', async () => {
  const { body } = await grid.browser.call('GET', '/v1/data/holdings')
  expect(
    body.meters.map((one: { meter: string; foreign: boolean; readings: number }) => [
      one.meter,
      one.foreign,
      one.readings,
    ]),
  ).toEqual([
    ['street.ann', true, 24],
    ['street.bob', true, 12],
    ['street.own', false, 72],
  ])
})

test('a meter of another provider is refused, without saying whether it exists', async () => {
  const answer = await grid.browser.call('POST', '/v1/data/sets', { ...DESCRIBED, meters: ['lane.one'] })
  expect(code(answer)).toEqual([422, 'ERR_DATA_METER'])
})

test('sharing is for data providers, accessing for data users', async () => {
  expect(code(await user.browser.call('GET', '/v1/data/holdings'))).toEqual([403, 'ERR_NOT_ALLOWED'])
  expect(code(await grid.browser.call('GET', '/v1/data/contracts'))).toEqual([403, 'ERR_NOT_ALLOWED'])
})

test('a policy with a term that is not supported is refused with its place', async () => {
  const { document } = await describeSet()
  const odrl = structuredClone(document.data.readings.policy)
  odrl.permission[0].constraint[1].leftOperand = 'industry'
  const answer = await grid.browser.call('POST', '/v1/data/sets', { ...DESCRIBED, policy: { odrl } })
  expect(code(answer)).toEqual([422, 'ERR_ODRL'])
  expect(answer.body.detail).toContain('permission.0.constraint.1.leftOperand: "industry" is not known here')
})

test('the listing counts meters and names none, and the agreement embeds the ODRL agreement of both', async () => {
  const { document, agreement } = await contracted()
  const [{ published }] = (await world.rows<{ published: string }>(
    'SELECT l.document::text AS published FROM market_listings l JOIN market_agreements a USING (listing) WHERE a.id = $1',
    [agreement],
  )) as [{ published: string }]
  expect(published).not.toContain('street.')
  expect(JSON.parse(published).data.readings.volume).toMatchObject({ meters: 3, readings: 108 })
  expect(document.policy).toMatchObject({
    ...{ '@type': 'Agreement', assigner: grid.browser.did, assignee: user.browser.did },
    prohibition: [{ action: 'distribute' }],
  })
})

test('a meter of somebody else is in the data set while they consent to the purpose, and no longer', async () => {
  const { agreement, listing } = await contracted()
  expect((await preview(agreement)).body).toMatchObject({ count: 24 })
  const given = await consent(ann, listing, 'street.ann')
  expect(given.status).toBe(200)
  const { items } = (await grid.browser.call('GET', '/v1/notifications')).body
  expect(items[0]).toMatchObject({ kind: 'data-shared', title: 'Somebody consented: “Readings of a street”' })
  expect(JSON.stringify(items[0])).not.toContain('street.ann')
  expect((await preview(agreement)).body.count).toBe(48)
  expect((await preview(agreement, {}, 'PublicBenefit')).body.count).toBe(24)
  const { body } = await grid.browser.call('GET', '/v1/data/sets')
  const described = body.sets.find((one: { listing: Hex }) => one.listing === listing)
  expect(described).toMatchObject({ meters: 3, foreign: 2, consented: 1 })

  const made = await link(agreement)
  expect(made.status).toBe(200)
  expect((await ann.browser.call('DELETE', `/v1/data/consents/${given.body.id}`)).status).toBe(200)
  const { status, text } = await download(made.body.url)
  expect(status).toBe(200)
  const lines = text.trim().split('\n')
  expect(lines[0]).toBe('series,start,seconds,importWh,exportWh,quality')
  expect(lines).toHaveLength(25)
  expect(lines[1]).toMatch(/^[0-9a-f]{16},2026-01-10T00:00:00Z,3600,100,7,measured$/)
  expect(text).not.toContain(',200,')
})

test('nothing is handed out when nobody consents any more, whatever link there is, and nothing is billed', async () => {
  const { agreement, listing, terms } = await contracted({ meters: ['street.ann'] }, 'rows')
  await paidFor(agreement, terms)
  const given = await consent(ann, listing, 'street.ann')
  const made = await link(agreement)
  await ann.browser.call('DELETE', `/v1/data/consents/${given.body.id}`)
  expect(codeOf(await download(made.body.url))).toEqual([403, 'ERR_DATA_CONSENT_WITHDRAWN'])
  expect(await world.rows('SELECT 1 FROM market_usage WHERE agreement = $1', [agreement])).toEqual([])
})

test.each([
  ['somebody else’s signature', {}, true, 422, 'ERR_CONSENT_SIGNATURE'],
  [
    'other purposes than were signed',
    { purposes: ['AcademicResearch', 'PublicBenefit'] },
    false,
    422,
    'ERR_CONSENT_SIGNATURE',
  ],
  ['somebody else’s meter', { meter: 'street.bob' }, false, 404, 'ERR_DATA_CONSENT_UNASKED'],
  ['an end that is over', { until: '2020-01-01T00:00:00Z' }, false, 422, 'ERR_CONSENT_EXPIRED'],
])('a consent with %s is refused', async (_what, change, stolen, status, expected) => {
  const { listing } = await describeSet()
  const answer = await consent(ann, listing, 'street.ann', change, stolen ? bob.wallet : ann.wallet)
  expect(code(answer)).toEqual([status, expected])
})

test('a consent that was withdrawn is not given again with the old signature', async () => {
  const { listing } = await describeSet()
  const { body } = await consent(ann, listing, 'street.ann')
  expect(code(await bob.browser.call('DELETE', `/v1/data/consents/${body.id}`))).toEqual([
    404,
    'ERR_DATA_CONSENT_UNKNOWN',
  ])
  await ann.browser.call('DELETE', `/v1/data/consents/${body.id}`)
  expect(code(await consent(ann, listing, 'street.ann'))).toEqual([409, 'ERR_CONSENT_REPEATED'])
})

test('data that lie here can be used at once, and whoever stops them starts them again', async () => {
  const { agreement } = await contracted()
  const instance = async () => (await user.browser.call('GET', `/v1/agreements/${agreement}/instance`)).body.state
  expect(await instance()).toBe('running')
  const stopped = { reason: 'We look into a doubtful meter.' }
  const path = `/v1/agreements/${agreement}/instance`
  expect((await grid.browser.call('POST', `${path}/stops`, stopped)).status).toBe(200)
  expect(code(await preview(agreement))).toEqual([403, 'ERR_DATA_REVOKED'])
  expect((await user.browser.call('POST', `${path}/starts`)).status).toBe(409)
  expect((await grid.browser.call('POST', `${path}/starts`)).status).toBe(200)
  expect((await preview(agreement)).status).toBe(200)
})

test('a consent to other words than the data set has now is refused', async () => {
  const { listing } = await describeSet()
  const answer = await consent(ann, listing, 'street.ann', { terms: `0x${'12'.repeat(32)}` })
  expect(code(answer)).toEqual([409, 'ERR_DATA_CONSENT_CHANGED'])
})

test('who consented is not in what asks more of them later, and stays in what was contracted before', async () => {
  const { agreement, listing } = await contracted({ meters: ['street.ann'] })
  expect((await consent(ann, listing, 'street.ann')).status).toBe(200)
  expect((await grid.browser.call('POST', `/v1/market/services/${listing}/update`)).status).toBe(200)
  const wider = { ...DESCRIBED, meters: ['street.ann'], policy: { ...DESCRIBED.policy, redistribution: true } }
  const described = await grid.browser.call('PUT', `/v1/data/sets/${listing}`, wider)
  expect(described.status).toBe(200)
  await world.publish(grid, described.body.document, listing, 2)
  const later = (await world.conclude(other, grid, listing, { plan: 'open', parameters: {} })).id
  const rowsFor = async (who: Trader, of: Hex) =>
    (await who.browser.call('POST', `/v1/data/contracts/${of}/queries`, { query: QUERY, purpose: 'AcademicResearch' }))
      .body.count
  expect([await rowsFor(user, agreement), await rowsFor(other, later)]).toEqual([24, 0])
  const asked = async () =>
    (await ann.browser.call('GET', '/v1/data/consents')).body.asked.find(
      (one: { listing: Hex }) => one.listing === listing,
    )
  expect((await asked()).consent).toMatchObject({ purposes: ['AcademicResearch'], counts: false })
  const { items } = (await ann.browser.call('GET', '/v1/notifications')).body
  expect(items.filter((one: { about: { listing?: Hex } }) => one.about.listing === listing)).toHaveLength(2)

  expect((await consent(ann, listing, 'street.ann')).status).toBe(200)
  expect((await asked()).consent).toMatchObject({ counts: true })
  // Who allows more allows what was asked before.
  expect([await rowsFor(user, agreement), await rowsFor(other, later)]).toEqual([24, 24])
})

test('sums show hours of enough subjects alone', async () => {
  const { agreement, listing } = await contracted({
    policy: { ...DESCRIBED.policy, purposes: ['AcademicResearch'] },
    form: 'aggregate',
    leastSubjects: 3,
  })
  await consent(ann, listing, 'street.ann')
  expect((await preview(agreement)).body).toMatchObject({ count: 0, suppressedHours: 24 })
  await consent(bob, listing, 'street.bob')
  const { body } = await preview(agreement)
  expect(body).toMatchObject({ count: 12, suppressedHours: 12 })
  expect(body.rows[0]).toEqual({
    start: '2026-01-10T00:00:00Z',
    seconds: 3600,
    importWh: 600,
    exportWh: 21,
    meters: 3,
    subjects: 3,
  })
  // Its day holds the twelve hours that may be shown, and nothing of the others.
  const days = await preview(agreement, { granularity: 'day', from: iso(START - 3600), to: iso(START + 86_400) })
  expect(days.body.rows).toEqual([
    { start: '2026-01-09T23:00:00Z', seconds: 86400, importWh: 7200, exportWh: 252, meters: 3, subjects: 3, hours: 12 },
  ])
  expect(code(await preview(agreement, { granularity: 'raw' }))).toEqual([422, 'ERR_DATA_GRANULARITY'])
})

test('a sum counts who consents to every purpose alone, so that sums for two purposes differ by nobody', async () => {
  const { agreement, listing } = await contracted({ form: 'aggregate', leastSubjects: 3 })
  for (const [who, meter] of [
    [ann, 'street.ann'],
    [bob, 'street.bob'],
  ] as const)
    await consent(who, listing, meter)
  expect((await preview(agreement)).body).toMatchObject({ count: 0 })
  for (const [who, meter] of [
    [ann, 'street.ann'],
    [bob, 'street.bob'],
  ] as const)
    expect((await consentToAll(who, listing, meter)).status).toBe(200)
  expect((await preview(agreement)).body).toMatchObject({ count: 12 })
})

test('a local day has 23, 24 or 25 hours', async () => {
  const { agreement } = await contracted()
  const { body } = await preview(agreement, {
    granularity: 'day',
    from: '2025-10-20T00:00:00Z',
    to: '2026-04-20T00:00:00Z',
    columns: ['start', 'seconds', 'importWh', 'hours'],
  })
  expect(body.rows).toEqual([
    { start: '2025-10-25T22:00:00Z', seconds: 90000, importWh: 2500, hours: 25 },
    { start: '2026-01-09T23:00:00Z', seconds: 86400, importWh: 2300, hours: 23 },
    { start: '2026-01-10T23:00:00Z', seconds: 86400, importWh: 100, hours: 1 },
    { start: '2026-03-28T23:00:00Z', seconds: 82800, importWh: 2300, hours: 23 },
  ])
})

test('two data sets name the same meter differently', async () => {
  const names = []
  for (const { agreement } of [await contracted(), await contracted()])
    names.push((await preview(agreement)).body.rows[0].series)
  expect(names[0]).toMatch(/^[0-9a-f]{16}$/)
  expect(names[0]).not.toBe(names[1])
})

test.each([
  ['SQL in a column', { columns: ['start) FROM system.tables --'] }, 400, 'ERR_BODY'],
  ['SQL in a granularity', { granularity: "hour' OR 1" }, 400, 'ERR_BODY'],
  ['a column that is there twice', { columns: ['start', 'start'] }, 400, 'ERR_BODY'],
  ['a column of sums', { columns: ['subjects'] }, 422, 'ERR_DATA_COLUMN'],
  [
    'a time outside of the data set',
    { from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' },
    422,
    'ERR_DATA_PERIOD',
  ],
])('%s is refused', async (_what, change, status, expected) => {
  const { agreement } = await shared()
  expect(code(await preview(agreement, change))).toEqual([status, expected])
})

let once: ReturnType<typeof contracted> | undefined
const shared = () => (once ??= contracted())

test('a country where the data may not be kept is refused, and so is another purpose', async () => {
  const { agreement } = await shared()
  expect(code(await link(agreement, { country: 'US' }))).toEqual([403, 'ERR_POLICY_COUNTRY'])
  expect(code(await link(agreement, { purpose: 'FraudPreventionAndDetection' }))).toEqual([403, 'ERR_POLICY_PURPOSE'])
})

test('a link is for its own account, once, as it was made', async () => {
  const { agreement } = await shared()
  const { url } = (await link(agreement)).body
  expect(codeOf(await download(url, other))).toEqual([404, 'ERR_LINK_UNKNOWN'])
  expect(codeOf(await download(`${url.slice(0, -4)}AAAA`))).toEqual([404, 'ERR_LINK_ALTERED'])
  expect((await download(url)).status).toBe(200)
  expect(codeOf(await download(url))).toEqual([410, 'ERR_LINK_USED'])
})

test('an agreement of somebody else is not there', async () => {
  const { agreement } = await shared()
  expect(code(await other.browser.call('GET', `/v1/data/contracts/${agreement}`))).toEqual([
    404,
    'ERR_AGREEMENT_UNKNOWN',
  ])
})

test('NDJSON and Parquet hold the same rows', async () => {
  const { agreement } = await shared()
  const query = { ...QUERY, to: iso(START + 7200), columns: ['start', 'importWh'] }
  const lines = await download((await link(agreement, { query, format: 'ndjson' })).body.url)
  expect(lines.text).toBe(
    '{"start":"2026-01-10T00:00:00Z","importWh":100}\n{"start":"2026-01-10T01:00:00Z","importWh":100}\n',
  )
  const parquet = await download((await link(agreement, { query, format: 'parquet' })).body.url)
  expect([parquet.status, parquet.type]).toEqual([200, 'application/vnd.apache.parquet'])
  expect([parquet.bytes.subarray(0, 4), parquet.bytes.subarray(-4)].map(String)).toEqual(['PAR1', 'PAR1'])
  const described = (await user.browser.call('GET', `/v1/data/contracts/${agreement}`)).body
  expect(
    described.downloads.map(({ format, rows }: { format: string; rows: number }) => [format, rows]),
  ).toContainEqual(['parquet', 2])
})

test('rows are counted for billing, each download once', async () => {
  const { agreement, terms } = await contracted({}, 'rows')
  expect(code(await link(agreement))).toEqual([402, 'ERR_RESERVE_USED_UP'])
  await paidFor(agreement, terms)
  await download((await link(agreement)).body.url)
  const { body } = await user.browser.call('GET', `/v1/agreements/${agreement}/usage`)
  expect(body.total).toEqual({ calls: 1, units: '24' })
})

test('the policy counts downloads', async () => {
  const { agreement } = await contracted({ policy: { ...DESCRIBED.policy, times: 1 } })
  const two = (await link(agreement, { uses: 2 })).body.url
  expect((await download(two)).status).toBe(200)
  expect(codeOf(await download(two))).toEqual([403, 'ERR_POLICY_COUNT'])
})

test('a suspended data set and an ended agreement are closed, even to a link that was valid', async () => {
  const { agreement, listing, terms } = await contracted()
  const { url } = (await link(agreement, { uses: 3 })).body
  await world.operatorSays('suspend', listing)
  await until(async () => codeOf(await download(url))[1] === 'ERR_LISTING_SUSPENDED')
  await world.operatorSays('reinstate', listing)
  await world.terminate(user, terms, false, `0x${'00'.repeat(32)}`)
  await until(async () => codeOf(await download(url))[1] === 'ERR_AGREEMENT_NOT_IN_FORCE')
})

test('a copy is to be deleted in time: the user is reminded once, and confirms', async () => {
  const { agreement } = await contracted()
  await download((await link(agreement)).body.url)
  const [due] = (await user.browser.call('GET', `/v1/data/contracts/${agreement}`)).body.downloads
  expect(Date.parse(due.deleteBy) - Date.parse(due.at)).toBe(2_592_000_000)
  const at = Date.parse(due.deleteBy) / 1000 - 3600
  const rounds = [await remindDeletions(world.rows, at), await remindDeletions(world.rows, at)]
  expect(rounds[0]).toBeGreaterThan(0)
  expect(rounds[1]).toBe(0)
  const path = `/v1/data/contracts/${agreement}/deletions`
  expect((await user.browser.call('POST', path, { download: due.id })).status).toBe(200)
  expect(code(await user.browser.call('POST', path, { download: due.id }))).toEqual([404, 'ERR_DOWNLOAD_UNKNOWN'])
})
