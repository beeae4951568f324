import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSignedFetch, createSystemKey, type SystemKey, signRequest } from '@opem/ssi/http-signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ISSUER,
  ISSUER_KEY,
  MARKET,
  MARKET_KEY,
  SELF_SIGNED,
  SELF_SIGNED_KEY,
} from '../../../../ssi/src/openid4vp/testing/certificates.ts'
import { type AccessWorld, type Company, openAccessWorld } from '../../testing/access-world.ts'
import type { Answer, Browser } from '../../testing/browser.ts'
import { freePort } from '../../testing/harness.ts'
import { coversMeter, overlaps } from '../caller/caller.ts'

let world: AccessWorld
let company: Company
let administrator: Browser
let key: SystemKey
let id: string
let tlsPort: number
const device = { key: ISSUER_KEY, certificate: ISSUER }
const stranger = { key: MARKET_KEY, certificate: MARKET }

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opem-systems-'))
  await writeFile(join(folder, 'key.pem'), SELF_SIGNED_KEY, { mode: 0o600 })
  await writeFile(join(folder, 'api.pem'), SELF_SIGNED)
  tlsPort = await freePort()
  world = await openAccessWorld([{ id: 'broker', scopes: ['systems'], meters: [] }], {
    lake: true,
    environment: {
      OPEM_API_TLS_PORT: String(tlsPort),
      OPEM_API_TLS_KEY_FILE: join(folder, 'key.pem'),
      OPEM_API_TLS_CERTIFICATE_FILE: join(folder, 'api.pem'),
    },
  })
  company = await world.registerCompany('Meter Works', ['data-provider'])
  administrator = world.browser('Meter Works administrator')
  const { status, body } = await administrator.signIn([
    await company.employ('Meter Works administrator', ['administrator']),
  ])
  if (status !== 200) throw new Error(JSON.stringify(body))
  key = await createSystemKey(join(folder, 'system.json'))
})
afterAll(async () => {
  await company?.close()
  await world?.close()
})

const codeOf = ({ status, body }: Answer) => [status, body.code]
const configure = (over: object = {}) =>
  administrator.call('POST', '/v1/company/systems', {
    ...{ name: 'street', authentication: { kind: 'signature', publicKey: key.publicJwk } },
    ...{ meters: ['street-*', 'school'], scopes: ['readings'], ...over },
  })
const reading = (meter: string) => ({
  ...{ meter, start: '2026-01-01T00:00:00Z', seconds: 3600, importWh: 1, exportWh: 0, quality: 'measured' },
  ...{ source: 'test', knownAt: '2026-01-01T01:00:00Z' },
})
const url = () => `${world.api().url}/v1/readings`
const bodyOf = (...meters: string[]) => JSON.stringify({ readings: meters.map(reading) })
const send = async (fetching: typeof fetch, ...meters: string[]): Promise<Answer> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetching(url(), { method: 'POST', headers, body: bodyOf(...meters) })
  return { status: response.status, body: await response.json() }
}

