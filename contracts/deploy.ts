import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deploy as ignite } from '@nomicfoundation/ignition-core'
import type { Address, Hex } from 'viem'
import { artifactOf, type ContractName } from './ignition/artifacts.ts'
import { governedMarketplace } from './ignition/modules/governed-marketplace.ts'
import { signingProvider } from './ignition/signing-provider.ts'

export interface DeployOptions {
  readonly rpcUrl: string
  /** Ignition's journal; one folder per chain. */
  readonly deploymentDir: string
  /** Deploys, and administers the marketplace. Needs funds. */
  readonly operatorKey: Hex
  readonly oracleNodes: readonly Address[]
  /** Signatures a report needs. */
  readonly quorum: number
  /** Bond of an oracle node, wei. Nodes post it themselves. */
  readonly minimumBond: bigint
  /** Seconds in which a settled batch may be corrected. */
  readonly correctionWindow: number
  /** Seconds between a governance decision and its effect. */
  readonly timelockSeconds: number
}

export interface Deployment {
  readonly chainId: number
  /** Nothing of the marketplace is in an earlier block. */
  readonly block: number
  readonly addresses: Record<'CommunityFactory' | 'Settlement' | 'AccessManager' | 'EthereumDIDRegistry', Address>
}

type Begun = Pick<Deployment, 'chainId' | 'block'>
type Provider = Awaited<ReturnType<typeof signingProvider>>

const journal = (dir: string): string => join(dir, 'journal')
const record = (dir: string): string => join(dir, 'deployment.json')

function read<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

function write(file: string, value: unknown): void {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(`${file}.tmp`, file)
}

/**
 * Deploys the marketplace, or finds it: a second call sends nothing, an interrupted one goes on, and on a chain that no
 * longer holds what was deployed (or on another chain) it begins anew.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { deploymentDir } = options
  const provider = await signingProvider(options.rpcUrl, options.operatorKey)
  mkdirSync(deploymentDir, { recursive: true })

  const done = read<Deployment>(record(deploymentDir))
  if (done?.addresses && done.chainId === provider.chainId && (await haveCode(provider, Object.values(done.addresses))))
    return done

  const begun = done && !done.addresses && (await canResume(provider, deploymentDir, done)) ? done : undefined
  if (begun) {
    try {
      return await run(options, provider, begun)
    } catch (error) {
      process.stderr.write(`the interrupted deployment cannot go on (${String(error)}): beginning anew\n`)
    }
  }
  rmSync(journal(deploymentDir), { recursive: true, force: true })
  const fresh = { chainId: provider.chainId, block: Number(await provider.client.getBlockNumber()) + 1 }
  write(record(deploymentDir), fresh)
  return run(options, provider, fresh)
}

async function run(options: DeployOptions, provider: Provider, begun: Begun): Promise<Deployment> {
  const { quorum, minimumBond, correctionWindow, timelockSeconds, oracleNodes } = options
  const result = await ignite({
    artifactResolver: {
      loadArtifact: async (name) => artifactOf(name as ContractName),
      getBuildInfo: async () => undefined,
    },
    provider,
    deploymentDir: journal(options.deploymentDir),
    ignitionModule: governedMarketplace(oracleNodes),
    deploymentParameters: {
      Marketplace: { quorum, minimumBond, correctionWindow },
      GovernedMarketplace: { timelockSeconds },
    },
    accounts: [provider.address],
    config: { requiredConfirmations: 1, blockPollingInterval: 20 },
  })
  if (result.type !== 'SUCCESSFUL_DEPLOYMENT')
    throw new Error(`the contracts could not be deployed (${result.type}): ${JSON.stringify(result)}`)

  const address = (name: string): Address => {
    const contract = result.contracts[`Marketplace#${name}`]
    if (contract === undefined) throw new Error(`${name} is missing from the deployment`)
    return contract.address.toLowerCase() as Address
  }
  const deployment: Deployment = {
    ...begun,
    addresses: {
      CommunityFactory: address('CommunityFactory'),
      Settlement: address('Settlement'),
      AccessManager: address('AccessManager'),
      EthereumDIDRegistry: address('EthereumDIDRegistry'),
    },
  }
  write(record(options.deploymentDir), deployment)
  return deployment
}

const haveCode = async ({ client }: Provider, addresses: readonly Address[]): Promise<boolean> => {
  const codes = await Promise.all(addresses.map((address) => client.getCode({ address })))
  return codes.every((code) => code !== undefined && code !== '0x')
}

/** Ignition trusts its journal: whether the chain still holds what the journal says. */
async function canResume(provider: Provider, dir: string, begun: Begun): Promise<boolean> {
  if (begun.chainId !== provider.chainId) return false
  const deployed = read<Record<string, Address>>(join(journal(dir), 'deployed_addresses.json')) ?? {}
  return haveCode(provider, Object.values(deployed))
}
