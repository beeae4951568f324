import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ethereumDidRegistryAbi } from '@opem/contracts'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf, type Marketplace, openMarketplace } from '../../../contracts/testing/marketplace.ts'
import type { Role } from '../credential/index.ts'
import { createRepresentativeReader, type Did, didOfAddress, didOfJwk } from '../did/index.ts'
import { developmentWallet } from '../wallet/development.ts'
import { type CloudWallet, createCloudWallet, openCloudWallet } from './cloud-wallet.ts'
import { followBook } from './follow-book.ts'

const SECRET = { kind: 'file-mode' } as const
const MARKETPLACE = didOfAddress(31337, developmentWallet(5).address)
const now = () => Math.floor(Date.now() / 1000)
const addressOf = (name: string) => privateKeyToAccount(keyOf(name)).address.toLowerCase() as `0x${string}`

let chain: Marketplace
let folder: string
beforeAll(async () => {
  chain = await openMarketplace()
  folder = mkdtempSync(join(tmpdir(), 'opem-representatives-'))
})
afterAll(async () => {
  await chain?.close()
  rmSync(folder, { recursive: true, force: true })
})

const chainOf = (rpcUrl = chain.url) => ({ rpcUrl, chainId: 31337, addresses: chain.addresses })
const openAgain = (name: string, rpcUrl?: string) =>
  openCloudWallet({ home: join(folder, name), secret: SECRET, chain: chainOf(rpcUrl) })
const newWallet = (name: string) =>
  createCloudWallet({
    home: join(folder, name),
    secret: SECRET,
    chain: chainOf(),
    company: { name, url: 'https://solar.example/' },
    endpoint: 'http://127.0.0.1:1/didcomm',
    marketplace: MARKETPLACE,
    giver: developmentWallet(0),
  })
const employee = (name: string, roles: readonly Role[], expiresAt = now() + 86_400) => ({
  subject: didOfAddress(31337, addressOf(name)),
  name,
  email: 'somebody@solar.example',
  roles,
  expiresAt,
})
const transactions = (wallet: CloudWallet) =>
  chain.client.getTransactionCount({ address: wallet.did.slice(-42) as `0x${string}` })
/** What the registry itself answers, which contracts ask. */
const asked = (wallet: CloudWallet, type: `0x${string}`, name: string) =>
  chain.client.readContract({
    address: chain.addresses.EthereumDIDRegistry,
    abi: ethereumDidRegistryAbi,
    functionName: 'validDelegate',
    args: [wallet.did.slice(-42) as `0x${string}`, type, addressOf(name)],
  })
// opem/service-provider and opem/data-user, padded.
const SERVICE_PROVIDER = '0x6f70656d2f736572766963652d70726f76696465720000000000000000000000'
const DATA_USER = '0x6f70656d2f646174612d75736572000000000000000000000000000000000000'
const rightsIn = async (wallet: CloudWallet) =>
  (await wallet.onChain()).map(({ role, address }) => `${role} ${address}`)

test('a credential lets its holder act for the company on chain, in its roles and for as long as it counts', async () => {
  const wallet = await newWallet('plain')
  const expiresAt = now() + 7200
  const { onChain } = await wallet.issueRepresentative(employee('clerk', ['service-provider'], expiresAt))
  const given = { address: addressOf('clerk'), role: 'service-provider' }
  expect(onChain).toEqual({ status: 'written', added: [given] })
  expect(await asked(wallet, SERVICE_PROVIDER, 'clerk')).toBe(true)
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(false)
  const [delegate, ...others] = await wallet.onChain()
  expect([delegate, others]).toMatchObject([given, []])
  expect(Math.abs(delegate!.validTo - expiresAt)).toBeLessThan(60)
})

test('an administrator acts in all four roles', async () => {
  const wallet = await newWallet('administered')
  await wallet.issueRepresentative(employee('boss', ['administrator']))
  expect((await rightsIn(wallet)).map((right) => right.split(' ')[0])).toEqual([
    'data-provider',
    'service-provider',
    'data-user',
    'service-user',
  ])
})

test('limiting takes the lost roles back on chain and leaves the others as they are', async () => {
  const wallet = await newWallet('limiting')
  const { jti } = await wallet.issueRepresentative(employee('clerk', ['service-provider', 'data-user']))
  const before = await transactions(wallet)
  const limited = await wallet.limitRoles(jti, ['data-user'])
  expect(limited.onChain).toEqual({ status: 'written', added: [] })
  expect(await asked(wallet, SERVICE_PROVIDER, 'clerk')).toBe(false)
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(true)
  // One revocation of the credential, one of the role.
  expect((await transactions(wallet)) - before).toBe(2)
})

test('revoking takes all back, but for what another credential of the same person still gives', async () => {
  const wallet = await newWallet('revoking')
  const first = await wallet.issueRepresentative(employee('clerk', ['service-provider', 'data-user']))
  const second = await wallet.issueRepresentative(employee('clerk', ['data-user']))
  await wallet.revoke([first.jti])
  expect(await asked(wallet, SERVICE_PROVIDER, 'clerk')).toBe(false)
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(true)
  await wallet.revoke([second.jti])
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(false)
})