describe('a system that signs its requests', () => {
  test('is configured by its company’s administrator, for its meters', async () => {
    const { status, body } = await configure()
    expect([status, body.meters]).toEqual([200, ['street-*', 'school']])
    id = body.id
    expect((await administrator.call('GET', '/v1/company/systems')).body.systems).toEqual([body])
  })

  test('sends readings of its meters and of no others', async () => {
    const signed = createSignedFetch(key)
    expect((await send(signed, 'street-1', 'school')).body).toMatchObject({ accepted: 2 })
    const { status, body } = await send(signed, 'street-1', 'square-1')
    expect([status, body.code]).toEqual([403, 'ERR_NOT_ALLOWED'])
    expect(body.detail).toBe(
      'POST /v1/readings is under the rule "send-readings", which needs a system that is configured for every meter in the body; the caller is a system with the scope "readings"',
    )
  })

  test('is refused when its request comes twice, is changed, or is for another host', async () => {
    const body = bodyOf('school')
    const headers = signRequest(
      { method: 'POST', url: url(), headers: { 'content-type': 'application/json' }, body: Buffer.from(body) },
      key,
    ) as Record<string, string>
    const post = async (to: string, text: string): Promise<unknown[]> => {
      const response = await fetch(to, { method: 'POST', headers, body: text })
      return [response.status, (await response.json()).code]
    }
    expect(await post(url(), bodyOf('street-2'))).toEqual([401, 'ERR_SIGNATURE_DIGEST'])
    expect(await post(`${url()}?x=1`, body)).toEqual([401, 'ERR_SIGNATURE_INVALID'])
    expect(await post(url(), body)).toEqual([200, undefined])
    expect(await post(url(), body)).toEqual([401, 'ERR_SIGNATURE_REPLAY'])
    await world.restart()
    expect(await post(url(), body)).toEqual([401, 'ERR_SIGNATURE_REPLAY'])
  })

  test('is not believed with a key that nobody configured', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opem-systems-'))
    const unknown = createSignedFetch(await createSystemKey(join(folder, 'unknown.json')))
    expect(codeOf(await send(unknown, 'school'))).toEqual([401, 'ERR_SIGNATURE_KEY'])
  })

  test('shares its key with no other, and its meters with no other company', async () => {
    expect(codeOf(await configure())).toEqual([409, 'ERR_SYSTEM_EXISTS'])
    const rival = await world.registerCompany('Rival Works', ['data-provider'])
    const page = world.browser('Rival Works administrator')
    await page.signIn([await rival.employ('Rival Works administrator', ['administrator'])])
    const authentication = { kind: 'mtls', certificateSha256: 'ab'.repeat(32) }
    for (const meter of ['school', 'street-1', 'str*', 's*']) {
      const system = { name: 'rival', authentication, meters: [meter], scopes: ['readings'] }
      expect([meter, ...codeOf(await page.call('POST', '/v1/company/systems', system))]).toEqual([
        meter,
        409,
        'ERR_METER_TAKEN',
      ])
    }
    const ask = (by: Browser, meter: string, digits: string) =>
      by.call('POST', '/v1/company/systems', {
        ...{ name: 'race', meters: [meter], scopes: ['readings'] },
        authentication: { kind: 'mtls', certificateSha256: digits.padStart(64, '0') },
      })
    for (let n = 1; n <= 10; n++) {
      const asked = [ask(administrator, `race-${n}`, `a${n}`), ask(page, `race-${n}`, `b${n}`)]
      const answers = await Promise.all(asked)
      expect(answers.map(({ status, body }) => body.code ?? status).sort()).toEqual([200, 'ERR_METER_TAKEN'])
    }
    await world.rows(`DELETE FROM systems WHERE name = 'race'`)
    await rival.close()
  })

  test('is given no scope of the marketplace’s own parts', async () => {
    for (const scope of ['oracle', 'operator', 'systems'])
      expect(codeOf(await configure({ scopes: [scope] }))).toEqual([400, 'ERR_BODY'])
    expect(codeOf(await configure({ meters: ['*'] }))).toEqual([400, 'ERR_BODY'])
  })

  test('is told to the marketplace’s own doors, and refused as soon as it is removed', async () => {
    const asked = await world.own.fetch.broker!(`${world.api().url}/v1/systems`)
    expect((await asked.json()).systems.map(({ name }: { name: string }) => name)).toEqual(['street'])
    await administrator.call('DELETE', `/v1/company/systems/${id}`)
    expect(codeOf(await send(createSignedFetch(key), 'school'))).toEqual([401, 'ERR_SIGNATURE_KEY'])
  })
})

describe('a system that shows a client certificate', () => {
  const over = (certificate: typeof device | undefined): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ host: '127.0.0.1', port: tlsPort, path: '/v1/readings', method: 'POST', rejectUnauthorized: false },
          ...(certificate ? { key: certificate.key, cert: certificate.certificate } : {}),
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bodyOf('lake-1')) },
          agent: false,
        },
        (answer) => {
          let text = ''
          answer.on('data', (chunk) => (text += chunk))
          answer.on('end', () => resolve([answer.statusCode, JSON.parse(text).code]))
        },
      )
      asked.on('error', reject)
      asked.end(bodyOf('lake-1'))
    })

  test('is known by the fingerprint that its company configured, and by nothing else', async () => {
    const fingerprint = createHash('sha256').update(new X509Certificate(device.certificate).raw).digest('hex')
    const authentication = { kind: 'mtls', certificateSha256: fingerprint.toUpperCase().match(/../g)!.join(':') }
    expect((await configure({ name: 'lake', authentication, meters: ['lake-*'] })).body.authentication).toEqual({
      ...{ kind: 'mtls', certificateSha256: fingerprint },
    })
    expect(await over(device)).toEqual([200, undefined])
    expect(await over(stranger)).toEqual([401, 'ERR_SYSTEM_UNKNOWN'])
    expect(await over(undefined)).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  })
})

test('a prefix covers what begins with it, and two entries overlap when a meter can be in both', () => {
  expect(coversMeter(['home-1', 'feeder-3.*'], 'feeder-3.m7')).toBe(true)
  expect(coversMeter(['home-1', 'feeder-3.*'], 'home-12')).toBe(false)
  expect([overlaps('a*', 'ab'), overlaps('ab', 'a*'), overlaps('a*', 'ab*'), overlaps('a', 'a')]).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect([overlaps('a', 'ab'), overlaps('ab*', 'a'), overlaps('a*', 'b*')]).toEqual([false, false, false])
})
