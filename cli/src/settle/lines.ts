import { createReadStream } from 'node:fs'
import { OpemError } from '@opem/domain'

/** Some consecutive lines of a file; `first` counts from 1. */
export interface Lines {
  readonly first: number
  readonly lines: readonly string[]
}

const MOST_LINE = 100_000

/** Streams a text file by lines (LF or CRLF, an optional byte order mark), a chunk at a time. @throws ERR_FILE, ERR_ROW */
export async function* linesOf(file: string): AsyncGenerator<Lines> {
  let first = 1
  let rest = ''
  const decoder = new TextDecoder()
  const stream = createReadStream(file, { highWaterMark: 1 << 18 })
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MOST_LINE) throw tooLong(first + lines.length)
      if (lines.length > 0) yield { first, lines: lines.map(withoutReturn) }
      first += lines.length
    }
  } catch (cause) {
    throw cause instanceof OpemError ? cause : unreadable(file, cause)
  }
  if (rest !== '') yield { first, lines: [withoutReturn(rest)] }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)

const tooLong = (line: number): OpemError =>
  new OpemError({
    code: 'ERR_ROW',
    shortMessage: `line ${line} is longer than ${MOST_LINE} characters: is this a CSV file with one row a line?`,
    details: { line },
  })

/** A file that cannot be read, said in one sentence. */
export const unreadable = (file: string, cause: unknown): OpemError =>
  new OpemError({
    code: 'ERR_FILE',
    shortMessage: `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    details: { file },
    cause,
  })
