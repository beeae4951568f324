import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  foundCommunity,
  keyOf,
  type Marketplace,
  memberId,
  openMarketplace,
} from '../../../contracts/testing/marketplace.ts'
import { issueCredential, type Role } from '../credential/index.ts'
import { accountIdOf, type Did, didOfAddress } from '../did/index.ts'
import { createDidcomm, createDidcommClient, didcommEndpointOf, requestPresentationMessage } from '../didcomm/index.ts'
import { createGuardedFetch } from '../guarded-fetch/index.ts'
import { createChainPorts, verifyCredential, verifyPresentation } from '../verifier/index.ts'
import { developmentWallet } from '../wallet/development.ts'
import { createCheck } from './check.ts'
import { type CloudWallet, createCloudWallet, openCloudWallet, publishDocument } from './cloud-wallet.ts'
import { changeDocument } from './did-document.ts'
import { openHolder } from './holder.ts'
import { keysOf, newKeyMaterial, readKeys, writeKeys } from './keys.ts'
import { revokedAt } from './revocations.ts'
import { openWalletChain } from './wallet-chain.ts'

const PASSPHRASE = { kind: 'passphrase', passphrase: 'correct horse battery' } as const
const CHALLENGE = `0x${'ab'.repeat(32)}` as const
const OTHER = `0x${'cd'.repeat(32)}` as const
const now = () => Math.floor(Date.now() / 1000)
const employee = developmentWallet(7)
const SUBJECT = didOfAddress(31337, employee.address)

let chain: Marketplace
let folder: string
let marketplace: CloudWallet
let solar: CloudWallet
let endpoint: string
let close: () => Promise<void>
let account: string

const homeOf = (name: string): string => join(folder, name)
const chainOf = () => ({ rpcUrl: chain.url, chainId: 31337, addresses: chain.addresses })
const ledgerOf = () => openWalletChain(chainOf())
const keys = async (name: string) => keysOf(await readKeys(homeOf(name), PASSPHRASE))
const newWallet = (name: string, marketplaceDid: Did, at: string) =>
  createCloudWallet({
    home: homeOf(name),
    secret: PASSPHRASE,
    chain: chainOf(),
    company: { name, url: 'https://solar.example/' },
    endpoint: at,
    marketplace: marketplaceDid,
    giver: developmentWallet(0),
  })
/** The marketplace's side of DIDComm, with the keys of a wallet that plays it. */
const clientOf = async (wallet: CloudWallet, name: string) =>
  createDidcommClient({
    did: wallet.did,
    keys: [(await keys(name)).agreement],
    resolver: ledgerOf().resolver,
    fetch: createGuardedFetch({ allowLoopback: true }),
  })
const accountCredential = async (version = 1, previous: `0x${string}` | null = null) =>
  issueCredential({
    issuer: marketplace.did,
    signer: (await keys('marketplace')).account,
    type: 'AccountCredential',
    subject: solar.did,
    claims: {
      account: accountIdOf(solar.did),
      kind: 'company',
      version,
      previous,
      roles: ['service-provider'],
      name: 'solar',
      contracts: [],
    },
    expiresAt: now() + 86_400,
  })
const ports = () => ({
  ...createChainPorts({ rpcUrl: chain.url, addresses: chain.addresses }),
  resolver: ledgerOf().resolver,
  chainId: 31337,
  marketplace: marketplace.did,
})
const receipt = { operation: 'receipt', challenge: CHALLENGE, types: ['AccountCredential'] }

beforeAll(async () => {
  chain = await openMarketplace()
  folder = mkdtempSync(join(tmpdir(), 'opem-wallets-'))
  const self = `did:ethr:0x7a69:0x${'0'.repeat(40)}` as Did
  marketplace = await newWallet('marketplace', self, 'http://127.0.0.1:1/didcomm')
  // The endpoint is published before anybody listens there: the port is found first.
  const probe = await marketplace.serve({ port: 0 })
  await probe.close()
  endpoint = `${probe.url}/didcomm`
  solar = await newWallet('solar', marketplace.did, endpoint)
  close = (await solar.serve({ port: Number(new URL(endpoint).port) })).close
})
afterAll(async () => {
  await close?.()
  await chain?.close()
  rmSync(folder, { recursive: true, force: true })
})

