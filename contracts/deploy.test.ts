import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, createTestClient, http, parseEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DeployOptions, deploy } from './deploy.ts'
import { accessManagerAbi, settlementAbi } from './index.ts'
import { type Anvil, startAnvil } from './testing/anvil.ts'
import { keyOf } from './testing/marketplace.ts'

const NODES = ['node 1', 'node 2'].map((name) => privateKeyToAddress(keyOf(name)))
const OPERATOR = privateKeyToAddress(keyOf('operator'))
const GOVERNOR = 1n

let dir: string
const chains: Anvil[] = []

const openChain = async (chainId = 31337): Promise<string> => {
  const anvil = await startAnvil({ chainId })
  chains.push(anvil)
  const tester = createTestClient({ mode: 'anvil', transport: http(anvil.url) })
  await tester.setBalance({ address: OPERATOR, value: parseEther('100') })
  return anvil.url
}

const optionsOn = (rpcUrl: string): DeployOptions => ({
  rpcUrl,
  deploymentDir: dir,
  operatorKey: keyOf('operator'),
  oracleNodes: NODES,
  quorum: 2,
  minimumBond: parseEther('1'),
  correctionWindow: 16 * 24 * 3600,
  timelockSeconds: 2 * 24 * 3600,
})

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'opem-deploy-'))
})
afterEach(async () => {
  await Promise.all(chains.splice(0).map((chain) => chain.close()))
  rmSync(dir, { recursive: true, force: true })
})

test('deploys once: nodes seated, governance behind its timelock, and the second call sends nothing', async () => {
  const url = await openChain()
  const client = createPublicClient({ transport: http(url) })
  const first = await deploy(optionsOn(url))
  const { Settlement, AccessManager } = first.addresses
  const settlement = { address: Settlement, abi: settlementAbi } as const
  expect(await client.readContract({ ...settlement, functionName: 'nodes' })).toEqual(NODES)
  expect(await client.readContract({ ...settlement, functionName: 'quorum' })).toBe(2)
  const [since, delay] = await client.readContract({
    address: AccessManager,
    abi: accessManagerAbi,
    functionName: 'getAccess',
    args: [GOVERNOR, OPERATOR],
  })
  expect([since > 0, delay]).toEqual([true, 2 * 24 * 3600])

  const height = await client.getBlockNumber({ cacheTime: 0 })
  expect(await deploy(optionsOn(url))).toEqual(first)
  expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(height)
})

test('on a wiped chain and on another chain it begins anew', async () => {
  const first = await deploy(optionsOn(await openChain()))
  const wiped = await openChain()
  expect(await deploy(optionsOn(wiped))).toEqual(first)
  expect(
    await createPublicClient({ transport: http(wiped) }).getCode({ address: first.addresses.Settlement }),
  ).toBeTruthy()

  const other = await openChain(4242)
  expect((await deploy(optionsOn(other))).chainId).toBe(4242)
})

test('goes on where it was interrupted', async () => {
  const url = await openChain()
  const whole = await deploy(optionsOn(url))
  writeFileSync(join(dir, 'deployment.json'), JSON.stringify({ chainId: whole.chainId, block: whole.block }))
  expect(await deploy(optionsOn(url))).toEqual(whole)
})
