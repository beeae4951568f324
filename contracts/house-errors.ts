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
  issuerRegistryAbi,
  listingRegistryAbi,
  openInnovationAbi,
  priceBookAbi,
  revocationRegistryAbi,
  schemaRegistryAbi,
  settlementAbi,
} from './abi/index.ts'

/** Every custom error of the house: a community may pass on an error of the settlement contract. */
export const houseErrors: Abi = [
  ...accessManagerAbi,
  ...accountRegistryAbi,
  ...agreementRegistryAbi,
  ...communityFactoryAbi,
  ...compositionRegistryAbi,
  ...credentialDefinitionRegistryAbi,
  ...developmentEuroAbi,
  ...energyCommunityAbi,
  ...erc1967ProxyAbi,
  ...escrowAbi,
  ...issuerRegistryAbi,
  ...listingRegistryAbi,
  ...openInnovationAbi,
  ...priceBookAbi,
  ...revocationRegistryAbi,
  ...schemaRegistryAbi,
  ...settlementAbi,
].filter((item) => item.type === 'error')

/** An ABI that can also read the errors of the contracts behind it. */
export const withHouseErrors = (abi: Abi): Abi => [...abi.filter((item) => item.type !== 'error'), ...houseErrors]
