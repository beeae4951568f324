import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ethereumDidRegistryAbi } from '@opem/contracts'
import type { Operation } from '@opem/domain'
import { developmentWallet } from '@opem/ssi'
import { issueCredential } from '@opem/ssi/credential'
import { accountIdOf, createDidResolver, type Did, didOfAddress } from '@opem/ssi/did'
import { agreementKeyOf, createDidcommClient } from '@opem/ssi/didcomm'
import { createGuardedFetch } from '@opem/ssi/guarded-fetch'
import { createChainPorts, verifyPresentation } from '@opem/ssi/verifier'
import { bytesToHex, stringToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Marketplace, openMarketplace } from '../../../contracts/testing/marketplace.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')
const CHALLENGE = `0x${'ab'.repeat(32)}` as const
const SECRET = 'correct horse battery staple'
/** The marketplace: a development account with a key agreement key. */
const seat = developmentWallet(5)
const MARKETPLACE = didOfAddress(31337, seat.address)
const agreement = agreementKeyOf(new Uint8Array(32).fill(9))
const now = () => Math.floor(Date.now() / 1000)

let chain: Marketplace
let home: string
let door: Server
let api: string
let serving: ChildProcess | undefined

interface Run {
  code: number
  stdout: string
  stderr: string
}
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  new Promise<Run>((resolve) => {
    execFile(process.execPath, [OPEM, 'wallet', ...args], { env: environment(env) }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
const environment = (env: Record<string, string>) => ({
  ...process.env,
  OPEM_HOME: home,
  OPEM_PORT: '28410',
  OPEM_CHAIN_URL: chain.url,
  OPEM_API_URL: api,
  OPEM_DEBUG: '',
  OPEM_WALLET_SECRET: SECRET,
  ...env,
})
/** Runs a verb that has to succeed, and reads its one JSON value. */
async function told<T = Record<string, never>>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json'])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as T
}
const refusalOf = async (...args: string[]) => (await run(args)).stderr.split(':')[0]

const resolver = () =>
  createDidResolver({ rpcUrl: chain.url, chainId: 31337, registry: chain.addresses.EthereumDIDRegistry })
const ports = () => ({
  ...createChainPorts({ rpcUrl: chain.url, addresses: chain.addresses }),
  resolver: resolver(),
  chainId: 31337,
  marketplace: MARKETPLACE,
})

/** What the door of the marketplace saw, and what it answers once a presentation was verified. */
const seen: { path: string; cookie: string | undefined; body: Record<string, never> }[] = []
const answers: Record<string, () => unknown> = {}
const expectations: Record<string, { operation: Operation; types: readonly never[] }> = {}

/** The routes that a wallet needs, with the verifier of the product behind them; sessions and accounts are elsewhere. */
const openDoor = () =>
  createServer((request, response) => {
    const answer = (status: number, value: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'set-cookie': 'opem_browser=b1; HttpOnly; Path=/' })
        .end(JSON.stringify(value))
    let text = ''
    request.on('data', (part: Buffer) => {
      text += part.toString()
    })
    request.on('end', async () => {
      const path = request.url ?? ''
      const body = JSON.parse(text || '{}')
      seen.push({ path, cookie: request.headers.cookie, body })
      if (path === '/v1/access/challenges') {
        return answer(200, { challenge: CHALLENGE, audience: MARKETPLACE, chainId: 31337, expiresAt: '' })
      }
      const expected = { challenge: CHALLENGE, audience: MARKETPLACE, now: now(), ...expectations[path]! }
      const verified = await verifyPresentation(body.presentation, expected, ports())
      if (!verified.ok) return answer(422, { code: verified.code, detail: verified.reason })
      return answer(200, answers[path]?.())
    })
  })

beforeAll(async () => {
  chain = await openMarketplace()
  home = mkdtempSync(join(tmpdir(), 'opem-wallet-cli-'))
  writeFileSync(join(home, 'deployment.json'), JSON.stringify({ chainId: 31337, block: 0, addresses: chain.addresses }))
  door = openDoor()
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  api = `http://127.0.0.1:${(door.address() as { port: number }).port}`
  const name = stringToHex('did/pub/X25519/enc/base58', { size: 32 })
  await chain.mined(
    await chain.operator.writeContract({
      account: seat,
      address: chain.addresses.EthereumDIDRegistry,
      abi: ethereumDidRegistryAbi,
      functionName: 'setAttribute',
      args: [seat.address, name, bytesToHex(agreement.publicKey), 1_000_000n],
    }),
  )
})
afterAll(async () => {
  serving?.kill('SIGTERM')
  door?.close()
  await chain?.close()
  rmSync(home, { recursive: true, force: true })
})

const company = (endpoint: string) => [
  ...['create', 'solar', '--company', 'Solar SA', '--url', 'https://solar.example/', '--endpoint', endpoint],
  '--development',
]
let did: Did
let ann: Did

test("a company's wallet needs a passphrase or a plain word, and is made once", async () => {
  const endpoint = 'http://127.0.0.1:28499/didcomm'
  const without = await run(company(endpoint), { OPEM_WALLET_SECRET: '' })
  expect(without).toMatchObject({ code: 1, stderr: expect.stringMatching(/^ERR_WALLET_SECRET: /) })
  expect(await refusalOf('create', 'solar', '--company', 'Solar SA')).toBe('ERR_WALLET_PROFILE')
  const made = await told<{ did: Did; marketplace: Did; path: string }>(...company(endpoint))
  did = made.did
  expect(made.marketplace).toBe(MARKETPLACE)
  expect(statSync(join(made.path, 'keys.json')).mode & 0o777).toBe(0o600)
  expect(await refusalOf(...company(endpoint))).toBe('ERR_WALLET_EXISTS')
})

test('wallets are listed and shown without a passphrase', async () => {
  await told('create', 'ann')
  const { stdout } = await run(['list'], { OPEM_WALLET_SECRET: '' })
  expect(stdout).toMatch(/^0x[0-9a-f]{40} {2}ann\n0x[0-9a-f]{40} {2}solar\n$/)
  const shown = await told<{ company: object; acceptFrom: string[] }>('show', 'solar')
  expect(shown).toMatchObject({ did, company: { name: 'Solar SA' }, acceptFrom: [], pending: 0 })
  ann = didOfAddress(31337, (await told<{ address: `0x${string}` }>('address', 'ann')).address)
  expect(await refusalOf('show', 'nobody')).toBe('ERR_WALLET_MISSING')
})

const representative = () => [
  ...['issue', 'solar', '--to', ann, '--name', 'Ann Example', '--email', 'ann@solar.example'],
  ...['--expires', '30d', '--out', join(home, 'ann.jwt')],
]

test('an employee gets a credential in a file, accepts it and presents it', async () => {
  expect(await refusalOf(...representative(), '--roles', 'boss')).toBe('ERR_ROLES')
  const issued = await told<{ hash: string }>(...representative(), '--roles', 'administrator')
  expect(statSync(join(home, 'ann.jwt')).mode & 0o777).toBe(0o600)
  expect(await refusalOf('accept', 'solar', join(home, 'ann.jwt'))).toBe('ERR_CREDENTIAL_SUBJECT')
  expect(await told('accept', 'ann', join(home, 'ann.jwt'))).toMatchObject({ hash: issued.hash, status: 'accepted' })

  const { jwt } = await told<{ jwt: string }>(
    ...['present', 'ann', '--challenge', CHALLENGE, '--audience', MARKETPLACE, '--credential', issued.hash],
    ...['--operation', 'sign-in'],
  )
  const expected = { operation: 'sign-in', challenge: CHALLENGE, audience: MARKETPLACE, now: now() } as const
  const verified = await verifyPresentation(
    { kind: 'vp-jwt', jwt },
    { ...expected, types: ['RepresentativeCredential'] },
    ports(),
  )
  expect(verified).toMatchObject({ ok: true, value: { holder: ann } })
  const asked = ['present', 'ann', '--audience', 'a', '--credential', 'b', '--operation']
  expect(await refusalOf(...asked, 'sign-in', '--challenge', '0x1')).toBe('ERR_CHALLENGE')
  expect(await refusalOf(...asked, 'sing-in', '--challenge', CHALLENGE)).toBe('ERR_OPERATION')
})

test('a representative signs in: the cookie goes along, and the tokens lie in a file of mode 600', async () => {
  expectations['/v1/access/sign-ins'] = { operation: 'sign-in', types: ['RepresentativeCredential' as never] }
  answers['/v1/access/sign-ins'] = () => ({
    session: { name: 'Ann Example', account: CHALLENGE, roles: ['administrator'] },
    accessToken: 'secret-token',
    refreshHandle: 'secret-handle',
  })
  const { stdout } = await run(['sign-in', 'ann'])
  const path = join(home, 'sessions', 'ann.json')
  expect(stdout).toBe(`Ann Example is signed in as administrator: ${path}\n`)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ accessToken: 'secret-token', browser: 'b1', api })
  expect(seen.at(-1)).toMatchObject({ cookie: 'opem_browser=b1', body: { tokens: 'body' } })
})

