import { refusal } from '../failure.ts'

/** Asks and tells the unified API; a problem that it answers is thrown with its own code and sentence. */
export interface Api {
  readonly url: string
  get<T>(path: string): Promise<T>
  /** An answer that is no JSON, as a CSV file. */
  text(path: string): Promise<string>
  post<T>(path: string, body: unknown): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  delete(path: string): Promise<void>
  /** Objects of a newline-delimited answer, one by one as they arrive. */
  lines<T>(path: string): AsyncGenerator<T>
}

interface Problem {
  readonly code?: string
  readonly title?: string
  readonly detail?: string
}

async function checked(response: Response, what: string): Promise<Response> {
  if (response.ok) return response
  const text = await response.text()
  let problem: Problem = {}
  try {
    problem = JSON.parse(text) as Problem
  } catch {
    problem = { detail: text.slice(0, 200) }
  }
  throw refusal(
    problem.code ?? 'ERR_API',
    `${what}: ${problem.detail ?? problem.title ?? 'no reason given'} (HTTP ${response.status})${problem.code === 'ERR_NOT_ALLOWED' ? '. Speak as a wallet that may with --as WALLET' : ''}`,
  )
}

/** @param send sends as somebody (instance/caller.ts); unset: as nobody */
export function openApi(base: string, send: typeof fetch = fetch): Api {
  const url = base.replace(/\/+$/, '')
  const ask = async (method: string, path: string, body?: unknown, accept = 'application/json') =>
    checked(
      await send(`${url}${path}`, {
        method,
        headers: { accept, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
      `${method} ${path}`,
    )
  return {
    url,
    get: async (path) => (await ask('GET', path)).json() as never,
    text: async (path) => (await ask('GET', path, undefined, '*/*')).text(),
    post: async (path, body) => {
      const text = await (await ask('POST', path, body)).text()
      return (text === '' ? undefined : JSON.parse(text)) as never
    },
    put: async (path, body) => (await ask('PUT', path, body)).json() as never,
    delete: async (path) => void (await (await ask('DELETE', path)).arrayBuffer()),
    async *lines<T>(path: string) {
      const { body } = await ask('GET', path, undefined, 'application/x-ndjson')
      let rest = ''
      const decoder = new TextDecoder()
      for await (const bytes of body ?? []) {
        const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n')
        rest = parts.pop() ?? ''
        for (const line of parts) if (line !== '') yield JSON.parse(line) as T
      }
      if (rest.trim() !== '') yield JSON.parse(rest) as T
    },
  }
}
