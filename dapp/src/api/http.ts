import { OpemError } from '@opem/domain'
import { z } from 'zod'

// zod's compiled parsers need eval, which the content security policy forbids.
z.config({ jitless: true })

const Problem = z.object({ title: z.string(), status: z.number(), code: z.string(), detail: z.string().optional() })

/**
 * One exchange with a door of our own origin; the answer is parsed strictly or refused.
 * Codes: the API's own code of a problem, `ERR_UNREACHABLE` (no answer), `ERR_ANSWER_SHAPE` (an answer we do not know).
 */
export async function exchange<T>(
  path: string,
  schema: z.ZodType<T>,
  options: { method?: 'GET' | 'POST' | 'DELETE'; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
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
  const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) {
    const problem = Problem.safeParse(body)
    throw new OpemError({
      code: problem.success ? problem.data.code : 'ERR_ANSWER_SHAPE',
      shortMessage: problem.success
        ? (problem.data.detail ?? problem.data.title)
        : `The marketplace answered ${response.status} to ${path}.`,
      details: { path, status: response.status },
      retryable: response.status >= 500,
    })
  }
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new OpemError({
    code: 'ERR_ANSWER_SHAPE',
    shortMessage: `The answer to ${path} has a shape this page does not know: ${z.prettifyError(parsed.error)}`,
    details: { path },
  })
}

/** A query string without the fields that are not given. */
export const query = (fields: Record<string, string | number | undefined>): string => {
  const given = Object.entries(fields).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