test("a company's DID shows its key agreement key and its endpoint to the whole chain", async () => {
  const resolved = await ledgerOf().resolver.resolve(solar.did)
  expect(resolved.keyAgreement.map(({ publicKey }) => publicKey)).toEqual([(await keys('solar')).agreement.publicKey])
  expect(didcommEndpointOf(resolved)).toBe(endpoint)
})

test('a wallet keeps everything in files of mode 600, and its keys sealed', async () => {
  const { account: signer } = await keys('solar')
  for (const file of readdirSync(homeOf('solar')).filter((name) => name.endsWith('.json'))) {
    expect(statSync(join(homeOf('solar'), file)).mode & 0o777).toBe(0o600)
  }
  const text = readFileSync(join(homeOf('solar'), 'keys.json'), 'utf8')
  expect(JSON.parse(text).kind).toBe('scrypt-aes-256-gcm')
  expect(signer.address.toLowerCase()).toBe(solar.did.slice(-42))
  const options = { home: homeOf('solar'), chain: chainOf() }
  await expect(openCloudWallet(options)).rejects.toMatchObject({ code: 'ERR_WALLET_LOCKED' })
  const wrong = { kind: 'passphrase', passphrase: 'wrong horse battery' } as const
  await expect(openCloudWallet({ ...options, secret: wrong })).rejects.toMatchObject({ code: 'ERR_WALLET_LOCKED' })
})

test('a wallet is never made over another', async () => {
  await expect(newWallet('solar', marketplace.did, endpoint)).rejects.toMatchObject({ code: 'ERR_WALLET_EXISTS' })
})

test('the marketplace issues an Account credential, the company accepts it, and its wallet answers the receipt', async () => {
  const client = await clientOf(marketplace, 'marketplace')
  account = await accountCredential()
  const { thid, acceptance } = await client.issueToWallet(endpoint, solar.did, account)
  expect(acceptance).toBe('pending')

  const ask = () => client.requestPresentation(endpoint, solar.did, { ...receipt, audience: marketplace.did, thid })
  await expect(ask()).rejects.toMatchObject({
    code: 'ERR_WALLET_REFUSED',
    details: { code: 'ERR_WALLET_NOT_ACCEPTED' },
  })

  const [pending] = await solar.credentials.list()
  expect(pending).toMatchObject({ status: 'pending', type: 'AccountCredential', from: marketplace.did })
  await solar.accept(pending!.hash)

  const jwt = await ask()
  const expected = { operation: 'receipt', challenge: CHALLENGE, audience: marketplace.did, now: now() } as const
  const verified = await verifyPresentation(
    { kind: 'vp-jwt', jwt },
    { ...expected, types: ['AccountCredential'] },
    ports(),
  )
  expect(verified).toMatchObject({ ok: true, value: { holder: solar.did, credentials: [{ hash: pending!.hash }] } })

  const foreign = { ...expected, challenge: OTHER, types: ['AccountCredential'] } as const
  expect(await verifyPresentation({ kind: 'vp-jwt', jwt }, foreign, ports())).toMatchObject({
    ok: false,
    code: 'ERR_VP_CHALLENGE',
  })
  const elsewhere = { ...expected, operation: 'sign-in', types: ['AccountCredential'] } as const
  expect(await verifyPresentation({ kind: 'vp-jwt', jwt }, elsewhere, ports())).toMatchObject({
    ok: false,
    code: 'ERR_VP_OPERATION',
  })
})

test('the wallet shows the very credential that the marketplace names, and says when it has none', async () => {
  const client = await clientOf(marketplace, 'marketplace')
  const [held] = await solar.credentials.list()
  const named = { ...receipt, audience: marketplace.did }
  const jwt = await client.requestPresentation(endpoint, solar.did, { ...named, credentials: [held!.hash] })
  expect(JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()).vp.verifiableCredential).toEqual([account])
  await expect(
    client.requestPresentation(endpoint, solar.did, { ...named, credentials: [OTHER] }),
  ).rejects.toMatchObject({ details: { code: 'ERR_WALLET_NOTHING_HELD' } })
})

test('another audience, another credential, another operation: the wallet refuses each', async () => {
  const client = await clientOf(marketplace, 'marketplace')
  const refusalOf = (change: object) =>
    client
      .requestPresentation(endpoint, solar.did, { ...receipt, audience: marketplace.did, ...change })
      .catch((error: { details: { code: string } }) => error.details.code)
  expect(await refusalOf({ audience: solar.did })).toBe('ERR_WALLET_AUDIENCE')
  expect(await refusalOf({ types: ['RepresentativeCredential'] })).toBe('ERR_WALLET_NOT_SHARED')
  expect(await refusalOf({ types: ['AccountCredential', 'RepresentativeCredential'] })).toBe('ERR_WALLET_NOT_SHARED')
  expect(await refusalOf({ operation: 'register-company' })).toBe('ERR_WALLET_OPERATION')
})

