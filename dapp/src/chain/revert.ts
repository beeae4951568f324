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
} from '@opem/contracts'
import type { Abi } from 'viem'
import { BaseError, ContractFunctionRevertedError, InsufficientFundsError, UserRejectedRequestError } from 'viem'
import { sentenceOf } from './errors.ts'

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

/** Why a transaction was refused, in a sentence its sender understands. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof BaseError)) return error instanceof Error ? error.message : String(error)
  if (error.walk((cause) => cause instanceof UserRejectedRequestError) !== null)
    return 'You declined in the wallet. Nothing was sent.'
  if (error.walk((cause) => cause instanceof InsufficientFundsError) !== null)
    return 'The connected account cannot pay for this transaction.'
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
  if (revert instanceof ContractFunctionRevertedError) {
    const { data } = revert
    if (data !== undefined && data.errorName !== 'Error') return sentenceOf(data.errorName, data.args ?? [])
    return `The contract refused: ${revert.reason ?? revert.signature ?? 'no reason given'}.`
  }
  return error.shortMessage
}
