import { version } from 'chdb'

/** An engine's error as ClickHouse's HTTP interface tells it: `Code: n. DB::Exception: … (NAME) (version …)`. */
export interface LakeError {
  readonly status: number
  readonly code: number
  readonly text: string
}

// As in ClickHouse's HTTPHandler: the request's own mistakes are 4xx, everything else is 500.
const STATUS: ReadonlyMap<number, number> = new Map([
  [47, 404], // UNKNOWN_IDENTIFIER
  [60, 404], // UNKNOWN_TABLE
  [81, 404], // UNKNOWN_DATABASE
  [62, 400], // SYNTAX_ERROR
  [26, 400], // CANNOT_PARSE_QUOTED_STRING
  [27, 400], // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  [41, 400], // CANNOT_PARSE_DATETIME
  [72, 400], // CANNOT_PARSE_NUMBER
  [115, 400], // UNKNOWN_SETTING
  [117, 400], // INCORRECT_DATA
  [456, 400], // UNKNOWN_QUERY_PARAMETER
])

const engineVersion = version().libchdb.replaceAll('"', '')

/** Error of the engine (or of the door) in ClickHouse's form; code 1000 (POCO_EXCEPTION) when the engine gave none. */
export function toLakeError(cause: unknown): LakeError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const text = /^Code: \d+/.test(message) ? message : `Code: 1000. DB::Exception: ${message} (POCO_EXCEPTION)`
  const code = Number(/^Code: (\d+)/.exec(text)?.[1])
  return { status: STATUS.get(code) ?? 500, code, text: `${text} (version ${engineVersion})\n` }
}

/**
 * What ClickHouse (25.11 and later) appends to a body when the query fails after the first rows went out;
 * the client recognises it by the tag sent in the header `X-ClickHouse-Exception-Tag`.
 */
export function trailingError(tag: string, error: LakeError): string {
  const message = error.text.endsWith('\n') ? error.text : `${error.text}\n`
  return `\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`
}
