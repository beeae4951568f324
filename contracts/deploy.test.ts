import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AbiFunction,
  type Address,
  createPublicClient,
  createTestClient,
  http,
  parseEther,
  toFunctionSelector,
} from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Deployment, type DeployOptions, deploy } from './deploy.ts'
import { ADMINISTRATOR, OPERATOR as OPERATOR_ROLE, REGISTRAR } from './ignition/modules/identity.ts'
import {
  accessManagerAbi,
  accountRegistryAbi,
  agreementRegistryAbi,
  escrowAbi,
  listingRegistryAbi,
  settlementAbi,
} from './index.ts'
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
  const { holds } = roles(url, AccessManager)
  expect(await holds(ADMINISTRATOR, OPERATOR)).toEqual([true, 2 * 24 * 3600])

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

const SUSPEND = toFunctionSelector('suspend(bytes32)')
const OPEN = toFunctionSelector('open(bytes32,uint8,uint8,bytes32,uint64)')
const UPGRADE = toFunctionSelector('upgradeToAndCall(address,bytes)')

const roles = (url: string, accessManager: Address) => {
  const manager = { address: accessManager, abi: accessManagerAbi } as const
  const client = createPublicClient({ transport: http(url) })
  return {
    mayCall: async (caller: Address, target: Address, selector: `0x${string}`) =>
      client.readContract({ ...manager, functionName: 'canCall', args: [caller, target, selector] }),
    holds: async (role: bigint, account: Address) =>
      client.readContract({ ...manager, functionName: 'hasRole', args: [role, account] }),
  }
}

test('the registries belong to the AccessManager: registrars open, operators suspend, the governor upgrades after the timelock', async () => {
  const url = await openChain()
  const [registrar, supervisor] = ['registrar', 'supervisor'].map((name) => privateKeyToAddress(keyOf(name))) as [
    Address,
    Address,
  ]
  const { addresses } = await deploy({ ...optionsOn(url), registrars: [registrar], operators: [supervisor] })
  const { mayCall, holds } = roles(url, addresses.AccessManager)
  expect(await mayCall(registrar, addresses.AccountRegistry, OPEN)).toEqual([true, 0])
  expect(await mayCall(registrar, addresses.AccountRegistry, SUSPEND)).toEqual([false, 0])
  expect(await mayCall(supervisor, addresses.AccountRegistry, SUSPEND)).toEqual([true, 0])
  expect(await mayCall(supervisor, addresses.AccountRegistry, OPEN)).toEqual([false, 0])
  expect(await holds(REGISTRAR, OPERATOR)).toEqual([false, 0])
  const { IssuerRegistry, SchemaRegistry, CredentialDefinitionRegistry, RevocationRegistry, AccountRegistry } =
    addresses
  for (const proxy of [
    IssuerRegistry,
    SchemaRegistry,
    CredentialDefinitionRegistry,
    RevocationRegistry,
    AccountRegistry,
  ])
    expect(await mayCall(OPERATOR, proxy, UPGRADE)).toEqual([false, 2 * 24 * 3600])
})

test('without further names the deploying account is registrar and operator', async () => {
  const url = await openChain()
  const { addresses } = await deploy(optionsOn(url))
  const { holds } = roles(url, addresses.AccessManager)
  expect(await holds(REGISTRAR, OPERATOR)).toEqual([true, 0])
  expect(await holds(OPERATOR_ROLE, OPERATOR)).toEqual([true, 0])
})

/** As a version without identity left it; what that one remembered of its sources is of no use to this one. */
function forgetIdentity(whole: Deployment) {
  const { CommunityFactory, Settlement, AccessManager, EthereumDIDRegistry } = whole.addresses
  const older = { ...whole, addresses: { CommunityFactory, Settlement, AccessManager, EthereumDIDRegistry } }
  writeFileSync(join(dir, 'deployment.json'), JSON.stringify(older))
  for (const journal of ['journal', 'journal-identity']) rmSync(join(dir, journal), { recursive: true })
  return older
}

test('a marketplace of an older version keeps its contracts and gets the registries', async () => {
  const url = await openChain()
  const options = { ...optionsOn(url), timelockSeconds: 0 }
  const whole = await deploy(options)
  const older = forgetIdentity(whole)

  const completed = await deploy(options)
  expect(completed).toMatchObject(older)
  expect(completed.addresses.AccountRegistry).not.toBe(whole.addresses.AccountRegistry)
  expect(JSON.parse(readFileSync(join(dir, 'deployment.json'), 'utf8'))).toEqual(completed)
  const unknown = await createPublicClient({ transport: http(url) }).readContract({
    address: completed.addresses.AccountRegistry,
    abi: accountRegistryAbi,
    functionName: 'accountOf',
    args: [keyOf('nobody')],
  })
  expect(unknown).toMatchObject({ status: 0, version: 0 })
  expect(await deploy(options)).toEqual(completed)
})

test('an older marketplace whose administrator waits for a timelock is left as it is, and says what to do', async () => {
  const url = await openChain()
  forgetIdentity(await deploy(optionsOn(url)))
  const record = readFileSync(join(dir, 'deployment.json'), 'utf8')
  await expect(deploy(optionsOn(url))).rejects.toThrow(
    /decides only with 172800 s of notice: grant a deploying account/,
  )
  expect(readFileSync(join(dir, 'deployment.json'), 'utf8')).toBe(record)
})

