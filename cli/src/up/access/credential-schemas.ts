import { schemaRegistryAbi } from '@opem/contracts'
import { type CredentialType, credentialSchemas, earlierSchemas, type PublishedSchema } from '@opem/ssi/credential'
import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  encodeAbiParameters,
  type Hex,
  http,
  keccak256,
  type LocalAccount,
  stringToBytes,
} from 'viem'
import { refusal } from '../../failure.ts'

const nameHash = (name: CredentialType): Hex => keccak256(stringToBytes(name))

/** The id of a schema in the registry, as the contract's `schemaIdOf` has it. */
export function schemaIdOf(publisher: Address, type: CredentialType): Hex {
  const { version } = credentialSchemas().find(({ name }) => name === type)!
  return idOf(publisher, type, version)
}

function idOf(publisher: Address, type: CredentialType, version: number): Hex {
  const id = [{ type: 'address' }, { type: 'bytes32' }, { type: 'uint32' }] as const
  return keccak256(encodeAbiParameters(id, [publisher, nameHash(type), version]))
}

/**
 * Publishes the schema of each credential type under the publisher's address. Published ones stay; nothing is sent then.
 * @throws ERR_SCHEMA_CHANGED when a published version has another content: a change of claims needs the next version
 */
export async function publishSchemas(chain: Chain, registry: Address, publisher: LocalAccount): Promise<void> {
  const client = createPublicClient({ chain, transport: http() })
  const wallet = createWalletClient({ account: publisher, chain, transport: http() })
  const contract = { address: registry, abi: schemaRegistryAbi } as const

  const isPublished = async ({ name, version, contentHash }: PublishedSchema): Promise<boolean> => {
    const id = idOf(publisher.address, name, version)
    if (!(await client.readContract({ ...contract, functionName: 'isPublished', args: [id] }))) return false
    const known = await client.readContract({ ...contract, functionName: 'schema', args: [id] })
    if (known.contentHash === contentHash) return true
    throw refusal(
      'ERR_SCHEMA_CHANGED',
      `${name} version ${version} is published with the content ${known.contentHash}, and here it is ${contentHash}: run the version of OPEM that published it, or one where the changed schema has the next version.`,
    )
  }

  // The registry takes versions of a schema in a row.
  const schemas = [...earlierSchemas(), ...credentialSchemas()]
  const published = await Promise.all(schemas.map(isPublished))
  for (const { name, version, contentHash } of schemas.filter((_, index) => !published[index])) {
    const hash = await wallet.writeContract({
      ...contract,
      functionName: 'publish',
      args: [name, version, contentHash],
    })
    await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  }
}
