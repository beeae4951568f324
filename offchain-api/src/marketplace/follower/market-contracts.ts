import {
  accessManagerAbi,
  accountRegistryAbi,
  agreementRegistryAbi,
  compositionRegistryAbi,
  escrowAbi,
  listingRegistryAbi,
  openInnovationAbi,
} from '@opem/contracts'

/** The contracts of the marketplace whose events are followed, by their names in the deployment. */
export const MARKET_ABIS = {
  ListingRegistry: listingRegistryAbi,
  AgreementRegistry: agreementRegistryAbi,
  OpenInnovation: openInnovationAbi,
  CompositionRegistry: compositionRegistryAbi,
  Escrow: escrowAbi,
  AccountRegistry: accountRegistryAbi,
  AccessManager: accessManagerAbi,
} as const

export type MarketContract = keyof typeof MARKET_ABIS

export const MARKET_CONTRACTS = Object.keys(MARKET_ABIS) as MarketContract[]