test('goes on where it was interrupted between the spine and the registries', async () => {
  const url = await openChain()
  const options = { ...optionsOn(url), timelockSeconds: 0 }
  const whole = await deploy(options)
  const { CommunityFactory, Settlement, AccessManager, EthereumDIDRegistry } = whole.addresses
  const addresses = { CommunityFactory, Settlement, AccessManager, EthereumDIDRegistry }
  writeFileSync(join(dir, 'deployment.json'), JSON.stringify({ ...whole, addresses }))
  expect(await deploy(options)).toEqual(whole)
})

const SERVICES = ['ListingRegistry', 'AgreementRegistry', 'OpenInnovation', 'CompositionRegistry'] as const

test('listings, agreements and the escrow listen to operators, and to the governor after the timelock', async () => {
  const url = await openChain()
  const supervisor = privateKeyToAddress(keyOf('supervisor'))
  const { addresses } = await deploy({ ...optionsOn(url), operators: [supervisor] })
  const { mayCall } = roles(url, addresses.AccessManager)
  const selectorOf = (abi: typeof listingRegistryAbi | typeof agreementRegistryAbi | typeof escrowAbi, name: string) =>
    toFunctionSelector(abi.find((item) => item.type === 'function' && item.name === name) as AbiFunction)
  const { ListingRegistry, AgreementRegistry, Escrow } = addresses
  const ofOperators = [
    [ListingRegistry, selectorOf(listingRegistryAbi, 'suspend')],
    [ListingRegistry, selectorOf(listingRegistryAbi, 'reinstate')],
    [Escrow, selectorOf(escrowAbi, 'decide')],
    [Escrow, selectorOf(escrowAbi, 'recordBankSettlement')],
  ] as const
  for (const [target, selector] of ofOperators) {
    expect(await mayCall(supervisor, target, selector)).toEqual([true, 0])
    expect(await mayCall(OPERATOR, target, selector)).toEqual([false, 0])
  }
  const ofGovernor = [
    ...SERVICES.map((name) => [addresses[name], UPGRADE] as const),
    [ListingRegistry, selectorOf(listingRegistryAbi, 'expel')],
    [AgreementRegistry, selectorOf(agreementRegistryAbi, 'setFee')],
    [Escrow, selectorOf(escrowAbi, 'setTreasury')],
  ] as const
  for (const [target, selector] of ofGovernor) {
    expect(await mayCall(OPERATOR, target, selector)).toEqual([false, 2 * 24 * 3600])
    expect(await mayCall(supervisor, target, selector)).toEqual([false, 0])
  }
})

test('the escrow counts in the euro that is named, takes the terms that are given, and cannot change', async () => {
  const url = await openChain()
  const client = createPublicClient({ transport: http(url) })
  const own = await deploy({ ...optionsOn(url), timelockSeconds: 0 })
  const { EuroToken } = own.addresses
  dir = mkdtempSync(join(tmpdir(), 'opem-deploy-'))
  const options: DeployOptions = {
    ...optionsOn(url),
    ...{ euroToken: EuroToken, treasury: NODES[0]!, feeBps: 100 },
    escrowSeconds: { acceptance: 60, decision: 120, closing: 180 },
  }
  const { addresses } = await deploy(options)
  expect(addresses.EuroToken).toBe(EuroToken)
  const escrow = { address: addresses.Escrow, abi: escrowAbi } as const
  expect((await client.readContract({ ...escrow, functionName: 'token' })).toLowerCase()).toBe(EuroToken)
  expect(await client.readContract({ ...escrow, functionName: 'treasury' })).toBe(NODES[0])
  expect(await client.readContract({ ...escrow, functionName: 'acceptanceSeconds' })).toBe(60)
  expect(await client.readContract({ ...escrow, functionName: 'decisionSeconds' })).toBe(120)
  expect(await client.readContract({ ...escrow, functionName: 'closingSeconds' })).toBe(180)
  const agreements = { address: addresses.AgreementRegistry, abi: agreementRegistryAbi } as const
  expect(await client.readContract({ ...agreements, functionName: 'feeBps' })).toBe(100)
  await expect(deploy({ ...options, euroToken: addresses.Escrow })).rejects.toThrow(
    /counts in the token 0x[0-9a-f]{40}/,
  )
})

test('a marketplace of the version before keeps its contracts and gets listings, agreements and the escrow', async () => {
  const url = await openChain()
  const options = { ...optionsOn(url), timelockSeconds: 0 }
  const whole = await deploy(options)
  const gone = [...SERVICES, 'Escrow', 'EuroToken']
  const addresses = Object.fromEntries(Object.entries(whole.addresses).filter(([name]) => !gone.includes(name)))
  writeFileSync(join(dir, 'deployment.json'), JSON.stringify({ ...whole, addresses }))
  rmSync(join(dir, 'journal-services'), { recursive: true })
  const completed = await deploy(options)
  expect(completed).toMatchObject({ addresses })
  expect(completed.addresses.Escrow).not.toBe(whole.addresses.Escrow)
  expect(await deploy(options)).toEqual(completed)
})

test('goes on where it was interrupted', async () => {
  const url = await openChain()
  const whole = await deploy(optionsOn(url))
  writeFileSync(join(dir, 'deployment.json'), JSON.stringify({ chainId: whole.chainId, block: whole.block }))
  expect(await deploy(optionsOn(url))).toEqual(whole)
})
