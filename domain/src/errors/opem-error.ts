/** What an `OpemError` is made of. `details` holds the offending values, ready for a log or a problem document. */
export interface OpemErrorInit {
  readonly code: string
  readonly shortMessage: string
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
  readonly retryable?: boolean | undefined
}

/**
 * A broken promise: thrown, never returned. Expected refusals are `Result` values.
 * `shortMessage` says what was given, what was needed and what to do; `retryable` tells the edge whether to back off.
 */
export class OpemError extends Error {
  override readonly name = 'OpemError'
  readonly code: string
  readonly shortMessage: string
  readonly details: Readonly<Record<string, unknown>>
  readonly retryable: boolean

  constructor({ code, shortMessage, details = {}, cause, retryable = false }: OpemErrorInit) {
    super(`${code}: ${shortMessage}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.shortMessage = shortMessage
    this.details = details
    this.retryable = retryable
  }
}
