import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyFile } from '@opem/ssi'
import { keccak256, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore } from '../../../offchain-api/src/operational/store.ts'
import { type AccessWorld, type Company, openAccessWorld } from '../../../offchain-api/src/testing/access-world.ts'
import { issueTo } from '../../../offchain-api/src/testing/founded-community.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')

let world: AccessWorld
let company: Company
let home: string

beforeAll(async () => {
  world = await openAccessWorld([])
  company = await world.registerCompany('Solar Works', ['data-provider', 'service-user'])
  home = mkdtempSync(join(tmpdir(), 'opem-renew-cli-'))
  writeFileSync(join(home, 'deployment.json'), JSON.stringify(world.chain.deployment))
})
afterAll(async () => {
  await company?.close()
  await world?.close()
  rmSync(home, { recursive: true, force: true })
})

const run = (args: readonly string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = {
      ...{ ...process.env, OPEM_HOME: home, OPEM_PORT: '21000', OPEM_DEBUG: '', OPEM_WALLET: '' },
      ...{ OPEM_CHAIN_URL: world.chain.anvil.url, OPEM_API_URL: world.api().url },
    }
    execFile(process.execPath, [OPEM, 'wallet', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
async function told<T = Record<string, never>>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json'])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as T
}
const refusalOf = async (...args: string[]) => (await run(args)).stderr.split(':')[0]

async function endsTomorrow(account: string) {
  const store = createOperationalStore({ url: world.postgres.url })
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400
  await store.rows('UPDATE account_credentials SET expires_at = $2 WHERE account = $1', [account, tomorrow])
  await store.close()
}

test('a citizen renews the Account credential, and has it issued again when it is lost', async () => {
  const { address } = await told<{ address: `0x${string}` }>('create', 'cid')
  const identity = await issueTo(world.chain, { address, type: 'IdentityCredential', claims: { name: 'Cid' } })
  writeFileSync(join(home, 'cid.jwt'), identity)
  await told('accept', 'cid', join(home, 'cid.jwt'))
  const register = ['register', 'cid', '--kind', 'citizen', '--roles', 'service-user', '--accept-terms', '1']
  const { account } = await told<{ account: string }>(...register)

  expect(await refusalOf('renew', 'cid')).toBe('ERR_SESSION_MISSING')
  await told('sign-in', 'cid')
  expect(await refusalOf('renew', 'cid')).toBe('ERR_RENEWAL_EARLY')
  await endsTomorrow(account)
  expect(await told('renew', 'cid')).toMatchObject({ account, version: 2, status: 'active' })
  expect(await refusalOf('renew', 'cid')).toBe('ERR_SESSION_OVER')
  await told('sign-in', 'cid')

  expect(await told('renew', 'cid', '--lost')).toMatchObject({ account, version: 3, status: 'active' })
  await told('sign-in', 'cid')
})

test('a company’s administrator opens accounts for machines, here and elsewhere', async () => {
  const name = 'Solar Works administrator'
  mkdirSync(join(home, 'keys'), { recursive: true, mode: 0o700 })
  await createKeyFile(join(home, 'keys', 'boss.json'), keccak256(toHex(`key of ${name}`)))
  writeFileSync(join(home, 'boss.jwt'), await company.employ(name, ['administrator']))
  await told('accept', 'boss', join(home, 'boss.jwt'))
  await told('sign-in', 'boss')

  await told('create', 'reader')
  expect(await refusalOf('machine', 'open', 'reader', '--roles', 'service-user')).toBe('ERR_AS')
  const open = ['machine', 'open', 'reader', '--as', 'boss', '--roles']
  expect(await refusalOf(...open, 'data-user')).toBe('ERR_WRONG_ROLE')
  const reader = await told<{ account: string }>(...open, 'service-user')
  const { session } = await told<{ session: { kind: string } }>('sign-in', 'reader')
  expect(session).toMatchObject({ kind: 'machine', actors: ['service-user'] })

  // A machine elsewhere: only the file with its credential travels.
  const { address } = await told<{ address: string }>('create', 'far')
  const file = join(home, 'far.jwt')
  const far = ['--did', `did:ethr:0x7a69:${address}`, '--roles', 'data-provider', '--as', 'boss']
  expect(await refusalOf('machine', 'open', 'gateway', ...far)).toBe('ERR_OUT')
  const opened = await told<{ account: string }>('machine', 'open', 'gateway', ...far, '--out', file)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await told('accept', 'far', file, '--receipt')).toMatchObject({ account: opened.account })
  const listed = await told<{ name: string; status: string }[]>('machine', 'list', '--as', 'boss')
  expect(listed.map(({ name: called, status }) => `${called} ${status}`)).toEqual(['reader active', 'gateway active'])

  const again = await told('machine', 'reissue', reader.account, '--wallet', 'reader', '--as', 'boss')
  expect(again).toMatchObject({ account: reader.account, version: 2, status: 'active' })
  await told('sign-in', 'reader')
  await told('machine', 'close', reader.account, '--as', 'boss')
  expect(await refusalOf('sign-in', 'reader')).toBe('ERR_ACCOUNT_NOT_ACTIVE')
})
