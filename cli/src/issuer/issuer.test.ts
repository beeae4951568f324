import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyFile } from '@opem/ssi'
import { agentSecret, openAgent } from '@opem/ssi/agent'
import { issueCredential } from '@opem/ssi/credential'
import { createDidResolver, didOfAddress } from '@opem/ssi/did'
import { createChainPorts, verifyCredential } from '@opem/ssi/verifier'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf, type Marketplace, openMarketplace } from '../../../contracts/testing/marketplace.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')
const office = privateKeyToAccount(keyOf('a registry office'))
const DID = didOfAddress(31337, office.address)

let chain: Marketplace
let home: string
let door: Server
let api: string
let prices = [28, 30]
beforeAll(async () => {
  chain = await openMarketplace()
  home = mkdtempSync(join(tmpdir(), 'opem-issuer-'))
  const { addresses } = chain
  writeFileSync(join(home, 'deployment.json'), JSON.stringify({ chainId: 31337, block: 0, addresses }))
  mkdirSync(join(home, 'keys'))
  await createKeyFile(join(home, 'keys', 'operator.json'), keyOf('operator'))
  await createKeyFile(join(home, 'keys', 'nobody.json'), keyOf('node 1'))
  door = createServer((_, response) => {
    const at = (hour: number) => `2026-01-01T0${hour}:00:00Z`
    const points = prices.map((price, hour) => ({ start: at(hour), seconds: 3600, microEurPerKwh: price * 1000 }))
    const body = { series: 'dk2', prices: points }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  api = `http://127.0.0.1:${(door.address() as { port: number }).port}`
})
afterAll(async () => {
  door?.close()
  await chain?.close()
  rmSync(home, { recursive: true, force: true })
})

const run = (...args: string[]) =>
  new Promise<{ stdout: string; stderr: string; refusal: string | undefined }>((resolve) => {
    const env = { ...process.env, OPEM_HOME: home, OPEM_CHAIN_URL: chain.url, OPEM_API_URL: api, OPEM_DEBUG: '' }
    execFile(process.execPath, [OPEM, ...args], { env }, (error, stdout, stderr) =>
      resolve({ stdout, stderr, refusal: error ? stderr.split(':')[0] : undefined }),
    )
  })
const told = async (...args: string[]) => {
  const { stdout, stderr } = await run(...args, '--json')
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}
const verdict = async () => {
  const { url: rpcUrl, addresses } = chain
  const issuedAt = Number((await chain.client.getBlock()).timestamp)
  const jwt = await issueCredential({
    ...{ issuer: DID, signer: office, type: 'IdentityCredential', subject: DID, claims: { name: 'Ann' } },
    ...{ issuedAt, expiresAt: issuedAt + 3600 },
  })
  const resolver = createDidResolver({ rpcUrl, chainId: 31337, registry: addresses.EthereumDIDRegistry })
  const ports = { ...createChainPorts({ rpcUrl, addresses }), resolver, chainId: 31337, marketplace: DID }
  const verified = await verifyCredential(jwt, { now: issuedAt + 1 }, ports)
  return verified.ok ? 'ok' : verified.code
}

test('an accredited issuer is believed, named in any spelling of its DID, and said twice nothing is sent', async () => {
  expect(await verdict()).toBe('ERR_VC_ISSUER')
  const spelled = `did:ethr:31337:${office.address}`
  const first = await told('issuer', 'accredit', spelled, '--type', 'IdentityCredential')
  expect(first).toMatchObject({ did: DID, type: 'IdentityCredential', accredited: true })
  expect(first.transaction).toMatch(/^0x[0-9a-f]{64}$/)
  expect(await told('issuer', 'accredit', DID, '--type', 'IdentityCredential')).toMatchObject({ transaction: null })
  expect(await verdict()).toBe('ok')
  expect((await run('issuer', 'list')).stdout).toMatch(new RegExp(`^${DID} {2}IdentityCredential, since 20`))
})

test('a withdrawn issuer is believed no more, and the list says until when it was', async () => {
  await told('issuer', 'accredit', DID, '--type', 'DataSourceCredential')
  expect(await told('issuer', 'withdraw', DID, '--type', 'IdentityCredential')).toMatchObject({ accredited: false })
  await chain.tester.increaseTime({ seconds: 5 })
  await chain.tester.mine({ blocks: 1 })
  expect(await verdict()).toBe('ERR_VC_ISSUER')
  const list = await told('issuer', 'list')
  expect(list).toMatchObject([
    { did: DID, type: 'IdentityCredential', until: expect.stringMatching(/^20/) },
    { did: DID, type: 'DataSourceCredential', until: null },
  ])
})

test('what no issuer is accredited for, no DID of this chain, and a key that is no operator’s are refused', async () => {
  expect((await run('issuer', 'accredit', DID, '--type', 'AccountCredential')).refusal).toBe('ERR_CREDENTIAL_TYPE')
  const other = `did:ethr:0x1:${office.address}`
  expect((await run('issuer', 'accredit', other, '--type', 'IdentityCredential')).refusal).toBe('ERR_DID')
  const nobody = ['--wallet', join(home, 'keys', 'nobody.json')]
  expect((await run('issuer', 'accredit', DID, '--type', 'IdentityCredential', ...nobody)).refusal).toBe(
    'ERR_NOT_OPERATOR',
  )
})

test('a segment of prices is said anew, the chain keeps that it was, and what is as committed is left alone', async () => {
  expect(await told('prices', 'commit', '--series', 'dk2')).toMatchObject({ segments: 1 })
  const from = ['--from', '2026-01-01T00:00:00Z']
  expect(await told('prices', 'restate', '--series', 'dk2', ...from)).toMatchObject({ transaction: null, revision: 0 })
  prices = [28, 31]
  const [before] = (await told('prices', 'show', '--series', 'dk2')).segments
  expect(before.same).toBe(false)
  const done = await told('prices', 'restate', '--series', 'dk2', ...from)
  expect(done).toMatchObject({ previous: before.hash, revision: 1, transaction: expect.stringMatching(/^0x/) })
  expect((await told('prices', 'show', '--series', 'dk2')).segments).toMatchObject([
    { restated: 1, same: true, hash: done.hash },
  ])
  expect((await run('prices', 'restate', '--series', 'dk2', '--from', '2025-01-01T00:00:00Z')).refusal).toBe(
    'ERR_PRICE_SEGMENT',
  )
})

test('the marketplace’s DID gets a new key by a command, and keeps its name', async () => {
  expect((await run('agent', 'show')).refusal).toBe('ERR_NO_AGENT')
  const access = join(home, 'access')
  const { publishSchemas } = await import('../up/access/credential-schemas.ts')
  const { foundry } = await import('viem/chains')
  const on = { ...foundry, rpcUrls: { default: { http: [chain.url] } } }
  await publishSchemas(on, chain.addresses.SchemaRegistry, chain.operator.account)
  const made = await openAgent({
    ...{ chainId: 31337, path: join(access, 'agent.json'), rpcUrl: chain.url, payer: chain.operator.account },
    secret: agentSecret(undefined, join(access, 'agent-secret')),
    registry: chain.addresses.EthereumDIDRegistry,
  })
  const before = await told('agent', 'show')
  expect(before.did).toBe(made.did)
  const rotated = await told('agent', 'rotate')
  expect(rotated).toMatchObject({ did: made.did, before: before.owner, stolen: false })
  expect(rotated.owner).not.toBe(before.owner)
  expect(await told('agent', 'show')).toEqual({ did: made.did, owner: rotated.owner })
  expect((await made.ownerAccount()).address.toLowerCase()).toBe(rotated.owner)
})
