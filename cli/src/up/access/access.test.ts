import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSystemKey } from '@opem/ssi/http-signature'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commandLineKeyFile, serverTls, systemKeyFile, systemsFile } from './paths.ts'
import { prepareAccess } from './prepare.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'opem-access-'))
})
afterEach(() => rmSync(home, { recursive: true }))

interface Line {
  id: string
  scopes: string[]
  meters: string[]
  authentication: { publicKey: { x: string; d?: string } }
}
const systems = () => (JSON.parse(readFileSync(systemsFile(home), 'utf8')) as { systems: Line[] }).systems

test('each machine gets a key of its own and only what it needs; the demo alone has a simulator', async () => {
  await prepareAccess(home, { demo: false })
  expect(systems().map(({ id, scopes, meters }) => [id, scopes, meters])).toEqual([
    ['oracle-1', ['oracle'], []],
    ['oracle-2', ['oracle'], []],
    ['oracle-3', ['oracle'], []],
    ['ingest', ['readings'], ['*']],
    ['broker', ['systems'], []],
    ['command-line', ['operator'], ['*']],
  ])
  expect(new Set(systems().map(({ authentication }) => authentication.publicKey.x)).size).toBe(6)
  await prepareAccess(home, { demo: true })
  expect(systems().at(-1)).toMatchObject({ id: 'simulator', scopes: ['readings'], meters: ['sunny-street-*'] })
})

test('private halves stay in files that their owner alone reads, and never stand in systems.json', async () => {
  await prepareAccess(home, { demo: true })
  for (const path of [...systems().map(({ id }) => systemKeyFile(home, id)), serverTls(home).key])
    expect((statSync(path).mode & 0o777).toString(8), path).toBe('600')
  expect(systems().filter(({ authentication }) => authentication.publicKey.d !== undefined)).toEqual([])
})

test('a second start finds every key and certificate as it was, and leaves the file alone', async () => {
  await prepareAccess(home, { demo: false })
  const before = [readFileSync(systemsFile(home), 'utf8'), readFileSync(serverTls(home).certificate, 'utf8')]
  const { mtimeMs } = statSync(systemsFile(home))
  await prepareAccess(home, { demo: false })
  expect([readFileSync(systemsFile(home), 'utf8'), readFileSync(serverTls(home).certificate, 'utf8')]).toEqual(before)
  expect(statSync(systemsFile(home)).mtimeMs).toBe(mtimeMs)
})

test('a removed key file is a revoked key: the machine has another one from the next start on', async () => {
  await prepareAccess(home, { demo: false })
  const before = await openSystemKey(commandLineKeyFile(home))
  rmSync(commandLineKeyFile(home))
  await prepareAccess(home, { demo: false })
  const keys = systems().map(({ authentication }) => authentication.publicKey.x)
  expect(keys).not.toContain(before.publicJwk.x)
  expect(keys).toContain((await openSystemKey(commandLineKeyFile(home))).publicJwk.x)
})

test('the servers’ certificate is for this machine', async () => {
  await prepareAccess(home, { demo: false })
  const certificate = new X509Certificate(readFileSync(serverTls(home).certificate))
  expect(certificate.checkHost('localhost')).toBe('localhost')
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(certificate.verify(certificate.publicKey)).toBe(true)
})
