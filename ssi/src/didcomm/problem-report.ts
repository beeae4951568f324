import type { DidcommMessage } from './check-message.ts'
import type { Draft } from './didcomm.ts'
import { PROBLEM_REPORT } from './message-types.ts'

export interface Problem {
  /** Ours: `ERR_…`; another's is kept as it came, cut to 64 characters. */
  readonly code: string
  readonly reason: string
}

const PREFIX = 'e.p.opem.'

/** report-problem 2.0: the thread cannot go on. Codes are lower case with dashes there (`e.p.opem.err-not-asked`). */
export const problemMessage = (thread: string, { code, reason }: Problem): Draft => ({
  type: PROBLEM_REPORT,
  pthid: thread,
  body: { code: `${PREFIX}${code.toLowerCase().replaceAll('_', '-')}`, comment: reason },
})

export function problemIn({ type, body }: DidcommMessage): Problem | undefined {
  if (type !== PROBLEM_REPORT) return undefined
  const code = typeof body.code === 'string' ? body.code.slice(0, 64) : ''
  const reason = typeof body.comment === 'string' ? body.comment.slice(0, 400) : ''
  return {
    code: code.startsWith(PREFIX) ? code.slice(PREFIX.length).replaceAll('-', '_').toUpperCase() : code,
    reason,
  }
}
