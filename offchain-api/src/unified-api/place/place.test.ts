import { type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { createSystemKey, openSystemKey, signRequest } from '@opem/ssi/http-signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import { ALL } from '../../testing/systems.ts'

let world: AccessWorld

beforeAll(async () => {
  world = await openAccessWorld([ALL], {
    environment: {
      OPEM_PUBLIC_URL: 'https://market.example/',
      OPEM_TRUSTED_PROXIES: '127.0.0.1',
      OPEM_ACCESS_PER_ADDRESS: '5,1',
    },
  })
})
afterAll(() => world?.close())

interface Heard {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: { code?: string; requestUri?: string }
}

/** As a proxy asks: with any Host. */
const ask = (method: string, path: string, headers: Record<string, string>, body?: object) =>
  new Promise<Heard>((resolve, reject) => {
    const { hostname, port } = new URL(world.api().url)
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request({ hostname, port, method, path, headers: { ...type, ...headers } }, (answer) => {
      let text = ''
      answer.on('data', (part: Buffer) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: JSON.parse(text) }))
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
let client = 0
const challenge = (headers: Record<string, string>) =>
  ask(
    'POST',
    '/v1/access/challenges',
    { 'x-forwarded-for': `198.51.100.${++client}`, ...headers },
    {
      operation: 'sign-in',
    },
  )
const codeOf = ({ status, body }: Heard) => [status, body.code]

describe('the API is asked for', () => {
  test('under its public name, by pages of that name, with cookies that stay on TLS', async () => {
    const { status, headers } = await challenge({ host: 'market.example', origin: 'https://market.example' })
    expect(status).toBe(200)
    expect(headers['set-cookie']![0]).toMatch(/^opem_browser=[\w-]+; .*SameSite=Strict; Secure$/)
    expect((await challenge({ host: 'MARKET.example:443' })).status).toBe(200)
  })

  test("under this machine's names as before, with cookies that plain HTTP keeps", async () => {
    const { status, headers } = await challenge({ host: '127.0.0.1:8400', origin: 'http://localhost:8400' })
    expect(status).toBe(200)
    expect(headers['set-cookie']![0]).not.toMatch(/Secure/)
  })

  test('under no other name', async () => {
    for (const host of [
      'evil.example',
      'market.example.evil.example',
      'market.example:8443',
      'x@market.example',
      'market.example/',
    ])
      expect([host, ...codeOf(await challenge({ host }))]).toEqual([host, 403, 'ERR_FOREIGN_HOST'])
  })

  test('by pages of no other name, nor of the public name over plain HTTP, nor of this machine', async () => {
    for (const origin of ['https://evil.example', 'http://market.example', 'http://127.0.0.1:3000', 'null'])
      expect([origin, ...codeOf(await challenge({ host: 'market.example', origin }))]).toEqual([
        ...[origin, 403, 'ERR_FOREIGN_ORIGIN'],
      ])
  })
})

test('a machine signs for the public name, and for no other', async () => {
  const key = await openSystemKey(join(world.own.dir, 'all.key.json')).catch(() =>
    createSystemKey(join(world.own.dir, 'all.key.json')),
  )
  const signed = async (authority: string, host: string) => {
    const headers = signRequest({ method: 'GET', url: `https://${authority}/v1/communities` }, key)
    return codeOf(await ask('GET', '/v1/communities', { ...headers, host }))
  }
  expect(await signed('market.example', 'market.example')).toEqual([200, undefined])
  expect(await signed('other.example', 'market.example')).toEqual([401, 'ERR_SIGNATURE_INVALID'])
})

describe('a client that knocks too often', () => {
  const knock = async (forwarded: (count: number) => string) => {
    const answers = []
    for (let count = 0; count < 8; count++)
      answers.push(await challenge({ host: 'market.example', 'x-forwarded-for': forwarded(count) }))
    return answers.map(({ status }) => status).includes(429)
  }

  test('is known by the address that the proxy heard', async () => {
    expect(await knock(() => '203.0.113.1')).toBe(true)
    expect((await challenge({ host: 'market.example', 'x-forwarded-for': '203.0.113.2' })).status).toBe(200)
  })

  test('does not become another by writing addresses before it', async () => {
    expect(await knock((count) => `192.0.2.${count}, 203.0.113.3`)).toBe(true)
  })
})
