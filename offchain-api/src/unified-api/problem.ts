import { STATUS_CODES } from 'node:http'
import { OpemError } from '@opem/domain'

/** `application/problem+json` (RFC 9457) with a stable code. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** A refusal of a request: what was given, what was needed, what to do. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  /** Seconds until it is worth asking again. */
  readonly retryAfter: number | undefined
  constructor(status: number, code: string, detail: string, retryAfter?: number) {
    super(`${code}: ${detail}`)
    this.status = status
    this.code = code
    this.detail = detail
    this.retryAfter = retryAfter
  }
}

/**
 * Whatever was thrown, as a problem. Only codes and our own sentences go out: a cause may quote personal data.
 * A part that does not answer is 503, so that the caller tries again.
 */
export function toProblem(cause: unknown): Problem {
  if (cause instanceof Refusal) return problem(cause.status, cause.code, cause.detail)
  if (cause instanceof OpemError) return problem(cause.retryable ? 503 : 500, cause.code, cause.shortMessage)
  if (isBodyError(cause)) {
    if (cause.type === 'entity.too.large')
      return problem(413, 'ERR_BODY_TOO_LARGE', `the body is larger than ${cause.limit} bytes; send it in parts`)
    if (cause.type === 'entity.parse.failed') return problem(400, 'ERR_JSON', 'the body is not JSON')
    return problem(cause.status, 'ERR_BODY', `the body could not be read (${cause.type})`)
  }
  if (cause instanceof URIError) return problem(400, 'ERR_PATH', 'the path is not well-formed')
  return problem(500, 'ERR_INTERNAL', 'something unexpected happened; it has been logged')
}

const problem = (status: number, code: string, detail: string): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  code,
  detail,
})

// Errors of Express's body reader.
const isBodyError = (cause: unknown): cause is { type: string; status: number; limit?: number } =>
  cause instanceof Error &&
  'type' in cause &&
  'status' in cause &&
  typeof cause.status === 'number' &&
  cause.status < 500
