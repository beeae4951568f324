import { keccak256, numberToHex, toHex, zeroHash } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ACCOUNT_STATUSES,
  accountRegistryAbi,
  ethereumDidRegistryAbi,
  revocationRegistryAbi,
  revocationTypedData,
} from './index.ts'
import { measureIdentityGas } from './testing/identity-gas.ts'
import { keyOf, type Marketplace, openMarketplace } from './testing/marketplace.ts'

let market: Marketplace

beforeAll(async () => {
  market = await openMarketplace()
})
afterAll(() => market?.close())

test('registering, renewing and revoking cost what the bench and the documents say', async () => {
  const gas = await measureIdentityGas(market)
  console.log(JSON.stringify(gas))
  expect(gas.open).toBeLessThan(100_000)
  expect(gas.activate).toBeLessThan(55_000)
  expect(gas.renew).toBeLessThan(60_000)
  expect(gas.revoke).toBeLessThan(75_000)
  expect(gas.revokeSigned).toBeLessThan(110_000)
  expect(gas.revokePerMore).toBeLessThan(27_000)
  const account = await market.client.readContract({
    address: market.addresses.AccountRegistry,
    abi: accountRegistryAbi,
    functionName: 'accountOf',
    args: [keccak256(toHex('did:ethr:0x7a69:0x00000000000000000000000000000000000000a1'))],
  })
  expect(ACCOUNT_STATUSES[account.status]).toBe('revoked')
  expect(account).toEqual({
    status: 4,
    kind: 0,
    roles: 3,
    version: 2,
    pendingUntil: account.pendingUntil,
    credentialHash: keyOf('second credential'),
  })
})

test('a wallet without gas revokes after it took the DID over, and the key that lost it does not', async () => {
  const { client, operator, nodes, addresses, mined } = market
  const [issuer, successor] = [nodes[0]!, privateKeyToAccount(keyOf('a wallet without gas'))]
  await mined(
    await issuer.writeContract({
      address: addresses.EthereumDIDRegistry,
      abi: ethereumDidRegistryAbi,
      functionName: 'changeOwner',
      args: [issuer.account.address, successor.address],
    }),
  )
  const registry = { address: addresses.RevocationRegistry, abi: revocationRegistryAbi } as const
  const credentialIds = [numberToHex(7, { size: 32 })]
  const typed = revocationTypedData({
    chainId: 31_337,
    registry: addresses.RevocationRegistry,
    issuer: issuer.account.address,
    credentialIds,
    nonce: 0n,
    deadline: 2n ** 40n,
  })
  const relay = (signature: `0x${string}`) =>
    client.simulateContract({
      ...registry,
      account: operator.account,
      functionName: 'revokeSigned',
      args: [issuer.account.address, credentialIds, 2n ** 40n, signature],
    })
  await expect(relay(await issuer.account.signTypedData(typed))).rejects.toThrow('RevocationSignatureInvalid')

  const { request } = await relay(await successor.signTypedData(typed))
  await mined(await operator.writeContract(request))
  const revokedAt = (id: `0x${string}`) =>
    client.readContract({ ...registry, functionName: 'revokedAt', args: [issuer.account.address, id] })
  expect(await revokedAt(credentialIds[0]!)).toBeGreaterThan(1_700_000_000n)
  expect(await revokedAt(zeroHash)).toBe(0n)
})
