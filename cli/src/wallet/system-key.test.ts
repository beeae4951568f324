import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSystemKey } from '@opem/ssi/http-signature'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { publicKey } from '../../../offchain-api/src/access/company/systems.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')
let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'opem-system-key-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const run = (...args: string[]) =>
  new Promise<{ stdout: string; all: string; refusal: string | undefined }>((resolve) => {
    const env = { ...process.env, OPEM_HOME: home, OPEM_DEBUG: '' }
    execFile(process.execPath, [OPEM, 'wallet', 'system-key', ...args], { env }, (error, stdout, stderr) =>
      resolve({ stdout, all: stdout + stderr, refusal: error ? stderr.split(':')[0] : undefined }),
    )
  })

test('a machine’s key stays in a file of mode 600, and what is printed is the JWK that the company’s page takes', async () => {
  const path = join(home, 'system-keys', 'meter-hub.json')
  const made = await run('meter-hub')
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
  const shown = JSON.parse(made.stdout)
  expect(Object.keys(shown).sort()).toEqual(['crv', 'kty', 'x'])
  expect(publicKey.parse(shown)).toEqual({ kty: 'OKP', crv: 'Ed25519', x: shown.x })
  const key = await openSystemKey(path)
  expect(key.publicJwk).toEqual(shown)

  const again = await run('meter-hub', '--show', '--json')
  expect(JSON.parse(again.stdout)).toEqual({ keyid: key.keyid, publicKey: shown, path })
  const { d } = JSON.parse(readFileSync(path, 'utf8')).jwk
  expect(d).toMatch(/^[\w-]{43}$/)
  expect(made.all + again.all).not.toContain(d)
})

test('a key is never written over, and one that is not there is not shown', async () => {
  expect((await run('meter-hub')).refusal).toBeUndefined()
  expect((await run('meter-hub')).refusal).toBe('ERR_KEY_FILE_EXISTS')
  expect((await run('other', '--show')).refusal).toBe('ERR_KEY_FILE_MISSING')
  expect((await run('a b')).refusal).toBe('ERR_WALLET_NAME')
})
