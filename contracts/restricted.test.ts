import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Abi,
  type AbiFunction,
  type Address,
  createPublicClient,
  createTestClient,
  http,
  parseEther,
  toFunctionSelector,
} from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deploy } from './deploy.ts'
import {
  accessManagerAbi,
  accountRegistryAbi,
  agreementRegistryAbi,
  compositionRegistryAbi,
  credentialDefinitionRegistryAbi,
  developmentEuroAbi,
  escrowAbi,
  issuerRegistryAbi,
  listingRegistryAbi,
  openInnovationAbi,
  priceBookAbi,
  revocationRegistryAbi,
  schemaRegistryAbi,
  settlementAbi,
} from './index.ts'
import { type Anvil, startAnvil } from './testing/anvil.ts'
import { keyOf } from './testing/marketplace.ts'

const DAYS = 2 * 24 * 3600
/** Who may: at once, or after the timelock. The deploying account is administrator, governor and publisher of prices. */
const MAY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Settlement: { seat: 'governor', unseat: 'governor', setQuorum: 'governor', setFactory: 'governor' },
  IssuerRegistry: { accredit: 'operator', withdraw: 'operator', upgradeToAndCall: 'governor' },
  SchemaRegistry: { upgradeToAndCall: 'governor' },
  CredentialDefinitionRegistry: { upgradeToAndCall: 'governor' },
  RevocationRegistry: { upgradeToAndCall: 'governor' },
  AccountRegistry: {
    ...{ open: 'registrar', activate: 'registrar', renew: 'registrar' },
    ...{ suspend: 'operator', reinstate: 'operator', revoke: 'operator', changeRoles: 'operator' },
    upgradeToAndCall: 'governor',
  },
  PriceBook: { commitPrices: 'publisher', restatePrices: 'publisher' },
  ListingRegistry: {
    ...{ suspend: 'operator', reinstate: 'operator', expel: 'governor', upgradeToAndCall: 'governor' },
  },
  AgreementRegistry: { setFee: 'governor', upgradeToAndCall: 'governor' },
  OpenInnovation: { upgradeToAndCall: 'governor' },
  CompositionRegistry: { upgradeToAndCall: 'governor' },
  Escrow: { decide: 'operator', recordBankSettlement: 'operator', setTreasury: 'governor' },
  EuroToken: { mint: 'operator' },
}
const ROLES = ['administrator', 'governor', 'registrar', 'operator', 'publisher'] as const
const addressOf = (name: string) => privateKeyToAddress(keyOf(name))
const deployer = addressOf('operator')

let dir: string
let anvil: Anvil
let addresses: Record<string, Address>
let client: ReturnType<typeof createPublicClient>

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'opem-restricted-'))
  anvil = await startAnvil({ chainId: 31337 })
  client = createPublicClient({ transport: http(anvil.url) })
  const tester = createTestClient({ mode: 'anvil', transport: http(anvil.url) })
  await tester.setBalance({ address: deployer, value: parseEther('100') })
  const deployment = await deploy({
    ...{ rpcUrl: anvil.url, deploymentDir: dir, operatorKey: keyOf('operator'), timelockSeconds: DAYS },
    ...{ oracleNodes: [addressOf('node 1'), addressOf('node 2')], quorum: 2, minimumBond: 1n },
    ...{ correctionWindow: 3600, registrars: [addressOf('registrar')], operators: [addressOf('supervisor')] },
  })
  addresses = deployment.addresses
}, 60_000)
afterAll(async () => {
  await anvil?.close()
  rmSync(dir, { recursive: true, force: true })
})

const ABIS: Readonly<Record<string, Abi>> = {
  ...{ Settlement: settlementAbi, PriceBook: priceBookAbi, Escrow: escrowAbi, EuroToken: developmentEuroAbi },
  ...{ IssuerRegistry: issuerRegistryAbi, SchemaRegistry: schemaRegistryAbi, AccountRegistry: accountRegistryAbi },
  ...{ CredentialDefinitionRegistry: credentialDefinitionRegistryAbi, RevocationRegistry: revocationRegistryAbi },
  ...{ ListingRegistry: listingRegistryAbi, AgreementRegistry: agreementRegistryAbi },
  ...{ OpenInnovation: openInnovationAbi, CompositionRegistry: compositionRegistryAbi },
}

/** Functions of a contract that change something. */
const changesOf = (contract: string): readonly AbiFunction[] =>
  ABIS[contract]!.filter((item) => item.type === 'function').filter(
    ({ stateMutability }) => stateMutability !== 'view' && stateMutability !== 'pure',
  )

test.each(Object.keys(MAY))(
  '%s: each function is for the role that is written here, and for no other',
  async (name) => {
    const callers = { deployer, registrar: addressOf('registrar'), operator: addressOf('supervisor') }
    const nobody = addressOf('nobody')
    for (const found of changesOf(name)) {
      const selector = toFunctionSelector(found)
      const may = async (caller: Address) => {
        const [atOnce, delay] = await client.readContract({
          ...{ address: addresses.AccessManager!, abi: accessManagerAbi, functionName: 'canCall' },
          args: [caller, addresses[name]!, selector],
        })
        return atOnce ? 'at once' : delay > 0 ? `after ${delay} s` : 'never'
      }
      const role = MAY[name]![found.name]
      // Whatever has no role of its own is the administrator's, who waits: nothing is anybody's by being forgotten.
      const expected = {
        deployer:
          role === undefined || role === 'governor' ? `after ${DAYS} s` : role === 'publisher' ? 'at once' : 'never',
        registrar: role === 'registrar' ? 'at once' : 'never',
        operator: role === 'operator' ? 'at once' : 'never',
        nobody: 'never',
      }
      const seen = {
        deployer: await may(callers.deployer),
        registrar: await may(callers.registrar),
        operator: await may(callers.operator),
        nobody: await may(nobody),
      }
      expect([found.name, seen]).toEqual([found.name, expected])
    }
  },
)

test('every function that is restricted in the sources is written here', () => {
  const folders = ['accounts', 'billing', 'communities', 'governance', 'identity', 'marketplace']
  const sources = folders.flatMap((folder) => {
    const path = join(import.meta.dirname, folder)
    const files = readdirSync(path).filter((file) => file.endsWith('.sol'))
    return files.map((file) => readFileSync(join(path, file), 'utf8'))
  })
  const restricted = sources.flatMap((source) =>
    [...source.matchAll(/function (\w+)\([^)]*\)[^{;]*\brestricted\b/g)].map(([, name]) => name!),
  )
  const written = new Set(Object.values(MAY).flatMap((functions) => Object.keys(functions)))
  expect(restricted.length).toBe(24)
  expect(restricted.filter((name) => !written.has(name))).toEqual(['_authorizeUpgrade'])
})

test('nobody but the deploying account holds a role that nobody gave', async () => {
  const held = async (role: bigint, account: Address) => {
    const [is] = await client.readContract({
      ...{ address: addresses.AccessManager!, abi: accessManagerAbi, functionName: 'hasRole' },
      args: [role, account],
    })
    return is
  }
  const roles = async (account: Address) => {
    const all = await Promise.all(ROLES.map(async (name, role) => ((await held(BigInt(role), account)) ? [name] : [])))
    return all.flat()
  }
  expect(await roles(deployer)).toEqual(['administrator', 'governor', 'publisher'])
  expect(await roles(addressOf('registrar'))).toEqual(['registrar'])
  expect(await roles(addressOf('supervisor'))).toEqual(['operator'])
  expect(await roles(addressOf('nobody'))).toEqual([])
})
