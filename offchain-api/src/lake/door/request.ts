import type { RequestState } from './engine.ts'

/** One request of ClickHouse's HTTP interface: the statement, and the data of an insert when it came apart from it. */
export interface LakeRequest {
  readonly sql: string
  readonly state: RequestState
  readonly format: string
  readonly queryId: string | undefined
  readonly gzip: boolean
}

// Parameters of the interface itself, which the engine does not know as settings.
const INTERFACE = new Set(['query', 'query_id', 'database', 'default_format', 'session_id', 'role', 'user', 'password'])
const HTTP_ONLY =
  /^(enable_http_compression|wait_end_of_query|buffer_size|compress|decompress|send_progress_in_http_headers|cancel_http_readonly_queries_on_client_close|http_.*)$/

/** Reads the URL (and the fields of a multipart body) of a request. */
export function readRequest(url: URL, sql: string, fields: Iterable<[string, string]>): LakeRequest {
  const settings = new Map<string, string>()
  const parameters = new Map<string, string>()
  for (const [name, value] of [...url.searchParams, ...fields]) {
    if (name.startsWith('param_')) {
      if (/^param_[A-Za-z_]\w*$/.test(name)) parameters.set(name.slice('param_'.length), value)
    } else if (!INTERFACE.has(name) && !HTTP_ONLY.test(name)) {
      if (!/^[A-Za-z_]\w*$/.test(name))
        throw new Error(`Code: 115. DB::Exception: Unknown setting '${name}'. (UNKNOWN_SETTING)`)
      settings.set(name, value)
    }
  }
  return {
    sql,
    state: { database: url.searchParams.get('database') ?? 'default', settings, parameters },
    format: url.searchParams.get('default_format') ?? 'TabSeparated',
    queryId: url.searchParams.get('query_id') ?? undefined,
    gzip: url.searchParams.get('enable_http_compression') === '1',
  }
}

const WITHOUT_COMMENTS = /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*/

/** Whether the statement answers with rows, so that its result is streamed. */
export const isRead = (sql: string) =>
  /^(SELECT|WITH|SHOW|DESC|DESCRIBE|EXPLAIN|EXISTS|VALUES)\b/i.test(sql.replace(WITHOUT_COMMENTS, ''))

/**
 * The same insert, reading its rows from a file: any input format works, and a body of any size costs no memory.
 * @returns undefined when the statement is not `INSERT … FORMAT X`
 */
export function insertFromFile(sql: string, quotedPath: string): string | undefined {
  const match = /^([\s\S]*\S)\s+FORMAT\s+([A-Za-z]\w*)\s*;?\s*$/i.exec(sql)
  if (!match || !/^INSERT\b/i.test(sql.replace(WITHOUT_COMMENTS, ''))) return undefined
  return `${match[1]} FROM INFILE ${quotedPath} FORMAT ${match[2]}`
}
