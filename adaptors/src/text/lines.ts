/** A line of a text file with its number (1 is the first) and its text without the line end. */
export interface Line {
  readonly number: number
  readonly text: string
}

export type Bytes = AsyncIterable<Uint8Array>

/** A line longer than this is not a row of any format here; it is cut so that garbage cannot fill the memory. */
const LONGEST_LINE = 65_536

/**
 * Splits a byte stream into lines (LF or CR LF, UTF-8, byte order mark removed), in chunks of many lines at a time.
 * Never throws on content: malformed UTF-8 becomes U+FFFD, and the row's own parser refuses it.
 */
export async function* lines(bytes: Bytes): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  let number = 0
  for await (const chunk of bytes) {
    const text = rest + decoder.decode(chunk, { stream: true })
    const batch: Line[] = []
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      batch.push({ number: ++number, text: cut(text, from, end) })
      from = end + 1
    }
    rest = text.length - from > LONGEST_LINE ? text.slice(from, from + LONGEST_LINE) : text.slice(from)
    if (batch.length > 0) yield batch
  }
  rest += decoder.decode()
  if (rest !== '') yield [{ number: number + 1, text: cut(rest, 0, rest.length) }]
}

function cut(text: string, from: number, end: number): string {
  const last = end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end
  return text.slice(from, Math.min(last, from + LONGEST_LINE))
}

/**
 * Fields of one row. Quotes as in RFC 4180 are understood when the row contains one; a row never spans lines here.
 * @example fieldsOf('a,"b,c",d', ',') // ['a', 'b,c', 'd']
 */
export function fieldsOf(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter)
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (quoted && character === '"' && text[at + 1] === '"') {
      field += '"'
      at++
    } else if (character === '"') quoted = !quoted
    else if (character === delimiter && !quoted) {
      fields.push(field)
      field = ''
    } else field += character
  }
  fields.push(field)
  return fields
}
