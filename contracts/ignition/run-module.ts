import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DeploymentParameters, type IgnitionModule, deploy as ignite } from '@nomicfoundation/ignition-core'
import type { Address } from 'viem'
import { artifactOf, type ContractName } from './artifacts.ts'
import type { SigningProvider } from './signing-provider.ts'

interface Run {
  readonly provider: SigningProvider
  /** Folder of Ignition's journal: what it says was done is not done again. */
  readonly journal: string
  readonly module: IgnitionModule
  readonly parameters: DeploymentParameters
}

/**
 * Runs a module to its end and answers where its contracts are, by their ids (`Module#Contract`).
 * @throws Error when a transaction failed, or when the journal is of another module
 */
export async function runModule({ provider, journal, module, parameters }: Run): Promise<(id: string) => Address> {
  const result = await ignite({
    artifactResolver: {
      loadArtifact: async (name) => artifactOf(name as ContractName),
      getBuildInfo: async () => undefined,
    },
    provider,
    deploymentDir: journal,
    ignitionModule: module,
    deploymentParameters: parameters,
    accounts: [provider.address],
    config: { requiredConfirmations: 1, blockPollingInterval: 20 },
  })
  if (result.type !== 'SUCCESSFUL_DEPLOYMENT')
    throw new Error(`the contracts could not be deployed (${result.type}): ${JSON.stringify(result)}`)
  return (id) => {
    const contract = result.contracts[id]
    if (contract === undefined) throw new Error(`${id} is missing from the deployment`)
    return contract.address.toLowerCase() as Address
  }
}

/** Where a journal says that its contracts are, by their ids. */
export function deployedBy(journal: string): Record<string, Address> {
  const file = join(journal, 'deployed_addresses.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Address>) : {}
}
