import { OpemError } from '@opem/domain'

/** "No answer" must never read as "no change" or "not revoked": every failure of the chain is thrown, as one code. */
export const chainUnreachable = (what: string, cause: unknown): OpemError =>
  cause instanceof OpemError
    ? cause
    : new OpemError({
        code: 'ERR_CHAIN_UNREACHABLE',
        shortMessage: `${what} could not be read, because the chain did not answer: try again when it does.`,
        cause,
        retryable: true,
      })