test('a stranger is turned away, and so is a stranger in the name of the marketplace', async () => {
  const stranger = await newWallet('stranger', marketplace.did, 'http://127.0.0.1:1/didcomm')
  const client = await clientOf(stranger, 'stranger')
  await expect(
    client.requestPresentation(endpoint, solar.did, { ...receipt, audience: marketplace.did }),
  ).rejects.toMatchObject({ code: 'ERR_WALLET_ANSWER' })

  const impostor = createDidcomm({
    did: marketplace.did,
    keys: [(await keys('stranger')).agreement],
    resolver: ledgerOf().resolver,
  })
  await expect(impostor.pack(solar.did, requestPresentationMessage({ ...receipt, audience: 'x' }))).rejects.toThrow()
})

test('a message to the wallet counts once, over a restart too', async () => {
  const didcomm = createDidcomm({
    did: marketplace.did,
    keys: [(await keys('marketplace')).agreement],
    resolver: ledgerOf().resolver,
  })
  const draft = requestPresentationMessage({ ...receipt, audience: marketplace.did })
  const { packed } = await didcomm.pack(solar.did, draft)
  const send = async () => {
    const headers = { 'content-type': 'application/didcomm-encrypted+json' }
    const response = await fetch(endpoint, { method: 'POST', headers, body: packed })
    return [response.status, response.headers.get('content-type')]
  }
  expect(await send()).toEqual([200, 'application/didcomm-encrypted+json'])
  expect(await send()).toEqual([400, 'application/problem+json'])
  const again = await openCloudWallet({ home: homeOf('solar'), secret: PASSPHRASE, chain: chainOf() })
  expect(await again.answer(packed)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_REPLAY' })
})

test('a credential about another, one by another issuer, and one that is over are not taken in', async () => {
  const client = await clientOf(marketplace, 'marketplace')
  const { account: signer } = await keys('marketplace')
  const terms = {
    issuer: marketplace.did,
    signer,
    type: 'AccountCredential' as const,
    subject: solar.did,
    claims: {
      account: accountIdOf(solar.did),
      kind: 'company' as const,
      version: 1,
      previous: null,
      roles: ['data-user' as const],
      name: 'solar',
      contracts: [],
    },
    expiresAt: now() + 600,
  }
  const codeOf = async (jwt: string) =>
    client.issueToWallet(endpoint, solar.did, jwt).catch((error: { details: { code: string } }) => error.details.code)
  expect(await codeOf(await issueCredential({ ...terms, subject: SUBJECT }))).toBe('ERR_CREDENTIAL_SUBJECT')
  expect(await codeOf(await issueCredential({ ...terms, signer: employee }))).toBe('ERR_VC_SIGNATURE')
  expect(await codeOf(await issueCredential({ ...terms, issuer: SUBJECT, signer: employee }))).toBe('ERR_VC_ISSUER')
  expect(await codeOf(await issueCredential({ ...terms, issuedAt: 1, expiresAt: now() }))).toBe(
    'ERR_CREDENTIAL_EXPIRED',
  )
})

const representative = (roles: readonly Role[]) => ({
  subject: SUBJECT,
  name: 'Ann Example',
  email: 'ann@solar.example',
  roles,
  expiresAt: now() + 3600,
})

test("a company issues its employees' credentials, limits their roles and takes them back", async () => {
  const issued = await solar.issueRepresentative(representative(['data-user', 'service-user']))
  const verify = (jwt: string) => verifyCredential(jwt, { now: now() }, ports())
  expect(await verify(issued.jwt)).toMatchObject({
    ok: true,
    value: { type: 'RepresentativeCredential', issuer: solar.did, subject: SUBJECT },
  })

  const limited = await solar.limitRoles(issued.jti, ['data-user'])
  expect(limited.roles).toEqual(['data-user'])
  expect(await verify(issued.jwt)).toMatchObject({ ok: false, code: 'ERR_VC_REVOKED' })
  expect(await verify(limited.jwt)).toMatchObject({ ok: true, value: { claims: { name: 'Ann Example' } } })
  await expect(solar.limitRoles(limited.jti, ['administrator'])).rejects.toMatchObject({ code: 'ERR_ROLES_NOT_FEWER' })
  await expect(solar.limitRoles(limited.jti, ['data-user'])).rejects.toMatchObject({ code: 'ERR_ROLES_NOT_FEWER' })

  await solar.revoke([limited.hash])
  expect(await verify(limited.jwt)).toMatchObject({ ok: false, code: 'ERR_VC_REVOKED' })
  expect(await solar.revoke([limited.hash])).toBeUndefined()
  expect((await solar.issued()).every(({ revokedAt: at }) => at !== null)).toBe(true)
})

test('a credential that would never count is not issued', async () => {
  await expect(solar.issueRepresentative({ ...representative(['data-user']), expiresAt: 1 })).rejects.toMatchObject({
    code: 'ERR_EXPIRY',
  })
  await expect(solar.issueRepresentative({ ...representative(['data-user']), email: 'nobody' })).rejects.toMatchObject({
    code: 'ERR_CLAIMS',
  })
})

test('a wallet without ether has another pay: it signs, the payer sends', async () => {
  const payer = developmentWallet(3)
  const options = { home: homeOf('poor'), secret: PASSPHRASE, chain: chainOf() }
  const made = {
    ...options,
    company: { name: 'poor', url: 'https://poor.example/' },
    endpoint: 'http://127.0.0.1:1/didcomm',
    marketplace: marketplace.did,
  }
  const poor = await createCloudWallet({ ...made, payer })
  const { client, resolver } = ledgerOf()
  const address = poor.did.slice(-42) as `0x${string}`
  expect(await client.getBalance({ address })).toBe(0n)
  expect((await resolver.resolve(poor.did)).services).toHaveLength(1)
  const { jti } = await poor.issueRepresentative(representative(['data-user']))
  await poor.revoke([jti])
  expect(await revokedAt(ledgerOf(), address, jti)).toBeTypeOf('number')
  await poor.rotate('signing')
  expect((await resolver.resolve(poor.did)).controller).not.toBe(address)

  const alone = await openCloudWallet(options)
  const second = await alone.issueRepresentative(representative(['data-user']))
  await expect(alone.revoke([second.jti])).rejects.toMatchObject({ code: 'ERR_WALLET_FUNDS' })
})

test('a wallet that could not pay when it was made is published once it can', async () => {
  const options = { home: homeOf('late'), secret: PASSPHRASE, chain: chainOf() }
  const company = { name: 'late', url: 'https://late.example/' }
  const made = { ...options, company, endpoint: 'http://127.0.0.1:1/didcomm', marketplace: marketplace.did }
  await expect(createCloudWallet(made)).rejects.toMatchObject({ code: 'ERR_WALLET_FUNDS' })
  const { did } = await openCloudWallet(options)
  await ledgerOf().give(developmentWallet(0), did.slice(-42) as `0x${string}`, parseEther('1'))
  await publishDocument(options)
  const { version } = await ledgerOf().resolver.resolve(did)
  await publishDocument(options)
  expect(await ledgerOf().resolver.resolve(did)).toMatchObject({ version, keyAgreement: [{}], services: [{}] })
})

test('a member’s wallet takes the Member credential of who administers the community, and of nobody else', async () => {
  const community = await foundCommunity(chain, 1_600_000_000 - (1_600_000_000 % 3600))
  const signer = privateKeyToAccount(keyOf('member'))
  const did = didOfAddress(31337, signer.address)
  const check = createCheck(chainOf(), ledgerOf().resolver, marketplace.did, now)
  const holder = openHolder({ did, signer, home: homeOf('member'), check })
  const terms = {
    type: 'MemberCredential' as const,
    subject: did,
    claims: { community: community.toLowerCase() as `0x${string}`, member: memberId(0) },
    expiresAt: now() + 600,
  }
  const operator = chain.operator.account
  const good = { ...terms, issuer: didOfAddress(31337, operator.address), signer: operator }
  const held = await holder.receive(await issueCredential(good), 'file', 'accepted')
  expect(held).toMatchObject({ type: 'MemberCredential', status: 'accepted' })
  const bad = await issueCredential({ ...terms, issuer: SUBJECT, signer: employee })
  await expect(holder.receive(bad, 'file', 'accepted')).rejects.toMatchObject({ code: 'ERR_VC_ISSUER' })
  // The administrator alone makes nobody a member: solar never joined.
  const stranger = await issueCredential({ ...good, subject: solar.did })
  await expect(solar.receive(stranger, 'file', 'accepted')).rejects.toMatchObject({ code: 'ERR_VC_ISSUER' })
})

/** Blocks in quick succession get a second each, so that the chain runs ahead: what has ended there ends here when we are there. */
async function caughtUp(): Promise<void> {
  const { timestamp } = await chain.client.getBlock()
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, (Number(timestamp) + 1) * 1000 - Date.now())))
}

