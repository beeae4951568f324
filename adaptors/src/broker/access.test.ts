import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemKey, type SystemKey } from '@opem/ssi/http-signature'
import mqtt, { type IClientOptions } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectAs } from '../mqtt/connect.ts'
import { brokerLogin } from '../mqtt/password.ts'
import { subscribe } from '../mqtt/subscribe.ts'
import { INGEST_CLIENT, TELEGRAM_TOPICS, topicOf } from '../mqtt/topics.ts'
import { signing, testSystems } from '../testing/systems.ts'
import { until } from '../testing/until.ts'
import { createSelfSigned } from './self-signed.ts'
import { type Broker, startBroker } from './start-broker.ts'
import { openSystemsFile } from './systems.ts'

const now = () => Math.floor(Date.now() / 1000)
const own = createSelfSigned('opem broker', now() - 60)
let dir: string
let broker: Broker
let known: Awaited<ReturnType<typeof testSystems>>
let company: SystemKey
let heard: string[]
let lines: string[]
let listener: ReturnType<typeof subscribe>

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opem-access-'))
  known = await testSystems(dir)
  company = await createSystemKey(join(dir, 'company.key'))
  known.add({ ...signing('company-1', company), meters: ['home-1', 'feeder-3.*'], subscribes: false })
  ;[heard, lines] = [[], []]
  broker = await startBroker({
    port: 0,
    dir: join(dir, 'broker'),
    systems: known.systems,
    tls: { port: 0, ...own },
    log: (line) => lines.push(line),
  })
  listener = subscribe({
    url: broker.url,
    login: known.asIngest,
    clientId: INGEST_CLIENT,
    topics: [TELEGRAM_TOPICS],
    onMessage({ topic, payload, ack }) {
      heard.push(`${topic} ${payload}`)
      ack()
    },
  })
  await until(() => listener.connected, 'ingest listens')
})
afterEach(async () => {
  await listener.close()
  await broker.close()
  await rm(dir, { recursive: true })
})

const connect = (options: IClientOptions, url = broker.url) =>
  mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options }, false)

/** Publishes and tells whether the broker acknowledged it. */
async function publishes(options: IClientOptions, meter: string, url = broker.url, change: object = {}) {
  const client = await connect(options, url)
  client.on('error', () => {})
  const acknowledged = await Promise.race([
    client.publishAsync(topicOf(meter), 'telegram', { qos: 1, ...change }).then(
      () => true,
      () => false,
    ),
    new Promise<false>((resolve) => client.once('close', () => resolve(false))),
  ])
  await client.endAsync(true)
  return acknowledged
}

const signJwt = (key: SystemKey, change: object, header: object = {}) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: key.keyid, sub: key.keyid, aud: 'opem:mqtt-broker', iat: now(), exp: now() + 60, jti: 'one' }
  const input = `${part({ alg: 'EdDSA', typ: 'JWT', ...header })}.${part({ ...claims, ...change })}`
  return {
    username: key.keyid,
    password: `${input}.${key.sign(Buffer.from(input)).toString('base64url')}`,
  }
}

const refusedWith = (code: string) => expect(Object.keys(broker.refusals())).toEqual([code])

test('a system publishes for the meters it is configured for, named or by their beginning', async () => {
  expect(await publishes(brokerLogin(company), 'home-1')).toBe(true)
  expect(await publishes(brokerLogin(company), 'feeder-3.m7')).toBe(true)
  await until(() => heard.length === 2, 'both telegrams')
  expect(heard.sort()).toEqual(['opem/v1/feeder-3.m7/telegram telegram', 'opem/v1/home-1/telegram telegram'])
  expect(broker.refusals()).toEqual({})
})

test('a system may go by its id as well as by the id of its key', async () => {
  const login = signJwt(company, { iss: 'company-1', sub: 'company-1' })
  expect(await publishes({ ...login, username: 'company-1' }, 'home-1')).toBe(true)
})

test.each(['home-2', 'home-10', 'feeder-4.m1'])(
  'a telegram for the meter %s of somebody else changes nothing',
  async (meter) => {
    expect(await publishes(brokerLogin(company), meter)).toBe(false)
    expect(await publishes(brokerLogin(company), 'home-1')).toBe(true)
    await until(() => heard.length > 0, 'the honest telegram')
    expect(heard).toEqual(['opem/v1/home-1/telegram telegram'])
    refusedWith('ERR_BROKER_METER')
  },
)

test.each(['$SYS/x', 'opem/v1/home-1', 'elsewhere'])('a message to the topic %s is refused', async (topic) => {
  const client = await connect(brokerLogin(company))
  client.on('error', () => {})
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  client.publish(topic, 'x', { qos: 0 })
  await closed
  refusedWith('ERR_BROKER_TOPIC')
})

