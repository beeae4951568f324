import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyidOf, parsePublicJwk } from './jwk.ts'
import { createNonceMemory } from './nonce-memory.ts'
import { signRequest } from './sign-request.ts'
import { createSignedFetch } from './signed-fetch.ts'
import { createSystemKey, openSystemKey, systemKeyOf } from './system-key.ts'
import { verifyRequest } from './verify-request.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opem-system-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a system key file is kept with mode 600, opens as the same key and is never overwritten', async () => {
  const path = join(folder, 'keys', 'oracle-1.json')
  const key = await createSystemKey(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect((await openSystemKey(path)).publicJwk).toEqual(key.publicJwk)
  await expect(createSystemKey(path)).rejects.toMatchObject({ code: 'ERR_KEY_FILE_EXISTS' })
  expect((await openSystemKey(path)).keyid).toBe(key.keyid)
})

test('a system key file that others may read is refused', async () => {
  const path = join(folder, 'oracle-1.json')
  await createSystemKey(path)
  chmodSync(path, 0o604)
  await expect(openSystemKey(path)).rejects.toMatchObject({ code: 'ERR_KEY_FILE_MODE' })
})

test('a missing, broken or mixed-up system key file is refused without quoting it', async () => {
  await expect(openSystemKey(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'ERR_KEY_FILE_MISSING' })
  const [one, two] = [join(folder, 'one.json'), join(folder, 'two.json')]
  await createSystemKey(one)
  await createSystemKey(two)
  const [a, b] = [one, two].map((path) => JSON.parse(readFileSync(path, 'utf8')))
  for (const content of [
    readFileSync(one, 'utf8').slice(0, -3),
    JSON.stringify({ ...a, keyid: b.keyid }),
    JSON.stringify({ ...a, jwk: { ...a.jwk, x: b.jwk.x } }),
    JSON.stringify({ ...b, jwk: { ...a.jwk, x: b.jwk.x } }),
    JSON.stringify({ ...a, jwk: { ...a.jwk, d: undefined } }),
  ]) {
    const path = join(folder, 'broken.json')
    writeFileSync(path, content, { mode: 0o600 })
    const error = await openSystemKey(path).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_KEY_FILE' })
    expect(inspect(error, { depth: 9 })).not.toContain(a.jwk.d)
    rmSync(path)
  }
})

test('a system key never shows its private part, however it is printed', async () => {
  const path = join(folder, 'one.json')
  const key = await createSystemKey(path)
  const { d } = JSON.parse(readFileSync(path, 'utf8')).jwk
  expect(JSON.stringify(key) + inspect(key, { depth: 9, showHidden: true })).not.toContain(d)
})

test('a key id is the thumbprint that jose computes', async () => {
  for (const pair of [generateKeyPairSync('ed25519'), generateKeyPairSync('ec', { namedCurve: 'P-256' })]) {
    const key = systemKeyOf(pair.privateKey.export({ format: 'jwk' }))
    expect(key.keyid).toBe(await calculateJwkThumbprint({ ...key.publicJwk }))
    expect(keyidOf(key.publicJwk)).toBe(key.keyid)
  }
})

test('a company may register public Ed25519 and P-256 keys, and nothing else', () => {
  const jwk = (pair: { privateKey: { export(o: { format: 'jwk' }): object } }) =>
    pair.privateKey.export({ format: 'jwk' })
  const ed = jwk(generateKeyPairSync('ed25519')) as Record<string, string>
  const { d: _, ...publicPart } = ed
  expect(parsePublicJwk({ ...publicPart, kid: 'x', use: 'sig' })).toEqual({ ok: true, value: publicPart })
  for (const other of [
    ed,
    jwk(generateKeyPairSync('rsa', { modulusLength: 2048 })),
    jwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
    jwk(generateKeyPairSync('x25519')),
    { kty: 'oct', k: 'AAAA' },
    { ...publicPart, x: 'AAAA' },
    { kty: 'EC', crv: 'P-256', x: publicPart.x, y: publicPart.x },
    'a string',
    null,
  ]) {
    expect(parsePublicJwk(other)).toMatchObject({ ok: false, code: 'ERR_SIGNATURE_KEY' })
  }
})

test('what signed fetch and node:http send over a real connection verifies, and a redirect is not followed', async () => {
  const key = await createSystemKey(join(folder, 'one.json'))
  const now = Math.floor(Date.now() / 1000)
  const seenNonce = createNonceMemory({ startedAt: now })
  const server = createServer(async (message, answer) => {
    if (message.url === '/moved') return answer.writeHead(307, { location: '/v1/readings' }).end()
    const body = async () => Buffer.concat(await message.toArray())
    const { method = '', url: target = '', headers } = message
    const verified = await verifyRequest(
      { method, target, headers, body },
      { keyOf: (keyid) => (keyid === key.keyid ? key.publicJwk : undefined), seenNonce, authorities: [authority], now },
    )
    answer.end(verified.ok ? `${verified.value.keyid} ${verified.value.body}` : verified.code)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const signed = createSignedFetch(key)
    const url = `http://${authority}/v1/readings?meter=a%20b&from=2015-06-01T04:00:00Z`
    expect(await (await signed(url)).text()).toBe(`${key.keyid} `)
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"x":"é"}' }
    expect(await (await signed(url, json)).text()).toBe(`${key.keyid} {"x":"é"}`)
    expect(await (await signed(url, { method: 'DELETE' })).text()).toBe(`${key.keyid} `)
    await expect(signed(`http://${authority}/moved`)).rejects.toThrow()
    const overNodeHttp = await new Promise<string>((resolve, reject) => {
      const headers = signRequest({ ...json, url }, key)
      const sent = request(url, { method: 'POST', headers }, async (answer) =>
        resolve(Buffer.concat(await answer.toArray()).toString()),
      )
      sent.on('error', reject)
      sent.end(json.body)
    })
    expect(overNodeHttp).toBe(`${key.keyid} {"x":"é"}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a body without content type is not signed', async () => {
  const key = await createSystemKey(join(folder, 'one.json'))
  expect(() => signRequest({ method: 'POST', url: 'http://127.0.0.1/', body: 'x' }, key)).toThrow(
    /ERR_SIGNATURE_COMPONENTS/,
  )
})
