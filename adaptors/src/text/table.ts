import { type Bytes, fieldsOf, lines } from './lines.ts'

export interface Row {
  /** line in the file */
  readonly number: number
  readonly text: string
  readonly fields: readonly string[]
}

export interface Header {
  readonly text: string
  readonly columns: readonly string[]
}

/**
 * Rows of a delimited file under its header, streamed in chunks. Blank lines are skipped.
 * The first item is the header; an empty file yields nothing.
 */
export async function* table(bytes: Bytes, delimiter: string): AsyncGenerator<{ header: Header } | { rows: Row[] }> {
  let columns: readonly string[] | undefined
  for await (const batch of lines(bytes)) {
    const rows: Row[] = []
    for (const line of batch) {
      if (line.text === '') continue
      const fields = fieldsOf(line.text, delimiter)
      if (columns) rows.push({ number: line.number, text: line.text, fields })
      else {
        columns = fields.map((name) => name.trim())
        yield { header: { text: line.text, columns } }
      }
    }
    if (rows.length > 0) yield { rows }
  }
}
