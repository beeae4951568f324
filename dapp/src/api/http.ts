import { OpemError } from '@opem/domain'
import { z } from 'zod'

// zod's compiled parsers need eval, which the content security policy forbids.
z.config({ jitless: true })

const Problem = z.object({ title: z.string(), status: z.number(), code: z.string(), detail: z.string().optional() })

type Options = { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: unknown; signal?: AbortSignal }

let renewSession: () => Promise<boolean> = async () => false
/** Says how a session is made fresh; an exchange that is answered 401 is then tried once more. */
export function whenSignInIsNeeded(renew: () => Promise<boolean>): void {
  renewSession = renew
}

/** Ways in and out answer 401 themselves: they never renew. */
const ACCESS = '/v1/access/'

/**
 * One exchange with a door of our own origin; the answer is parsed strictly or refused. A session that ran out is
 * renewed once. Codes: the API's own code of a problem (`ERR_SIGN_IN_NEEDED`, `ERR_NOT_ALLOWED` …), `ERR_UNREACHABLE` (no
 * answer), `ERR_ANSWER_SHAPE` (an answer we do not know).
 */
export async function exchange<T>(path: string, schema: z.ZodType<T>, options: Options = {}): Promise<T> {
  let response = await send(path, options)
  if (response.status === 401 && !path.startsWith(ACCESS) && (await renewSession()))
    response = await send(path, options)
  const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) throw refusalOf(path, response.status, body)
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new OpemError({
    code: 'ERR_ANSWER_SHAPE',
    shortMessage: `The answer to ${path} has a shape this page does not know: ${z.prettifyError(parsed.error)}`,
    details: { path },
  })
}

async function send(path: string, options: Options): Promise<Response> {
  try {
    return await fetch(path, {
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers:
        options.body === undefined
          ? { accept: 'application/json' }
          : { accept: 'application/json', 'content-type': 'application/json' },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new OpemError({
      code: 'ERR_UNREACHABLE',
      shortMessage: 'The marketplace does not answer. Is it running? It is asked again on “Try again”.',
      details: { path },
      cause,
      retryable: true,
    })
  }
}

function refusalOf(path: string, status: number, body: unknown): OpemError {
  const problem = Problem.safeParse(body)
  return new OpemError({
    code: problem.success ? problem.data.code : 'ERR_ANSWER_SHAPE',
    shortMessage: problem.success
      ? (problem.data.detail ?? problem.data.title)
      : `The marketplace answered ${status} to ${path}.`,
    details: { path, status },
    retryable: status >= 500,
  })
}

/** A query string without the fields that are not given. */
export const query = (fields: Record<string, string | number | undefined>): string => {
  const given = Object.entries(fields).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
