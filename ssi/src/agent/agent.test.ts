import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { credentialHashOf } from '../credential/hash.ts'
import { accountIdOf, addressOfDid } from '../did/did.ts'
import { payloadOf } from '../testing/forge.ts'
import { CHAIN, claimsFor, openWorld, person, type World } from '../testing/world.ts'
import { verifyCredential } from '../verifier/credential.ts'
import { openAgent } from './agent.ts'
import { openSealedFile } from './sealed-file.ts'
import { agentSecret } from './secret.ts'

const NOW = Math.floor(Date.now() / 1000)
const SECRET = 'a secret of the marketplace'
let world: World
let folder: string
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opem-agent-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (secret = SECRET) =>
  openAgent({
    chainId: CHAIN,
    path: join(folder, 'agent.json'),
    secret,
    rpcUrl: world.rpcUrl,
    registry: world.registry,
    payer: world.operator.account,
  })
type Agent = Awaited<ReturnType<typeof open>>
const company = person('Sunny Street')
const issueAccount = (agent: Agent) =>
  agent.issue({
    type: 'AccountCredential',
    subject: company.did,
    claims: claimsFor.AccountCredential(company.did),
    issuedAt: NOW,
    expiresAt: NOW + 3600,
  })
const verify = (agent: Agent, jwt: string, now = NOW) =>
  verifyCredential(jwt, { now }, { ...world.ports, marketplace: agent.did })

test('the agent keeps its DID and keys in a sealed file of mode 600', async () => {
  const first = await open()
  expect(first.did).toMatch(/^did:ethr:0x7a69:0x[0-9a-f]{40}$/)
  expect(statSync(join(folder, 'agent.json')).mode & 0o777).toBe(0o600)
  const { privateKey } = await first.agreementKey()
  const again = await open()
  expect(again.did).toBe(first.did)
  expect(await again.agreementKey()).toEqual(await first.agreementKey())
  const file = readFileSync(join(folder, 'agent.json'), 'utf8')
  expect(file).not.toContain(Buffer.from(privateKey).toString('hex'))
  expect(file).not.toContain('privateKeyHex')
})

test('a key store opens with its own secret only, unchanged, and while nobody else may read it', async () => {
  await open()
  const path = join(folder, 'agent.json')
  await expect(open('another secret, long')).rejects.toMatchObject({ code: 'ERR_SEALED' })
  await expect(open('short')).rejects.toMatchObject({ code: 'ERR_SECRET' })
  const whole = readFileSync(path, 'utf8')
  writeFileSync(path, whole.replace(/"data":"..../, '"data":"AAAA'))
  await expect(open()).rejects.toMatchObject({ code: 'ERR_SEALED' })
  writeFileSync(path, whole)
  chmodSync(path, 0o640)
  await expect(open()).rejects.toMatchObject({ code: 'ERR_SEALED_MODE' })
})

test('a sealed file is replaced as a whole', () => {
  const file = openSealedFile<{ n: number }>(join(folder, 'deep', 'x.json'), SECRET)
  expect(file.read()).toBeUndefined()
  file.write({ n: 1 })
  file.write({ n: 2 })
  expect(openSealedFile(join(folder, 'deep', 'x.json'), SECRET).read()).toEqual({ n: 2 })
})

test('the secret is the environment’s, or a random one in a file of mode 600', () => {
  const path = join(folder, 'agent.secret')
  expect(agentSecret('from the environment', path)).toBe('from the environment')
  const made = agentSecret(undefined, path)
  expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(agentSecret('', path)).toBe(made)
  chmodSync(path, 0o644)
  expect(() => agentSecret(undefined, path)).toThrow('ERR_SECRET_MODE')
})

test('what the agent issues is verified by the verifier', async () => {
  const agent = await open()
  const account = await issueAccount(agent)
  expect(await verify(agent, account)).toMatchObject({
    ok: true,
    value: { type: 'AccountCredential', issuer: agent.did },
  })
  const receipt = await agent.issue({
    type: 'ReceiptCredential',
    subject: company.did,
    claims: {
      account: accountIdOf(company.did),
      version: 1,
      credentialHash: credentialHashOf(account),
      roles: ['data-user'],
      terms: { version: '1', hash: `0x${'77'.repeat(32)}` },
      activatedAt: '2026-01-01T00:00:00Z',
    },
    expiresAt: NOW + 3600,
    jti: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  })
  expect(payloadOf(receipt).jti).toBe('urn:uuid:00000000-0000-4000-8000-000000000001')
  expect(await verify(agent, receipt)).toMatchObject({ ok: true, value: { type: 'ReceiptCredential' } })
})

test('claims that are not of the type are not issued', async () => {
  const agent = await open()
  const claims = { ...claimsFor.AccountCredential(company.did), operator: true }
  const terms = { type: 'AccountCredential', subject: company.did, claims, expiresAt: NOW + 60 } as const
  await expect(agent.issue(terms)).rejects.toMatchObject({ code: 'ERR_CLAIMS' })
})

test('the agent publishes how it is reached, for years, with a key that holds no ether', async () => {
  const agent = await open()
  await agent.publishAgreementKey()
  await agent.publishEndpoint('https://market.example/didcomm')
  const { publicKey } = await agent.agreementKey()
  expect(await world.client.getBalance({ address: addressOfDid(agent.did)! })).toBe(0n)
  expect(await world.resolver.resolve(agent.did)).toMatchObject({
    keyAgreement: [{ publicKey }],
    services: [
      {
        type: 'DIDCommMessaging',
        serviceEndpoint: { uri: 'https://market.example/didcomm', accept: ['didcomm/v2'] },
      },
    ],
  })
})

test('after a rotation the agent issues with a new key, and what the old one issued stays valid', async () => {
  const agent = await open()
  const before = await issueAccount(agent)
  await world.tester.increaseTime({ seconds: 30 })
  const owner = await agent.rotate()
  expect((await world.resolver.resolve(agent.did)).controller).toBe(owner.toLowerCase())
  expect(await verify(agent, before)).toMatchObject({ ok: true })
  expect(await verify(agent, await issueAccount(agent))).toMatchObject({ ok: true })
  const again = await open()
  expect(again.did).toBe(agent.did)
  await again.publishEndpoint('https://market.example/didcomm')
  expect(await verify(again, await issueAccount(again))).toMatchObject({ ok: true })
})

test('an agent that runs follows a rotation by another process, and never writes the old key back', async () => {
  const running = await open()
  const beside = await open()
  const owner = await beside.rotate()
  await world.tester.increaseTime({ seconds: 30 })
  expect(await verify(running, await issueAccount(running))).toMatchObject({ ok: true })
  await running.publishEndpoint('https://market.example/didcomm')
  expect((await (await open()).ownerAccount()).address).toBe(owner)
})

test('after a theft nothing that the old key issued is valid', async () => {
  const agent = await open()
  const before = await issueAccount(agent)
  await world.tester.increaseTime({ seconds: 30 })
  await agent.rotate({ compromised: true })
  expect(await verify(agent, before)).toMatchObject({ ok: false, code: 'ERR_VC_SIGNATURE' })
  expect(await verify(agent, await issueAccount(agent))).toMatchObject({ ok: true })
})

test('an agent whose DID was handed to a key that it does not hold does not open', async () => {
  const agent = await open()
  const old = readFileSync(join(folder, 'agent.json'))
  await agent.rotate()
  writeFileSync(join(folder, 'agent.json'), old)
  await expect(open()).rejects.toMatchObject({ code: 'ERR_AGENT_KEY' })
})
