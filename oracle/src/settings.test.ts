import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemKey } from '@opem/ssi/http-signature'
import { afterAll, expect, test } from 'vitest'
import { openLog } from './log.ts'
import { readSettings } from './settings.ts'

const dir = mkdtempSync(join(tmpdir(), 'opem-settings-'))
afterAll(() => rmSync(dir, { recursive: true }))

const keyFile = join(dir, 'key.json')
const privateKey = `0x${'12'.repeat(32)}`
const env = {
  OPEM_ORACLE_NAME: 'oracle-2',
  OPEM_ORACLE_PORT: '8412',
  OPEM_ORACLE_PEERS: 'http://127.0.0.1:8411, http://127.0.0.1:8412/',
  OPEM_ORACLE_KEY_FILE: keyFile,
  OPEM_ORACLE_SYSTEM_KEY_FILE: join(dir, 'system.json'),
  OPEM_SYSTEMS_FILE: join(dir, 'systems.json'),
  OPEM_ORACLE_DIR: dir,
  OPEM_CHAIN_URL: 'http://127.0.0.1:8401',
  OPEM_API_URL: 'http://127.0.0.1:8400/',
  OPEM_DEPLOYMENT: join(dir, 'deployment.json'),
}
const { keyid } = await createSystemKey(join(dir, 'system.json'))
const write = (text: string, mode: number) => {
  writeFileSync(keyFile, text)
  chmodSync(keyFile, mode)
}

test('a node finds its seat among its peers by its port', async () => {
  write(JSON.stringify({ privateKey }), 0o600)
  const expected = { seat: 1, privateKey, graceSeconds: 30, apiUrl: 'http://127.0.0.1:8400', systemKey: { keyid } }
  expect(await readSettings(env)).toMatchObject(expected)
})

test('a key that others may read is refused, and never quoted', async () => {
  write(JSON.stringify({ privateKey }), 0o640)
  await expect(readSettings(env)).rejects.toThrow(/mode 640, needs 600/)
  write(`{"privateKey": "${privateKey}`, 0o600)
  await expect(readSettings(env)).rejects.toMatchObject({ message: expect.not.stringContaining('1212') })
})

test('a node that its peers do not list is refused', async () => {
  await expect(readSettings({ ...env, OPEM_ORACLE_PORT: '9000' })).rejects.toThrow(/must name this node too/)
})

test('a fault that lasts is told once, and again after it was over', () => {
  const lines: string[] = []
  const log = openLog('oracle-1', (line) => lines.push(JSON.parse(line).event))
  log.warn('waits', { why: 'a' })
  log.warn('waits', { why: 'a' })
  log.info('waits')
  log.warn('waits', { why: 'a' })
  expect(lines).toEqual(['waits', 'waits', 'waits'])
})