test('a last will for somebody else’s meter is refused like a message', async () => {
  const will = { topic: topicOf('home-2'), payload: Buffer.from('will'), qos: 1 as const, retain: false }
  const client = await connect({ ...brokerLogin(company), will })
  client.on('error', () => {})
  client.stream.destroy()
  await until(() => broker.refusals().ERR_BROKER_METER === 1, 'the will is refused')
  expect(heard).toEqual([])
})

test('nobody connects without identity', async () => {
  await expect(connect({})).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_NOBODY')
})

test('a key that nobody registered is refused', async () => {
  const foreign = await createSystemKey(join(dir, 'foreign.key'))
  await expect(connect(brokerLogin(foreign))).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_UNKNOWN')
})

test('another key under the name of a known system is refused', async () => {
  const foreign = await createSystemKey(join(dir, 'foreign.key'))
  const { password } = signJwt(foreign, { iss: company.keyid, sub: company.keyid })
  await expect(connect({ username: company.keyid, password })).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_PASSWORD')
})

test('a password is for one connection: replayed it is refused', async () => {
  const login = brokerLogin(company)
  expect(await publishes(login, 'home-1')).toBe(true)
  await expect(connect(login)).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_PASSWORD_USED')
})

test.each([
  ['is over', { iat: now() - 700, exp: now() - 100 }, 'ERR_BROKER_PASSWORD_EXPIRED'],
  ['may live longer than ten minutes', { exp: now() + 3600 }, 'ERR_BROKER_PASSWORD'],
  ['was made for another audience', { aud: 'opem:api' }, 'ERR_BROKER_PASSWORD'],
  ['speaks of another system', { sub: 'ingest' }, 'ERR_BROKER_PASSWORD'],
  ['has no id to be used once', { jti: undefined }, 'ERR_BROKER_PASSWORD'],
])('a password that %s is refused', async (_, claims, code) => {
  await expect(connect(signJwt(company, claims))).rejects.toThrow(/Not authorized/i)
  refusedWith(code)
})

test('a password that names another algorithm is refused', async () => {
  await expect(connect(signJwt(company, {}, { alg: 'none' }))).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_PASSWORD')
})

test('a password from before the broker’s start may have been used, so it is refused', async () => {
  await expect(connect(signJwt(company, { iat: now() - 60 }))).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_PASSWORD_USED')
})

test('a publisher comes back by itself after the broker was away, each time with a new password', async () => {
  const publisher = connectAs(broker.url, { key: company })
  publisher.on('error', () => {})
  await publisher.publishAsync(topicOf('home-1'), 'before', { qos: 1 })
  const { port } = broker
  await broker.close()
  broker = await startBroker({
    port,
    dir: join(dir, 'broker'),
    systems: known.systems,
    log: (line) => lines.push(line),
  })
  await publisher.publishAsync(topicOf('home-1'), 'after', { qos: 1 })
  // At least once: what came before may come again.
  await until(() => heard.at(-1) === 'opem/v1/home-1/telegram after', 'the second telegram')
  await publisher.endAsync(true)
})

test('ingest alone subscribes, and to telegrams alone', async () => {
  const client = await connect(brokerLogin(company))
  const [granted] = await client.subscribeAsync(TELEGRAM_TOPICS, { qos: 1 }).catch((error: Error) => [error])
  expect(granted).toMatchObject({ message: expect.stringMatching(/Unspecified error/) })
  await client.endAsync(true)
  refusedWith('ERR_BROKER_SUBSCRIBE')
})

test('another system under ingest’s session name gets neither the session nor its messages', async () => {
  await listener.close()
  expect(await publishes(brokerLogin(known.field), 'm1')).toBe(true)
  const thief = await connect({ ...brokerLogin(company), clientId: INGEST_CLIENT, clean: false })
  const stolen: string[] = []
  thief.on('message', (topic) => stolen.push(topic))
  await thief.publishAsync(topicOf('home-1'), 'x', { qos: 1 })
  await thief.endAsync(true)
  expect(stolen).toEqual([])
})

test('ingest’s own key publishes nothing', async () => {
  expect(await publishes(brokerLogin(known.ingest), 'home-1')).toBe(false)
  refusedWith('ERR_BROKER_METER')
})

test('a revoked system is refused in the middle of its connection, and does not come back', async () => {
  const client = await connect(brokerLogin(company))
  client.on('error', () => {})
  await client.publishAsync(topicOf('home-1'), 'before', { qos: 1 })
  known.remove('company-1')
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  client.publish(topicOf('home-1'), 'after', { qos: 1 })
  await closed
  refusedWith('ERR_BROKER_REVOKED')
  await expect(connect(brokerLogin(company))).rejects.toThrow(/Not authorized/i)
  await until(() => heard.length > 0, 'what came before')
  expect(heard).toEqual(['opem/v1/home-1/telegram before'])
})

