import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemKey, openSystemKey } from '@opem/ssi/http-signature'
import mqtt from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { brokerLogin } from '../mqtt/password.ts'
import { subscribe } from '../mqtt/subscribe.ts'
import { INGEST_CLIENT, TELEGRAM_TOPICS, topicOf } from '../mqtt/topics.ts'
import { testSystems } from '../testing/systems.ts'
import { until } from '../testing/until.ts'
import { openQueueStore } from './queue-store.ts'
import { startBroker } from './start-broker.ts'

async function folder() {
  const dir = await mkdtemp(join(tmpdir(), 'opem-broker-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  return dir
}

/** The systems file that `opem up` writes, with ingest and a field of meters. */
async function systemsFile(dir: string) {
  const key = async (name: string) => {
    const path = join(dir, 'keys', `${name}.json`)
    return createSystemKey(path).catch(() => openSystemKey(path))
  }
  await mkdir(join(dir, 'keys'), { recursive: true })
  const [ingest, field] = [await key('ingest'), await key('field')]
  const system = (id: string, publicKey: object, meters: string[]) => ({
    ...{ id, name: id, scopes: ['readings'], meters },
    authentication: { kind: 'signature', publicKey },
  })
  const systems = [system('ingest', ingest.publicJwk, ['*']), system('field', field.publicJwk, ['m', 'seed-*'])]
  await writeFile(join(dir, 'systems.json'), JSON.stringify({ systems }))
  return { ingest, field }
}

/** The broker as the process that the supervisor starts. */
async function brokerProcess(dir: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      PATH: process.env.PATH,
      OPEM_BROKER_PORT: '0',
      OPEM_BROKER_DIR: join(dir, 'broker'),
      OPEM_SYSTEMS_FILE: join(dir, 'systems.json'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ready: string = String((await once(child.stdout, 'data'))[0])
  return { child, url: /ready broker (\S+)/.exec(ready)![1]! }
}

test('what a publisher heard PUBACK for survives kill -9 at that very moment', async () => {
  const dir = await folder()
  const { ingest, field } = await systemsFile(dir)
  const { child, url } = await brokerProcess(dir)
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...brokerLogin(field) })
  client.on('error', () => {})
  const acknowledged: string[] = []
  const published = Array.from({ length: 400 }, (_, n) =>
    client.publishAsync(topicOf('m'), String(n), { qos: 1 }).then(
      () => {
        acknowledged.push(String(n))
        if (acknowledged.length === 200) child.kill('SIGKILL')
      },
      () => {},
    ),
  )
  await once(child, 'exit')
  await client.endAsync(true)
  await Promise.all(published)
  expect(acknowledged.length).toBeGreaterThanOrEqual(200)

  const again = await brokerProcess(dir)
  const received = new Set<string>()
  const subscription = subscribe({
    url: again.url,
    login: async () => brokerLogin(ingest),
    clientId: INGEST_CLIENT,
    topics: [TELEGRAM_TOPICS],
    onMessage({ payload, ack }) {
      received.add(payload.toString())
      ack()
    },
  })
  await until(() => acknowledged.every((message) => received.has(message)), 'every acknowledged message')
  await subscription.close()
  again.child.kill('SIGTERM')
  expect(await once(again.child, 'exit')).toEqual([0, null])
})

test('accepted copies go when the message is queued, and queued messages go when they are acknowledged', async () => {
  const dir = await folder()
  const { systems, asIngest, asField } = await testSystems(dir)
  const broker = await startBroker({ port: 0, dir: join(dir, 'broker'), systems })
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 4, ...asField() })
  const received: string[] = []
  const subscription = subscribe({
    url: broker.url,
    login: asIngest,
    clientId: INGEST_CLIENT,
    topics: [TELEGRAM_TOPICS],
    onMessage({ payload, ack }) {
      received.push(payload.toString())
      ack()
    },
  })
  await Promise.all(Array.from({ length: 50 }, (_, n) => client.publishAsync(topicOf('m'), String(n), { qos: 1 })))
  await until(() => new Set(received).size === 50, 'fifty messages')
  await subscription.close()
  await client.endAsync()
  await broker.close()
  const store = await openQueueStore(join(dir, 'broker'))
  const left = []
  for await (const { key } of store.accepted()) left.push(key)
  await store.close()
  expect(left).toEqual([])
})
