import { OpemError } from '@opem/domain'

export type FetchCode =
  | 'ERR_FETCH_URL'
  | 'ERR_FETCH_ADDRESS'
  | 'ERR_FETCH_REDIRECT'
  | 'ERR_FETCH_SIZE'
  | 'ERR_FETCH_TIMEOUT'
  | 'ERR_FETCH_UNREACHABLE'

/**
 * Why an address given by a stranger was not fetched. The sentence never tells what a name resolved to: that would show
 * a stranger the inside of our network. Unreachable and late hosts may answer later, the others never will.
 */
export const refuseFetch = (code: FetchCode, shortMessage: string, cause?: unknown): OpemError =>
  new OpemError({
    code,
    shortMessage,
    cause,
    retryable: code === 'ERR_FETCH_UNREACHABLE' || code === 'ERR_FETCH_TIMEOUT',
  })
