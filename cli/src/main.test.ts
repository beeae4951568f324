import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const OPEM = join(import.meta.dirname, '..', 'bin', 'opem.mjs')
let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'opem-cli-'))
})
afterAll(() => rmSync(home, { recursive: true }))

/** Nobody listens on these ports: whatever needs a marketplace finds none. */
const env = () => ({ ...process.env, OPEM_HOME: home, OPEM_PORT: '28400', OPEM_DEBUG: '' })

const opem = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [OPEM, ...args], { env: env() }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

test('the overview names every verb, and each verb explains itself', async () => {
  const { code, stdout } = await opem('--help')
  expect(code).toBe(0)
  const verbs = [
    'up',
    'status',
    'down',
    'community',
    'wallet',
    'system',
    'development',
    'import',
    'settle',
    'audit',
    'evidence',
    'statement',
    'data',
  ]
  for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb}\\b`, 'm'))
  const helps = await Promise.all(verbs.map((verb) => opem(verb, '--help')))
  expect(helps.map((help) => help.code)).toEqual(verbs.map(() => 0))
  for (const [index, help] of helps.entries()) expect(help.stdout).toContain(`Usage: opem ${verbs[index]}`)
})

test('wrong words end with a sentence and exit code 1', async () => {
  expect(await opem('adit')).toMatchObject({ code: 1, stderr: expect.stringContaining("unknown command 'adit'") })
  expect(await opem('audit')).toMatchObject({ code: 1, stderr: expect.stringContaining('--community <id>') })
  expect(await opem('statement', '--community', '0x1', '--member', 'A', '--month', '2015-13')).toMatchObject({
    code: 1,
    stderr: 'ERR_MONTH: --month is "2015-13": give a year and a month, like 2015-06.\n',
  })
})

test('a machine is told of wrong words as JSON', async () => {
  const { code, stderr } = await opem('settle', '--readings', 'a.csv', '--kee', 'even', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stderr).error).toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining("'--kee'") })
})

test('a reader that has read enough ends the command quietly', async () => {
  const lines = Array.from({ length: 20_000 }, (_, hour) => {
    const start = new Date(Date.UTC(2020, 0, 1, hour)).toISOString().replace('.000', '')
    return `${start},3600,A,0,1\n${start},3600,B,1,0`
  })
  const file = join(home, 'readings.csv')
  writeFileSync(file, `period_start,period_seconds,member,import_wh,export_wh\n${lines.join('\n')}\n`)
  const script = `set -o pipefail; "${process.execPath}" "${OPEM}" settle --readings "${file}" --key even --json | head -n 1`
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect({ lines: stdout.trim().split('\n').length, stderr, status }).toEqual({ lines: 1, stderr: '', status: 0 })
})

test('a marketplace that does not run is said to be so, also to machines', async () => {
  expect(await opem('status')).toMatchObject({ code: 1, stdout: expect.stringContaining('does not run') })
  const { code, stdout } = await opem('status', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ running: false, healthy: false, parts: [] })
  const audit = await opem('audit', '--community', `0x${'1'.repeat(40)}`, '--json')
  expect(audit.code).toBe(1)
  expect(JSON.parse(audit.stderr).error.code).toBe('ERR_NO_DEPLOYMENT')
})

test('who types the audit of billing by its old name is told where it is, and a machine gets JSON alone', async () => {
  const { code, stderr } = await opem('billing', 'audit')
  expect([code, stderr.split('\n')[0]]).toEqual([
    1,
    '“opem billing audit” is a part of “opem market audit” now, which does more; this is its answer.',
  ])
  expect(stderr).toContain('\nERR_NO_DEPLOYMENT: ')
  expect(JSON.parse((await opem('billing', 'audit', '--json')).stderr).error.code).toBe('ERR_NO_DEPLOYMENT')
})

test('an unreachable chain is one sentence', async () => {
  const settlement = `0x${'2'.repeat(40)}`
  const audit = await opem('audit', '--community', settlement, '--settlement', settlement)
  expect(audit).toMatchObject({ code: 1, stderr: expect.stringMatching(/^ERR_UNREACHABLE: Nobody answered/) })
})

test('wallets are made, listed and told by address, never by key', async () => {
  const made = await opem('wallet', 'create', 'ann', '--json')
  expect(made.code).toBe(0)
  const { address, path } = JSON.parse(made.stdout)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect((await opem('wallet', 'address', 'ann')).stdout).toBe(`${address}\n`)
  expect((await opem('wallet', 'list')).stdout).toBe(`${address}  ann\n`)
  expect(await opem('wallet', 'create', 'ann')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ERR_KEY_FILE_EXISTS'),
  })
})

test('a community file that cannot be used names the place', async () => {
  const file = join(home, 'community.json')
  const { parseCommunity } = await import('./community/community-file.ts')
  const community = {
    name: 'Sunny Street',
    timeZone: 'Europe/Madrid',
    periodSeconds: 3600,
    startsAt: '2015-06-01T04:00:00Z',
    rules: [{}],
    members: [{ name: 'A', meters: ['a'] }],
  }
  expect(parseCommunity(community).startsAt).toBe(1433131200)
  expect(() => parseCommunity({ ...community, startsAt: '2015-06-01T04:30:00Z' })).toThrow(
    'startsAt does not lie on a boundary',
  )
  expect(() => parseCommunity({ ...community, members: [...community.members, ...community.members] })).toThrow(
    'names the member A twice',
  )
  writeFileSync(file, JSON.stringify({ ...community, periodSeconds: 1800 }))
  const { code, stderr } = await opem('community', 'create', '--file', file)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^ERR_COMMUNITY_FILE: .*community\.json: periodSeconds/)
})
