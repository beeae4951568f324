import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAs, createSelfSigned, topicOf } from '@opem/adaptors/live'
import { createSignedFetch, createSystemKey, type SystemKey } from '@opem/ssi/http-signature'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Instance, opemFile, startInstance, until } from '../instance.ts'
import { expectPrivate } from '../privacy/expect-private.ts'

// A data provider's machines: its administrator configures them, they send for their own meters, and for no others.
const hour = Math.floor(Date.now() / 3_600_000) * 3600 - 2 * 3600
const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000', '')
const now = () => Math.floor(Date.now() / 1000)

let instance: Instance
let serving: ChildProcess | undefined
let solar: { fetch: typeof fetch; key: SystemKey; id?: string }
const device = createSelfSigned('solar gateway', now() - 60)
let deviceId: string

beforeAll(async () => {
  instance = await startInstance({ only: 'ingest' })
})
afterAll(async () => {
  serving?.kill('SIGTERM')
  await instance?.remove()
})

const port = () => Number(new URL(instance.page).port)
const mqttPlain = () => `mqtt://127.0.0.1:${port() + 5}`
const mqttTls = () => `mqtts://127.0.0.1:${port() + 15}`
const told = async <T>(...words: string[]) => JSON.parse(await instance.opem(...words, '--json')) as T
const pemOf = () => readFileSync(join(instance.home, 'access', 'tls.pem'), 'utf8')
const fingerprint = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex')

/** As the company's administrator, with the tokens of her session. */
async function asAnn(method: string, path: string, body?: object) {
  const { accessToken } = JSON.parse(readFileSync(join(instance.home, 'sessions', 'ann.json'), 'utf8'))
  const response = await fetch(`${instance.page}${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as { id: string }
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return answer
}

const reading = (meter: string, importWh: number) => ({
  ...{ meter, start: iso(hour), seconds: 3600, importWh, exportWh: 0, quality: 'measured' },
  ...{ source: 'story:machine', knownAt: iso(hour + 3600) },
})
const post = (...readings: object[]): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ readings }),
})
const statusOf = async (answer: Promise<Response>) => {
  const response = await answer
  return [response.status, ((await response.json()) as { code?: string }).code]
}
/** What the lake holds of a meter, as its operator sees it. */
async function stored(meter: string): Promise<number[]> {
  const range = `from=${iso(hour)}&to=${iso(hour + 3600)}`
  const { readings } = await instance.api<{ readings: { importWh: number }[] }>(
    `/v1/readings?meter=${meter}&${range}&zone=harmonised`,
  )
  return readings.map(({ importWh }) => importWh)
}

test('a company registers with its wallet, and its administrator signs in', async () => {
  const endpoint = `http://127.0.0.1:${port() + 20}/didcomm`
  const company = ['--company', 'Solar SA', '--url', 'https://solar.example/', '--endpoint', endpoint]
  await instance.opem(
    'wallet',
    'create',
    'solar',
    ...company,
    '--development',
    '--unsealed',
    '--accept-from-marketplace',
  )
  const env = { ...process.env, OPEM_HOME: instance.home, OPEM_PORT: String(port()) }
  serving = spawn(process.execPath, [opemFile, 'wallet', 'serve', 'solar', '--port', String(port() + 20)], { env })
  await until('the wallet answers', 30_000, async () => (await fetch(`http://127.0.0.1:${port() + 20}/health`)).ok)
  const { address } = await told<{ address: string }>('wallet', 'create', 'ann')
  const file = join(instance.home, 'ann.jwt')
  const ann = ['--to', `did:ethr:0x7a69:${address}`, '--name', 'Ann Example', '--email', 'ann@solar.example']
  await instance.opem('wallet', 'issue', 'solar', ...ann, '--roles', 'administrator', '--out', file)
  await instance.opem('wallet', 'accept', 'ann', file)
  const register = ['--kind', 'company', '--roles', 'data-provider', '--accept-terms', '1']
  const { account } = await told<{ account: string }>('wallet', 'register', 'ann', ...register)
  await until('the account is active', 60_000, async () => {
    const answer = await fetch(`${instance.page}/v1/access/registrations/${account}`)
    const { status } = (await answer.json()) as { status: string }
    if (status !== 'active') throw new Error(status)
    return true
  })
  await instance.opem('wallet', 'sign-in', 'ann')
})

test('the administrator configures a system that signs, and a gateway with a certificate', async () => {
  const key = await createSystemKey(join(instance.home, 'solar-system.json'))
  solar = { key, fetch: createSignedFetch(key) }
  const { id } = await asAnn('POST', '/v1/company/systems', {
    name: 'head end',
    authentication: { kind: 'signature', publicKey: key.publicJwk },
    meters: ['solar-roof-*'],
    scopes: ['readings'],
  })
  solar.id = id
  const gateway = await asAnn('POST', '/v1/company/systems', {
    name: 'gateway',
    authentication: { kind: 'mtls', certificateSha256: fingerprint(device.certificate) },
    meters: ['solar-field-1'],
    scopes: ['readings'],
  })
  deviceId = gateway.id
})

test('readings signed by the system are stored', async () => {
  const answer = await solar.fetch(`${instance.page}/v1/readings`, post(reading('solar-roof-1', 700)))
  expect(await answer.json()).toMatchObject({ accepted: 1, rejected: [] })
  expect(await stored('solar-roof-1')).toEqual([700])
})