test('after a rotation the wallet hears with its new key and signs with its new key, under the same DID', async () => {
  const before = await keys('solar')
  const old = await solar.issueRepresentative(representative(['data-user']))
  // Times are whole seconds: what was issued in the very second of the change would count as issued after it.
  await new Promise((resolve) => setTimeout(resolve, 1001 - (Date.now() % 1000)))
  await solar.rotate('agreement')
  await solar.rotate('signing')
  await caughtUp()
  const after = await keys('solar')
  expect(after.account.address).not.toBe(before.account.address)
  const resolved = await ledgerOf().resolver.resolve(solar.did)
  expect(resolved.keyAgreement.map(({ publicKey }) => publicKey)).toEqual([after.agreement.publicKey])
  expect(resolved.controller).toBe(after.account.address.toLowerCase())

  const client = await clientOf(marketplace, 'marketplace')
  const jwt = await client.requestPresentation(endpoint, solar.did, { ...receipt, audience: marketplace.did })
  const expected = { operation: 'receipt', challenge: CHALLENGE, audience: marketplace.did, now: now() } as const
  expect(
    await verifyPresentation({ kind: 'vp-jwt', jwt }, { ...expected, types: ['AccountCredential'] }, ports()),
  ).toMatchObject({ ok: true })
  // What the old key issued counts on, as of its time; what the wallet revokes now, the new key signs and pays for.
  expect(await verifyCredential(old.jwt, { now: now() }, ports())).toMatchObject({ ok: true })
  await solar.revoke([old.jti])
  expect(await verifyCredential(old.jwt, { now: now() }, ports())).toMatchObject({ code: 'ERR_VC_REVOKED' })
})

