import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Broker, startBroker } from '../broker/start-broker.ts'
import { unifiedApi } from '../deliver/unified-api.ts'
import { topicOf } from '../mqtt/topics.ts'
import { startRecordingApi } from '../testing/recording-api.ts'
import { testSystems } from '../testing/systems.ts'
import { until } from '../testing/until.ts'
import { openRegisterMemory } from './register-memory.ts'
import { startIngest } from './start-ingest.ts'

const NOW = Date.parse('2026-01-02T00:00:00Z') / 1000
let dir: string
let broker: Broker
let known: Awaited<ReturnType<typeof testSystems>>
let api: Awaited<ReturnType<typeof startRecordingApi>>
const closers: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opem-ingest-'))
  known = await testSystems(dir)
  broker = await startBroker({ port: 0, dir: join(dir, 'broker'), systems: known.systems })
  api = await startRecordingApi()
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  await broker.close()
  await api.close()
  await rm(dir, { recursive: true })
})

async function ingest(apiUrl = api.url) {
  const started = startIngest({
    mqttUrl: broker.url,
    login: known.asIngest,
    api: unifiedApi({ url: apiUrl, patience: 300 }),
    memory: await openRegisterMemory(dir, 900),
    seconds: 900,
    now: () => NOW,
  })
  closers.push(started.close)
  // A message that arrives while the session is being resumed may come twice; the tests that count wait until it is.
  await until(() => started.health().status !== 'waiting-for-broker', 'ingest is connected')
  return started
}

async function meter() {
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 4, ...known.asField() })
  closers.push(() => client.endAsync(true))
  return (name: string, telegram: object | string) =>
    client.publishAsync(
      topicOf(name),
      typeof telegram === 'string' ? telegram : JSON.stringify({ meter: name, ...telegram }),
      { qos: 1 },
    )
}

const interval = (start: string, importKwh: string, exportKwh = '0') => ({
  start,
  seconds: 900,
  energy: { importKwh, exportKwh },
})
const registers = (observedAt: string, importKwh: string) => ({ observedAt, registers: { importKwh, exportKwh: '0' } })

test('intervals, power and registers become readings; what is no telegram is kept with its reason', async () => {
  const started = await ingest()
  const publish = await meter()
  await publish('m1', interval('2026-01-01T00:00:00Z', '0.25', '0.003'))
  await publish('m2', { start: '2026-01-01T00:00:00Z', seconds: 900, meanPower: { importW: 1000, exportW: 0 } })
  await publish('m3', registers('2026-01-01T00:00:00Z', '100.000'))
  await publish('m3', registers('2026-01-01T00:15:00Z', '100.125'))
  await publish('m4', 'not json')
  await publish('m5', { ...interval('2026-01-01T00:00:00Z', '0.1'), meter: 'm6' })
  await until(() => started.health().telegrams === 6, 'six acknowledged telegrams')
  const energies = api
    .readings()
    .map(({ meter, start, importWh, exportWh, source }) => [meter, start, importWh, exportWh, source])
  expect(energies.sort()).toEqual([
    ['m1', '2026-01-01T00:00:00Z', 250, 3, 'mqtt:opem/v1/m1/telegram'],
    ['m2', '2026-01-01T00:00:00Z', 250, 0, 'mqtt:opem/v1/m2/telegram'],
    ['m3', '2026-01-01T00:00:00Z', 125, 0, 'mqtt:opem/v1/m3/telegram'],
  ])
  expect(api.rejected.map(({ code, raw }) => [code, raw.slice(0, 8)])).toEqual([
    ['ERR_TELEGRAM_JSON', 'not json'],
    ['ERR_TELEGRAM_METER', '{"meter"'],
  ])
  expect(started.health()).toMatchObject({ status: 'ready', accepted: 3, rejected: 2, pending: 0 })
})

