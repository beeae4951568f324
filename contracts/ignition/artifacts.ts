import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Artifact } from '@nomicfoundation/ignition-core'
import type { Abi } from 'viem'
import {
  accessManagerAbi,
  accountRegistryAbi,
  agreementRegistryAbi,
  communityFactoryAbi,
  compositionRegistryAbi,
  credentialDefinitionRegistryAbi,
  developmentEuroAbi,
  energyCommunityAbi,
  erc1967ProxyAbi,
  escrowAbi,
  ethereumDidRegistryAbi,
  issuerRegistryAbi,
  listingRegistryAbi,
  openInnovationAbi,
  priceBookAbi,
  revocationRegistryAbi,
  schemaRegistryAbi,
  settlementAbi,
} from '../abi/index.ts'

const abis = {
  AccessManager: accessManagerAbi,
  AccountRegistry: accountRegistryAbi,
  AgreementRegistry: agreementRegistryAbi,
  CommunityFactory: communityFactoryAbi,
  CompositionRegistry: compositionRegistryAbi,
  CredentialDefinitionRegistry: credentialDefinitionRegistryAbi,
  DevelopmentEuro: developmentEuroAbi,
  ERC1967Proxy: erc1967ProxyAbi,
  EnergyCommunity: energyCommunityAbi,
  Escrow: escrowAbi,
  EthereumDIDRegistry: ethereumDidRegistryAbi,
  IssuerRegistry: issuerRegistryAbi,
  ListingRegistry: listingRegistryAbi,
  OpenInnovation: openInnovationAbi,
  PriceBook: priceBookAbi,
  RevocationRegistry: revocationRegistryAbi,
  SchemaRegistry: schemaRegistryAbi,
  Settlement: settlementAbi,
} satisfies Record<string, Abi>

export type ContractName = keyof typeof abis

/** The committed bytecode of a contract, ready to deploy. */
export function bytecodeOf(name: ContractName): `0x${string}` {
  const file = join(import.meta.dirname, '../abi/bytecode.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<ContractName, `0x${string}`>)[name]
}

/** A contract as Ignition wants it, from the committed ABI and bytecode: deploying needs no compiler. */
export const artifactOf = <Name extends ContractName>(name: Name): Artifact<(typeof abis)[Name]> => ({
  _format: 'hh3-artifact-1',
  contractName: name,
  sourceName: `opem/${name}.sol`,
  abi: abis[name],
  bytecode: bytecodeOf(name),
  deployedBytecode: '0x',
  linkReferences: {},
  deployedLinkReferences: {},
})