test('an interrupted rotation is finished with the key that the chain names already', async () => {
  const next = { ...newKeyMaterial(), agreement: (await readKeys(homeOf('solar'), PASSPHRASE)).agreement }
  await writeKeys(join(homeOf('solar'), 'next-signing'), next, PASSPHRASE, 'new')
  const { account: old } = await keys('solar')
  const newOwner = keysOf(next).account.address
  const identity = solar.did.slice(-42) as `0x${string}`
  await changeDocument(ledgerOf(), old, identity, { kind: 'changeOwner', newOwner })
  // The power fails here: the wallet still has its old key.
  await expect(solar.rotate('agreement')).rejects.toMatchObject({ code: 'ERR_WALLET_TRANSACTION' })
  await solar.rotate('signing')
  await solar.rotate('agreement')
  expect((await keys('solar')).account.address).toBe(newOwner)
  const { jwt } = await solar.issueRepresentative(representative(['data-user']))
  expect(await verifyCredential(jwt, { now: now() }, ports())).toMatchObject({ ok: true })
})

test('a stolen key vouches for nothing, whatever it signed and whenever', async () => {
  const old = await solar.issueRepresentative(representative(['data-user']))
  await solar.rotate('signing', { stolen: true })
  expect(await verifyCredential(old.jwt, { now: now() }, ports())).toMatchObject({ code: 'ERR_VC_SIGNATURE' })
})

test('the endpoint tells a stranger nothing: a wrong path, method, media type, size', async () => {
  const base = endpoint.replace('/didcomm', '')
  const statusOf = async (path: string, init: RequestInit = {}) => (await fetch(`${base}${path}`, init)).status
  expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: 'ready', did: solar.did })
  expect(await statusOf('/')).toBe(404)
  expect(await statusOf('/didcomm')).toBe(405)
  expect(await statusOf('/didcomm', { method: 'POST', body: '{}' })).toBe(415)
  const headers = { 'content-type': 'application/didcomm-encrypted+json' }
  expect(await statusOf('/didcomm', { method: 'POST', headers, body: '{}' })).toBe(400)
  expect(await statusOf('/didcomm', { method: 'POST', headers, body: 'x'.repeat(270_000) })).toBe(413)
})
