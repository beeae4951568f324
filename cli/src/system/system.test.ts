import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSystemKey } from '@opem/ssi/http-signature'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOwnSystems } from '../../../offchain-api/src/access/company/systems.ts'
import { commandLineKeyFile, systemsFile } from '../up/access/paths.ts'
import { prepareAccess } from '../up/access/prepare.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')
let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'opem-system-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const run = (...args: string[]) =>
  new Promise<{ stdout: string; refusal: string | undefined }>((resolve) => {
    const env = { ...process.env, OPEM_HOME: home, OPEM_DEBUG: '' }
    execFile(process.execPath, [OPEM, ...args], { env }, (error, stdout, stderr) =>
      resolve({ stdout, refusal: error ? stderr.split(':')[0] : undefined }),
    )
  })
const idsOf = (stdout: string) => (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id)

test('a removed machine is nobody to an API that runs, at once, and has another key from the next start on', async () => {
  await prepareAccess(home, { demo: false })
  const { keyid } = await openSystemKey(commandLineKeyFile(home))
  const known = createOwnSystems(systemsFile(home))
  expect((await known({ keyId: keyid }))?.system.id).toBe('command-line')

  expect((await run('system', 'remove', 'command-line')).refusal).toBeUndefined()
  expect(await known({ keyId: keyid })).toBeUndefined()
  expect(existsSync(commandLineKeyFile(home))).toBe(false)
  expect(idsOf((await run('system', 'list', '--json')).stdout)).toEqual([
    ...['oracle-1', 'oracle-2', 'oracle-3', 'ingest', 'broker'],
  ])

  await prepareAccess(home, { demo: false })
  const next = (await openSystemKey(commandLineKeyFile(home))).keyid
  expect(await known({ keyId: keyid })).toBeUndefined()
  expect((await known({ keyId: next }))?.system.id).toBe('command-line')
})

test('a machine that is not there is not removed, and the file stays as it is', async () => {
  expect((await run('system', 'list')).stdout).toContain('there are no machines')
  await prepareAccess(home, { demo: false })
  const { mtimeMs } = statSync(systemsFile(home))
  expect((await run('system', 'remove', 'oracle-9')).refusal).toBe('ERR_SYSTEM')
  expect(statSync(systemsFile(home)).mtimeMs).toBe(mtimeMs)
})
