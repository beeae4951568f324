import { setTimeout as sleep } from 'node:timers/promises'
import { OpemError } from '@opem/domain'
import { BaseError, HttpRequestError, TimeoutError, WaitForTransactionReceiptTimeoutError } from 'viem'
import { pauseBefore } from './part.ts'

const ATTEMPTS = 6

/** Whether the chain was slow or away for a moment: asked again, it may answer. */
function isPassing(error: unknown): boolean {
  if (error instanceof OpemError) return error.retryable
  return (
    error instanceof BaseError &&
    error.walk(
      (cause) =>
        cause instanceof TimeoutError ||
        cause instanceof HttpRequestError ||
        cause instanceof WaitForTransactionReceiptTimeoutError,
    ) !== null
  )
}

/**
 * Does `work`, which a second call continues, again when the chain does not answer in time: on a loaded machine a first
 * start is slow and still a start. Any other error, and that of the last of six attempts, is thrown as it is.
 */
export async function persistently(
  work: () => Promise<void>,
  say: (line: string) => void,
  pause: (milliseconds: number) => Promise<unknown> = sleep,
): Promise<void> {
  for (let failed = 1; ; failed++) {
    try {
      return await work()
    } catch (error) {
      if (failed === ATTEMPTS || !isPassing(error)) throw error
      const wait = pauseBefore(failed)
      say(`contracts    the chain did not answer in time; trying again in ${(wait / 1000).toFixed(1)} s`)
      await pause(wait)
    }
  }
}
