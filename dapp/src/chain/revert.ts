import { sentenceOf } from '@opem/domain'
import {
  BaseError,
  ContractFunctionRevertedError,
  HttpRequestError,
  InsufficientFundsError,
  TimeoutError,
  UserRejectedRequestError,
} from 'viem'

export { houseErrors, withHouseErrors } from '@opem/contracts'

/** Why a transaction was refused, in a sentence its sender understands. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof BaseError)) return error instanceof Error ? shortOf(error) : String(error)
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
  if (error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null)
    return 'The chain does not answer at the moment. Try again in a few seconds.'
  return error.shortMessage
}

/** Without what the wallet library adds for its authors: its version, links and nested details. */
const shortOf = (error: Error): string =>
  'shortMessage' in error && typeof error.shortMessage === 'string' ? error.shortMessage : error.message