test('refusals are logged by code and known system, never with what was sent', async () => {
  const { username, password } = brokerLogin(await createSystemKey(join(dir, 'foreign.key')))
  for (let i = 0; i < 12; i++) await connect({ username, password }).catch(() => {})
  expect(await publishes(brokerLogin(company), 'home-2')).toBe(false)
  expect(lines).toEqual([
    'refused ERR_BROKER_UNKNOWN from a stranger',
    'refused ERR_BROKER_UNKNOWN from a stranger (10 times)',
    'refused ERR_BROKER_METER from company-1',
  ])
})

/** A client certificate as a company makes one. */
async function opensslCertificate(name: string, days: string[] = ['-days', '30']) {
  const [key, certificate] = [join(dir, `${name}.key.pem`), join(dir, `${name}.pem`)]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-subj', `/CN=${name}`, ...days, '-keyout', key, '-out', certificate],
    {
      stdio: 'ignore',
    },
  )
  return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') }
}
const sha256 = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex')
const tls = ({ key, certificate }: { key: string; certificate: string }) => ({
  key,
  cert: certificate,
  ca: own.certificate,
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a system publishes over %s with the client certificate it is configured with',
  async (version) => {
    const device = await opensslCertificate('device')
    known.add({ id: 'company-2', certificateSha256: sha256(device.certificate), meters: ['home-9'], subscribes: false })
    const proof = { ...tls(device), minVersion: version, maxVersion: version }
    expect(await publishes(proof, 'home-9', broker.tlsUrl)).toBe(true)
    expect(await publishes(proof, 'home-1', broker.tlsUrl)).toBe(false)
    await until(() => heard.length > 0, 'the telegram')
    expect(heard).toEqual(['opem/v1/home-9/telegram telegram'])
    refusedWith('ERR_BROKER_METER')
  },
)

test('a certificate that nobody registered is refused, also with the same name', async () => {
  const device = await opensslCertificate('device')
  known.add({ id: 'company-2', certificateSha256: sha256(device.certificate), meters: ['home-9'], subscribes: false })
  await expect(connect(tls(await opensslCertificate('other')), broker.tlsUrl)).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_UNKNOWN')
})

test('no certificate on the TLS listener is nobody, whatever password comes with it', async () => {
  await expect(connect({ ca: own.certificate, ...brokerLogin(company) }, broker.tlsUrl)).rejects.toThrow(
    /Not authorized/i,
  )
  refusedWith('ERR_BROKER_NOBODY')
})

test('a certificate that is over is refused', async () => {
  const device = createSelfSigned('device', now() - 3 * 86_400, 2)
  known.add({ id: 'company-2', certificateSha256: sha256(device.certificate), meters: ['home-9'], subscribes: false })
  await expect(connect(tls(device), broker.tlsUrl)).rejects.toThrow(/Not authorized/i)
  refusedWith('ERR_BROKER_CERTIFICATE')
})

test('a self-signed certificate is read by others as what it says', async () => {
  const { certificate } = createSelfSigned('opem broker', 1_790_000_000, 10)
  await writeFile(join(dir, 'own.pem'), certificate)
  const said = execFileSync('openssl', [
    'x509',
    '-in',
    join(dir, 'own.pem'),
    '-noout',
    '-subject',
    '-dates',
    '-ext',
    'subjectAltName',
  ])
  expect(said.toString()).toMatch(
    /CN ?= ?opem broker[\s\S]*notBefore=Sep 21 14:13:20 2026 GMT[\s\S]*notAfter=Oct {2}1 14:13:20 2026 GMT/,
  )
  expect(said.toString()).toMatch(/DNS:localhost, IP Address:127.0.0.1/)
  expect(
    execFileSync('openssl', [
      'verify',
      '-CAfile',
      join(dir, 'own.pem'),
      '-no_check_time',
      join(dir, 'own.pem'),
    ]).toString(),
  ).toMatch(/OK/)
})

test('a systems file that cannot be read holds nobody', async () => {
  const path = join(dir, 'systems.json')
  await writeFile(path, '{"systems":[{"id":"x"}]}')
  expect(openSystemsFile(path, (line) => lines.push(line)).byId('x')).toBe(undefined)
  expect(openSystemsFile(join(dir, 'none.json'), (line) => lines.push(line)).byId('x')).toBe(undefined)
  expect(lines.map((line) => line.split(': ')[1])).toEqual(['unexpected shape', 'ENOENT'])
})
