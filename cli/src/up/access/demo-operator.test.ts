import { readGovernors } from '@opem/contracts'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf, type Marketplace, openMarketplace } from '../../../../contracts/testing/marketplace.ts'
import { bringDemoGovernor, DEMO_OPERATOR, demoOperates } from './demo-operator.ts'

let market: Marketplace

beforeAll(async () => {
  market = await openMarketplace()
})
afterAll(async () => {
  await market?.close()
})

const said: string[] = []
const bring = (operates: boolean, chainId = 31_337) =>
  bringDemoGovernor({
    ...{ operates, accessManager: market.addresses.AccessManager },
    chain: { ...foundry, id: chainId as 31_337, rpcUrls: { default: { http: [market.url] } } },
    administrator: privateKeyToAccount(keyOf('operator')),
    say: (line) => said.push(line),
  })
const governors = () => readGovernors(market.client, { accessManager: market.addresses.AccessManager, fromBlock: 0n })

test('the demo’s wallet operates on the chain of this machine alone, under no public name, and while nobody else is named', () => {
  const here = { replaced: new Set<never>() }
  expect(demoOperates(here, true, {})).toBe(true)
  expect(demoOperates(here, false, {})).toBe(false)
  expect(demoOperates({ replaced: new Set(['chain'] as const) }, true, {})).toBe(false)
  expect(demoOperates(here, true, { OPEM_OPERATOR_DIDS: 'did:ethr:0x7a69:0x01' })).toBe(false)
  expect(demoOperates(here, true, { OPEM_PUBLIC_URL: 'https://market.example' })).toBe(false)
})

test('while it operates it governs with half a minute of notice, and no longer; a second start sends nothing', async () => {
  await bring(true)
  expect(await governors()).toContainEqual({ address: DEMO_OPERATOR, notice: 30 })
  const before = await market.client.getBlockNumber({ cacheTime: 0 })
  await bring(true)
  expect(await market.client.getBlockNumber({ cacheTime: 0 })).toBe(before)
  await bring(false)
  expect((await governors()).map(({ address }) => address)).not.toContain(DEMO_OPERATOR)
  expect(said).toEqual([
    `governors    ${DEMO_OPERATOR} gets the governor's role on chain, with 30 s of notice`,
    `governors    ${DEMO_OPERATOR} loses the governor's role on chain`,
  ])
})

test('on another chain it gets nothing', async () => {
  await bring(true, 1)
  expect((await governors()).map(({ address }) => address)).not.toContain(DEMO_OPERATOR)
})