test('what the chain says already is not written again', async () => {
  const wallet = await newWallet('idempotent')
  await wallet.issueRepresentative(employee('clerk', ['data-user']))
  const before = await transactions(wallet)
  expect(await wallet.publishRepresentatives()).toEqual({ added: [], takenBack: [] })
  await wallet.issueRepresentative(employee('clerk', ['data-user']))
  expect(await transactions(wallet)).toBe(before)
})

test('an employee whose wallet is no address on the chain gets the credential, and a sentence', async () => {
  const wallet = await newWallet('off-chain')
  const subject = didOfJwk({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }) as Did
  const issued = await wallet.issueRepresentative({ ...employee('abroad', ['data-user']), subject })
  expect(issued.onChain).toMatchObject({ status: 'none', reason: expect.stringMatching(/^The holder has no address/) })
  await wallet.revoke([issued.jti])
  expect(await wallet.onChain()).toEqual([])
})

test('a chain that is away keeps no credential back: the right waits, and is brought later', async () => {
  const wallet = await newWallet('patient')
  const cut = await openAgain('patient', 'http://127.0.0.1:9')
  const issued = await cut.issueRepresentative(employee('clerk', ['data-user']))
  expect(issued.onChain).toMatchObject({ status: 'waiting', code: 'ERR_CHAIN_UNREACHABLE' })
  expect(issued.jwt).toMatch(/^ey/)
  await expect(cut.revoke([issued.jti])).rejects.toMatchObject({ code: 'ERR_CHAIN_UNREACHABLE', retryable: true })
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(false)
  const added = [{ address: addressOf('clerk'), role: 'data-user' }]
  expect(await wallet.publishRepresentatives()).toEqual({ added, takenBack: [] })
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(true)
})

test('a wallet that serves brings what waited by itself', async () => {
  const wallet = await newWallet('following')
  const cut = await openAgain('following', 'http://127.0.0.1:9')
  await cut.issueRepresentative(employee('clerk', ['data-user']))
  let looked = 0
  const publish = () => {
    looked += 1
    return looked === 1 ? cut.publishRepresentatives() : wallet.publishRepresentatives()
  }
  const stop = followBook({ home: join(folder, 'following'), publish, every: 50, quiet: 0 })
  await expect.poll(() => asked(wallet, DATA_USER, 'clerk'), { timeout: 10_000 }).toBe(true)
  stop()
})

test('what was taken back here but not there is finished by the same call', async () => {
  const wallet = await newWallet('half-done')
  const { jti, jwt, ...entry } = await wallet.issueRepresentative(employee('clerk', ['data-user']))
  const { openIssuedBook } = await import('./issued.ts')
  // The power failed between the book and the chain.
  await openIssuedBook(join(folder, 'half-done')).markRevoked([jti], now())
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(true)
  expect(await wallet.revoke([entry.hash])).toBeUndefined()
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(false)
})

test('a wallet without ether signs, and another pays', async () => {
  await newWallet('paid')
  const options = { home: join(folder, 'paid'), secret: SECRET, chain: chainOf(), payer: developmentWallet(3) }
  const wallet = await openCloudWallet(options)
  const before = await transactions(wallet)
  const { jti } = await wallet.issueRepresentative(employee('clerk', ['data-user', 'service-user']))
  expect(await rightsIn(wallet)).toEqual([`data-user ${addressOf('clerk')}`, `service-user ${addressOf('clerk')}`])
  await wallet.revoke([jti])
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(false)
  expect(await transactions(wallet)).toBe(before)
})

test('whom a stolen key let act for the company does so no more, whether or not the book knows them', async () => {
  const wallet = await newWallet('robbed')
  await wallet.issueRepresentative(employee('clerk', ['data-user']))
  const thief = await openAgain('robbed')
  // The thief writes to the registry with the stolen key, and to no book.
  const cleanBook = (await wallet.issued()).length
  await thief.issueRepresentative(employee('friend of the thief', ['service-provider']))
  const stolen = (await wallet.issued())[cleanBook]!
  rmSync(join(folder, 'robbed', 'issued', `${stolen.hash}.json`))
  expect(await asked(wallet, SERVICE_PROVIDER, 'friend of the thief')).toBe(true)

  await wallet.rotate('signing', { stolen: true })
  expect(await asked(wallet, SERVICE_PROVIDER, 'friend of the thief')).toBe(false)
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(false)
  expect((await wallet.issued()).map(({ revokedAt }) => revokedAt)).toEqual([expect.any(Number)])

  await wallet.issueRepresentative(employee('clerk', ['data-user']))
  expect(await asked(wallet, DATA_USER, 'clerk')).toBe(true)
})

test('the reader of the marketplace and the wallet say the same', async () => {
  const wallet = await newWallet('read')
  await wallet.issueRepresentative(employee('clerk', ['data-user']))
  const reader = createRepresentativeReader({ rpcUrl: chain.url, registry: chain.addresses.EthereumDIDRegistry })
  expect(await reader.representativesOf(wallet.did)).toEqual(await wallet.onChain())
  expect(await reader.mayActFor(wallet.did, 'data-user', addressOf('clerk'))).toBe(true)
  expect(await reader.mayActFor(wallet.did, 'service-user', addressOf('clerk'))).toBe(false)
})
