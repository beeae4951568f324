import { type Hex, OpemError } from '@opem/domain'
import {
  type Abi,
  AbiDecodingDataSizeTooSmallError,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  decodeErrorResult,
  isHex,
  size,
  slice,
} from 'viem'

/** A chain that does not answer as needed is away: it may be starting, or its contracts may be on their way. */
export async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof OpemError) throw cause
    throw new OpemError({
      code: 'ERR_CHAIN_AWAY',
      shortMessage: 'the chain does not answer; try again in a moment',
      cause,
      retryable: true,
    })
  }
}

/** The contract's own refusal inside an error of viem; undefined when something else went wrong. */
export function revertOf(cause: unknown): ContractFunctionRevertedError | undefined {
  const found = walked(cause, ContractFunctionRevertedError)
  return found instanceof ContractFunctionRevertedError ? found : undefined
}

/**
 * What the contract said when it refused: the name of its error where the ABI has it. undefined when something else went wrong.
 * @param abi of the contract, for errors of calls that viem made without it (a gas estimate, a transaction)
 */
export function refusalIn(cause: unknown, abi: Abi): string | undefined {
  if (!(cause instanceof BaseError)) return undefined
  const reverted = revertOf(cause)
  if (reverted !== undefined) return reverted.data?.errorName ?? reverted.reason ?? 'it was reverted'
  const data = dataOf(cause.walk((inner) => dataOf(inner) !== undefined))
  if (data === undefined || size(data) < 4)
    return data !== undefined || /revert/i.test(`${cause.shortMessage} ${cause.details}`)
      ? 'it was reverted'
      : undefined
  try {
    return decodeErrorResult({ abi, data }).errorName
  } catch {
    return `an error ${slice(data, 0, 4)} that the contract does not have`
  }
}

/** Nodes put the error's bytes at different depths. */
function dataOf(cause: unknown): Hex | undefined {
  if (typeof cause !== 'object' || cause === null || !('data' in cause)) return undefined
  const { data } = cause
  return isHex(data) ? data : dataOf(data)
}

/** The contract answered with other bytes than the function returns: it has no such function. */
export const answeredNothing = (cause: unknown): boolean =>
  walked(cause, ContractFunctionZeroDataError) !== null || walked(cause, AbiDecodingDataSizeTooSmallError) !== null

const walked = (cause: unknown, kind: abstract new (...given: never[]) => unknown) =>
  cause instanceof BaseError ? cause.walk((inner) => inner instanceof kind) : null
