import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentialDefinitionRegistryAbi, schemaRegistryAbi } from '@opem/contracts'
import { agentSecret, openAgent } from '@opem/ssi/agent'
import { CREDENTIAL_TYPES, credentialSchemas, schemaReference } from '@opem/ssi/credential'
import { addressOfDid } from '@opem/ssi/did'
import { type Chain, defineChain, keccak256, parseEther, stringToBytes } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMarketplace } from '../../../../contracts/testing/marketplace.ts'
import { publishSchemas, schemaIdOf } from './credential-schemas.ts'
import { defineMarketplaceCredentials } from './marketplace-credentials.ts'
import { accessPath } from './paths.ts'
import { prepareAccess } from './prepare.ts'

let market: Awaited<ReturnType<typeof openMarketplace>>
let chain: Chain
const folder = mkdtempSync(join(tmpdir(), 'opem-credentials-'))
let home = join(folder, 'first')
beforeAll(async () => {
  market = await openMarketplace()
  await market.tester.setBalance({ address: market.operator.account.address, value: parseEther('10') })
  chain = defineChain({
    ...{ id: 31337, name: 'test', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 } },
    rpcUrls: { default: { http: [market.url] } },
  })
  await prepareAccess(home, { demo: false })
})
afterAll(async () => {
  await market?.close()
  rmSync(folder, { recursive: true })
})

const operator = () => market.operator.account
const prepare = async () => {
  await publishSchemas(chain, market.addresses.SchemaRegistry, operator())
  await defineMarketplaceCredentials(home, chain, market.addresses, operator())
}
const issuer = async () => {
  const secret = agentSecret(undefined, join(accessPath(home), 'agent-secret'))
  const { EthereumDIDRegistry: registry } = market.addresses
  const path = join(accessPath(home), 'agent.json')
  return openAgent({ chainId: 31337, path, secret, rpcUrl: market.url, registry, payer: operator() })
}
const definition = async (type: 'AccountCredential' | 'ReceiptCredential' | 'MemberCredential') => {
  const contract = {
    address: market.addresses.CredentialDefinitionRegistry,
    abi: credentialDefinitionRegistryAbi,
  } as const
  const identity = addressOfDid((await issuer()).did)!
  const args = [identity, keccak256(stringToBytes(type)), schemaIdOf(operator().address, type)] as const
  const id = await market.client.readContract({ ...contract, functionName: 'definitionIdOf', args })
  return market.client.readContract({ ...contract, functionName: 'isInUse', args: [id] })
}

test('the first preparation publishes what the verifier parses with, under the names that credentials refer to', async () => {
  await prepare()
  const found = []
  for (const type of CREDENTIAL_TYPES) {
    const args = [schemaIdOf(operator().address, type)] as const
    const contract = { address: market.addresses.SchemaRegistry, abi: schemaRegistryAbi } as const
    const { version, contentHash } = await market.client.readContract({ ...contract, functionName: 'schema', args })
    found.push([`urn:opem:schema:${type}:${version}`, contentHash])
  }
  const expected = credentialSchemas().map(({ name, contentHash }) => [schemaReference(name).id, contentHash])
  expect(found).toHaveLength(6)
  expect(found).toEqual(expected)
})

test('what the marketplace’s DID issues is defined by the DID itself, and nothing else is', async () => {
  expect(await definition('AccountCredential')).toBe(true)
  expect(await definition('ReceiptCredential')).toBe(true)
  expect(await definition('MemberCredential')).toBe(false)
})

test('a second preparation sends nothing', async () => {
  const before = await market.client.getBlockNumber()
  await prepare()
  expect(await market.client.getBlockNumber({ cacheTime: 0 })).toBe(before)
})

test('a definition that was retired is not made again', async () => {
  const owner = await (await issuer()).ownerAccount()
  const { CredentialDefinitionRegistry: address } = market.addresses
  const contract = { address, abi: credentialDefinitionRegistryAbi } as const
  const type = keccak256(stringToBytes('ReceiptCredential'))
  const args = [owner.address, type, schemaIdOf(operator().address, 'ReceiptCredential')] as const
  const id = await market.client.readContract({ ...contract, functionName: 'definitionIdOf', args })
  await market.tester.setBalance({ address: owner.address, value: parseEther('1') })
  await market.mined(
    await market.operator.writeContract({ ...contract, account: owner, functionName: 'retire', args: [id] } as never),
  )
  const before = await market.client.getBlockNumber({ cacheTime: 0 })
  await prepare()
  expect(await market.client.getBlockNumber({ cacheTime: 0 })).toBe(before)
  expect(await definition('ReceiptCredential')).toBe(false)
})

test('a marketplace whose DID changed its owner has what it issues defined by the new one', async () => {
  home = join(folder, 'second')
  await prepareAccess(home, { demo: false })
  const agent = await issuer()
  const next = await agent.rotate()
  expect((await agent.ownerAccount()).address).toBe(next)
  expect(await definition('AccountCredential')).toBe(false)
  await prepare()
  expect(await definition('AccountCredential')).toBe(true)
})