test('tokens are not sent over a network in the clear', async () => {
  const { code, stderr } = await run(['sign-in', 'ann'], { OPEM_API_URL: 'http://192.0.2.1:8400' })
  expect([code, stderr.split(':')[0]]).toEqual([1, 'ERR_ACCESS_URL'])
})

test('a company registers by its administrator, and only after the terms', async () => {
  expectations['/v1/access/registrations'] = {
    operation: 'register-company',
    types: ['RepresentativeCredential' as never],
  }
  answers['/v1/access/registrations'] = () => ({ account: accountIdOf(did), status: 'pending', delivery: 'wallet' })
  const register = ['register', 'ann', '--kind', 'company', '--roles', 'service-provider,data-user']
  expect(await refusalOf(...register)).toBe('ERR_TERMS')
  expect(await told(...register, '--accept-terms', '1')).toEqual({
    account: accountIdOf(did),
    status: 'pending',
    delivery: 'wallet',
  })
  expect(seen.at(-1)?.body).toMatchObject({ kind: 'company', roles: ['service-provider', 'data-user'], terms: '1' })
})

test("the wallet serves: the marketplace's credential waits, is accepted, and is receipted", async () => {
  const { url } = await serve()
  const client = createDidcommClient({
    did: MARKETPLACE,
    keys: [agreement],
    resolver: resolver(),
    fetch: createGuardedFetch({ allowLoopback: true }),
  })
  const jwt = await issueCredential({
    issuer: MARKETPLACE,
    signer: seat,
    type: 'AccountCredential',
    subject: did,
    claims: {
      account: accountIdOf(did),
      kind: 'company',
      version: 1,
      previous: null,
      roles: ['data-user'],
      name: 'Solar SA',
      contracts: [],
    },
    expiresAt: now() + 3600,
  })
  expect(await client.issueToWallet(`${url}/didcomm`, did, jwt)).toMatchObject({ acceptance: 'pending' })
  const [waiting] = await told<{ hash: string; status: string }[]>('list', 'solar')
  expect(waiting).toMatchObject({ status: 'pending', held: true })

  expectations['/v1/access/receipts'] = { operation: 'receipt', types: ['AccountCredential' as never] }
  answers['/v1/access/receipts'] = () => ({ account: accountIdOf(did), status: 'active' })
  expect(await told('accept', 'solar', waiting!.hash.slice(0, 12), '--receipt')).toMatchObject({
    status: 'accepted',
    account: accountIdOf(did),
  })
  const asked = { operation: 'sign-in', challenge: CHALLENGE, audience: MARKETPLACE, types: ['AccountCredential'] }
  expect(await client.requestPresentation(`${url}/didcomm`, did, asked)).toMatch(/^ey/)
})

