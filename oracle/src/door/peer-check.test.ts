import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemKey, type SystemKey, signRequest } from '@opem/ssi/http-signature'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Settings } from '../settings.ts'
import { openPeerCheck } from './peer-check.ts'

let dir: string
let peer: SystemKey
let ingest: SystemKey
const BODY = '{"community":"0x00"}'

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'opem-peer-'))
  peer = await createSystemKey(join(dir, 'peer'))
  ingest = await createSystemKey(join(dir, 'ingest'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const systemsPath = () => join(dir, 'systems.json')
const write = (...systems: (readonly [SystemKey, string])[]) =>
  writeFileSync(
    systemsPath(),
    JSON.stringify({
      systems: systems.map(([{ publicJwk }, scope], place) => ({
        ...{ id: `machine-${place}`, scopes: [scope], meters: [] },
        authentication: { kind: 'signature', publicKey: publicJwk },
      })),
    }),
  )
const open = () =>
  openPeerCheck({
    systemsPath: systemsPath(),
    peers: ['http://node.example:8411'],
    seat: 0,
    port: 8411,
  } as unknown as Settings)

/** A request to wake, as it arrives at the door. */
function wake(key: SystemKey, url = 'http://127.0.0.1:8411/wake') {
  const headers = signRequest({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: BODY }, key)
  return {
    method: 'POST',
    url: '/wake',
    headers: { ...headers, host: new URL(url).host },
  } as unknown as IncomingMessage
}
const body = async () => Buffer.from(BODY)
const codeOf = async (check: ReturnType<typeof open>, request: IncomingMessage) => {
  const checked = await check(request, body)
  return checked.ok ? 'ok' : checked.code
}

test('a node is known by its own address and by loopback, and by no other name', async () => {
  write([peer, 'oracle'])
  const check = open()
  expect(await codeOf(check, wake(peer))).toBe('ok')
  expect(await codeOf(check, wake(peer, 'http://node.example:8411/wake'))).toBe('ok')
  expect(await codeOf(check, wake(peer, 'http://other.example:8411/wake'))).toBe('ERR_SIGNATURE_AUTHORITY')
})

test('a machine of another scope is no peer', async () => {
  write([peer, 'oracle'], [ingest, 'readings'])
  expect(await codeOf(open(), wake(ingest))).toBe('ERR_SIGNATURE_KEY')
})

test('a node whose key leaves the systems file is refused from then on', async () => {
  write([peer, 'oracle'])
  const check = open()
  expect(await codeOf(check, wake(peer))).toBe('ok')
  write()
  expect(await codeOf(check, wake(peer))).toBe('ERR_SIGNATURE_KEY')
})

test('without a systems file that can be read nobody is a peer', async () => {
  const check = open()
  await expect(check(wake(peer), body)).rejects.toMatchObject({ code: 'ERR_ORACLE_PEERS', retryable: true })
})