test('nobody’s, a stranger’s, changed, replayed and another meter’s readings are refused and change nothing', async () => {
  const url = `${instance.page}/v1/readings`
  expect(await statusOf(fetch(url, post(reading('solar-roof-2', 1))))).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  const foreign = createSignedFetch(await createSystemKey(join(instance.home, 'foreign.json')))
  expect(await statusOf(foreign(url, post(reading('solar-roof-2', 2))))).toEqual([401, 'ERR_SIGNATURE_KEY'])
  let heard: RequestInit | undefined
  const heardBy = createSignedFetch(solar.key, (to, init) => {
    heard = init
    return fetch(to, init)
  })
  await heardBy(url, post(reading('solar-roof-3', 3)))
  const { body: _, ...headers } = heard!
  expect(await statusOf(fetch(url, { ...headers, body: post(reading('solar-roof-2', 4)).body! }))).toEqual([
    401,
    'ERR_SIGNATURE_DIGEST',
  ])
  expect(await statusOf(fetch(url, heard))).toEqual([401, 'ERR_SIGNATURE_REPLAY'])
  const other = await solar.fetch(url, post(reading('somebody-elses', 5), reading('solar-field-1', 6)))
  expect(other.status).toBe(403)
  expect(await stored('solar-roof-2')).toEqual([])
  expect(await stored('somebody-elses')).toEqual([])
  expect(await stored('solar-field-1')).toEqual([])
})

const telegram = (meter: string, importKwh: string) =>
  JSON.stringify({ meter, start: iso(hour), seconds: 3600, energy: { importKwh, exportKwh: '0' } })

/** Publishes once; whether the broker acknowledged it. */
async function publishes(url: string, proof: Parameters<typeof connectAs>[1], meter: string, kwh: string) {
  const client = connectAs(url, proof)
  const refused = new Promise<false>((resolve) => {
    client.once('error', () => resolve(false))
    client.once('close', () => resolve(false))
  })
  const sent = client.publishAsync(topicOf(meter), telegram(meter, kwh), { qos: 1 }).then(
    () => true,
    () => false,
  )
  const acknowledged = await Promise.race([sent, refused])
  await client.endAsync(true)
  return acknowledged
}
const gatewayProof = () => ({ tls: { ...device, broker: pemOf() } })

test('the gateway’s telegrams come in over TLS with its certificate, the system’s with a signed password', async () => {
  await until('the broker knows the gateway', 20_000, () =>
    publishes(mqttTls(), gatewayProof(), 'solar-field-1', '1.250'),
  )
  expect(await publishes(mqttPlain(), { key: solar.key }, 'solar-roof-4', '0.400')).toBe(true)
  await until('both are in the lake', 30_000, async () => {
    const found = [await stored('solar-field-1'), await stored('solar-roof-4')]
    return JSON.stringify(found) === '[[1250],[400]]'
  })
})

test('a foreign certificate, a foreign key and another’s meter publish nothing', async () => {
  const foreign = createSelfSigned('solar gateway', now() - 60)
  expect(await publishes(mqttTls(), { tls: { ...foreign, broker: pemOf() } }, 'solar-field-1', '9')).toBe(false)
  const key = await createSystemKey(join(instance.home, 'foreign-mqtt.json'))
  expect(await publishes(mqttPlain(), { key }, 'solar-roof-5', '9')).toBe(false)
  expect(await publishes(mqttPlain(), {}, 'solar-roof-5', '9')).toBe(false)
  expect(await publishes(mqttTls(), gatewayProof(), 'solar-roof-5', '9')).toBe(false)
  expect(await publishes(mqttPlain(), { key: solar.key }, 'solar-field-1', '9')).toBe(false)
  // An honest telegram after them is there: so would they be.
  expect(await publishes(mqttPlain(), { key: solar.key }, 'solar-roof-6', '0.100')).toBe(true)
  await until('the honest one is in the lake', 30_000, async () => (await stored('solar-roof-6')).length === 1)
  expect(await stored('solar-roof-5')).toEqual([])
  expect(await stored('solar-field-1')).toEqual([1250])
})

test('a system that its administrator removes is refused at every door', async () => {
  await asAnn('DELETE', `/v1/company/systems/${solar.id}`)
  await asAnn('DELETE', `/v1/company/systems/${deviceId}`)
  const answer = solar.fetch(`${instance.page}/v1/readings`, post(reading('solar-roof-7', 1)))
  expect(await statusOf(answer)).toEqual([401, 'ERR_SIGNATURE_KEY'])
  await until('the broker knows them no more', 20_000, async () => {
    const taken = [
      await publishes(mqttPlain(), { key: solar.key }, 'solar-roof-6', '0.100'),
      await publishes(mqttTls(), gatewayProof(), 'solar-field-1', '1.250'),
    ]
    return taken.every((one) => !one)
  })
  expect(await stored('solar-roof-7')).toEqual([])
})

test('no personal data is on chain or in a log line, and secrets lie in files that their owner alone reads', async () => {
  const told = ['Ann Example', 'ann@solar.example', 'solar-roof-5', 'solar-roof-6', 'solar-roof-7', 'solar-field-1']
  const searched = await expectPrivate(instance, new Map(told.map((value) => [value, value])))
  expect(searched).toEqual(
    expect.arrayContaining(['accessToken of sessions/ann.json', 'refreshHandle of sessions/ann.json']),
  )
})