test('who may act for the company on chain is said with each credential and with the wallet', async () => {
  // Ann is administrator since her first credential.
  const all = ['data-provider', 'service-provider', 'data-user', 'service-user']
  const [issued] = (await told<{ held: boolean; onChain: string[] }[]>('list', 'solar')).filter(({ held }) => !held)
  expect(issued?.onChain).toEqual(all)
  const { representatives } = await told<{ representatives: { address: string; role: string }[] }>('show', 'solar')
  expect(representatives.map(({ role }) => role)).toEqual(all)
  const address = ann.slice(-42)
  expect((await run(['show', 'solar'])).stdout).toContain(
    `${address} may act on chain as data-provider, service-provider, data-user, service-user, until `,
  )
  expect((await run(['list', 'solar'])).stdout).toContain('; on chain data-provider, service-provider, data-user, ')
  expect((await run(['publish', 'solar'])).stdout).toBe('the chain says already what the wallet says\n')
})

test('a wallet is looked at without a chain, and what only the chain knows is said not to be known', async () => {
  const away = { OPEM_CHAIN_URL: 'http://127.0.0.1:9' }
  expect((await run(['show', 'solar'], away)).stdout).toContain('who may act for the company on chain is not known now')
  expect((await run(['list', 'solar'], away)).stdout).toContain('; on chain not known now')
})