test('a telegram delivered twice is one claim', async () => {
  const started = await ingest()
  const publish = await meter()
  for (let twice = 0; twice < 2; twice++) await publish('m1', interval('2026-01-01T00:00:00Z', '0.25'))
  await until(() => started.health().telegrams === 2, 'both acknowledged')
  expect(api.readings()).toHaveLength(1)
  expect(started.health()).toMatchObject({ accepted: 1, duplicates: 1 })
})

test('while the API is down nothing is acknowledged, and nothing is lost when it is back', async () => {
  await api.close()
  const started = await ingest()
  const publish = await meter()
  for (let quarter = 0; quarter < 4; quarter++)
    await publish('m1', interval(`2026-01-01T00:${String(quarter * 15).padStart(2, '0')}:00Z`, '0.25'))
  await until(() => started.health().status === 'waiting-for-api', 'ingest notices')
  expect(started.health()).toMatchObject({ telegrams: 0, pending: 4 })
  api = await startRecordingApi(api.port)
  await until(() => api.readings().length === 4, 'all four readings')
  await until(() => started.health().pending === 0 && started.health().status === 'ready', 'all acknowledged')
})

test.each([
  [401, 'ERR_SIGNATURE_KEY'],
  [401, 'ERR_SIGN_IN_NEEDED'],
  [403, 'ERR_NOT_ALLOWED'],
  [401, 'ERR_SIGNATURE_REPLAY'],
])('an API that refuses ingest itself (%i %s) loses no reading, and none is taken for wrong', async (status, code) => {
  const started = await ingest()
  api.fail(2, { status, code })
  await (await meter())('m1', interval('2026-01-01T00:00:00Z', '0.25'))
  await until(() => started.health().telegrams === 1, 'the telegram is acknowledged at last')
  expect(api.readings()).toHaveLength(1)
  expect(api.rejected).toEqual([])
  expect(api.requests()).toBeGreaterThanOrEqual(3)
})

test('what ingest did not acknowledge survives its end and the end of the broker, in order', async () => {
  const publish = await meter()
  await publish('m1', registers('2026-01-01T00:00:00Z', '10.000')) // before ingest has ever connected
  await api.close()
  const first = await ingest()
  await publish('m1', registers('2026-01-01T00:15:00Z', '10.100'))
  await until(() => first.health().pending >= 2, 'both telegrams wait for the API')
  await first.close()
  for (const close of closers.splice(0).reverse()) await close()
  await broker.close()
  broker = await startBroker({ port: broker.port, dir: join(dir, 'broker'), systems: known.systems })
  await (await meter())('m1', registers('2026-01-01T00:30:00Z', '10.300'))
  api = await startRecordingApi()
  const second = await ingest(api.url)
  await until(() => second.health().telegrams >= 3, 'three telegrams')
  expect(api.readings().map(({ start, importWh }) => [start, importWh])).toEqual([
    ['2026-01-01T00:00:00Z', 100],
    ['2026-01-01T00:15:00Z', 200],
  ])
})

test('registers are remembered across a restart of ingest', async () => {
  const publish = await meter()
  const first = await ingest()
  await publish('m1', registers('2026-01-01T00:00:00Z', '10.000'))
  await until(() => first.health().telegrams >= 1, 'the first register')
  await first.close()
  const second = await ingest()
  await publish('m1', registers('2026-01-01T00:15:00Z', '10.500'))
  await until(() => second.health().telegrams >= 1 && api.readings().length === 1, 'the second register')
  expect(api.readings()).toMatchObject([{ start: '2026-01-01T00:00:00Z', importWh: 500, quality: 'measured' }])
})

test('2,000 telegrams arrive in batches', async () => {
  const publish = await meter()
  await Promise.all(
    Array.from({ length: 2000 }, (_, index) => publish(`m${index}`, interval('2026-01-01T00:00:00Z', '0.001'))),
  )
  const started = await ingest()
  await until(() => started.health().telegrams >= 2000, 'all of them')
  expect(api.readings()).toHaveLength(2000)
  expect(api.requests()).toBeLessThan(200)
})