// A command is a process of its own, and this test starts thirteen.
test('roles are limited, credentials revoked, keys rotated', async () => {
  // Ann has been administrator; from here on her roles are what the next credentials say.
  const given = (await told<{ hash: string; held: boolean }[]>('list', 'solar')).filter(({ held }) => !held)
  await told('revoke', 'solar', given[0]!.hash)
  const both = await told<{ hash: string; onChain: object }>(...representative(), '--roles', 'data-user,service-user')
  expect(both.onChain).toMatchObject({ status: 'written' })
  const limited = await told<{ hash: string; roles: string[] }>('limit', 'solar', both.hash, '--roles', 'data-user')
  expect(limited.roles).toEqual(['data-user'])
  const { representatives } = await told<{ representatives: { role: string }[] }>('show', 'solar')
  expect(representatives.map(({ role }) => role)).toEqual(['data-user'])
  expect(await refusalOf('limit', 'solar', limited.hash, '--roles', 'administrator')).toBe('ERR_ROLES_NOT_FEWER')
  expect(await told('revoke', 'solar', limited.hash)).toMatchObject({ transaction: expect.stringMatching(/^0x/) })
  expect(await told('revoke', 'solar', limited.hash)).toMatchObject({ transaction: null })
  expect(await refusalOf('accept', 'ann', join(home, 'ann.jwt'))).toBe('ERR_VC_REVOKED')
  expect(await told('rotate', 'solar', '--key', 'signing')).toMatchObject({ did, key: 'signing' })
  expect((await run(['rotate', 'solar', '--key', 'front-door'])).code).toBe(1)
  expect((await run(['revoke', 'solar', both.hash], { OPEM_WALLET_SECRET: 'not the passphrase' })).stderr).toMatch(
    /^ERR_WALLET_LOCKED: /,
  )
}, 180_000)

test('a citizen registers with an Identity credential and has an active account at once', async () => {
  await told('create', 'bob')
  const bob = didOfAddress(31337, (await told<{ address: `0x${string}` }>('address', 'bob')).address)
  const identity = await issueCredential({
    issuer: MARKETPLACE,
    signer: seat,
    type: 'IdentityCredential',
    subject: bob,
    claims: { name: 'Bob' },
    expiresAt: now() + 3600,
  })
  writeFileSync(join(home, 'bob.jwt'), identity)
  // Nobody accredited this issuer: the wallet does not take in what the marketplace would refuse.
  expect(await refusalOf('accept', 'bob', join(home, 'bob.jwt'))).toBe('ERR_VC_ISSUER')
  await accredit(MARKETPLACE, 'IdentityCredential')
  await told('accept', 'bob', join(home, 'bob.jwt'))

  expectations['/v1/access/registrations'] = { operation: 'register-citizen', types: ['IdentityCredential' as never] }
  const claims = {
    account: accountIdOf(bob),
    kind: 'citizen' as const,
    version: 1,
    previous: null,
    roles: ['data-provider' as const],
    name: 'Bob',
    contracts: [],
  }
  const credential = await issueCredential({
    issuer: MARKETPLACE,
    signer: seat,
    type: 'AccountCredential',
    subject: bob,
    claims,
    expiresAt: now() + 3600,
  })
  answers['/v1/access/registrations'] = () => ({
    account: accountIdOf(bob),
    status: 'pending',
    delivery: 'response',
    credential,
    receipt: { challenge: CHALLENGE, audience: MARKETPLACE },
  })
  answers['/v1/access/receipts'] = () => ({ account: accountIdOf(bob), status: 'active' })
  const register = ['register', 'bob', '--kind', 'citizen', '--roles', 'data-provider', '--accept-terms', '1']
  expect(await told(...register)).toMatchObject({ account: accountIdOf(bob), status: 'active' })
  expect(await told<object[]>('list', 'bob')).toHaveLength(2)
})

async function serve(): Promise<{ url: string }> {
  mkdirSync(home, { recursive: true })
  serving = spawn(process.execPath, [OPEM, 'wallet', 'serve', 'solar', '--port', '0', '--json'], {
    env: environment({}),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: serving.stdout! })
  for await (const line of lines) return JSON.parse(line) as { url: string }
  throw new Error('the wallet ended')
}

async function accredit(issuer: Did, type: string): Promise<void> {
  const { issuerRegistryAbi } = await import('@opem/contracts')
  const { keccak256, stringToBytes } = await import('viem')
  await chain.mined(
    await chain.operator.writeContract({
      address: chain.addresses.IssuerRegistry,
      abi: issuerRegistryAbi,
      functionName: 'accredit',
      args: [accountIdOf(issuer), keccak256(stringToBytes(type))],
    }),
  )
}
