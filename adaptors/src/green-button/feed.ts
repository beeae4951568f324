import { SaxesParser } from 'saxes'
import type { Bytes } from '../text/lines.ts'

/** The parts of an ESPI feed that carry energy (NAESB REQ.21), as text, in document order. */
export type FeedPart =
  | { readonly part: 'usage-point'; readonly self: string; readonly kind: string }
  | { readonly part: 'meter-reading'; readonly self: string; readonly related: readonly string[] }
  | { readonly part: 'reading-type'; readonly self: string; readonly fields: Readonly<Record<string, string>> }
  | {
      readonly part: 'interval'
      readonly up: string
      readonly line: number
      readonly start: string
      readonly duration: string
      readonly value: string
      readonly quality: string
    }
  | { readonly part: 'local-time'; readonly tzOffset: string }
  | { readonly part: 'broken'; readonly line: number; readonly reason: string }

/** Longest text of one element: an id or a number, never more. */
const LONGEST_TEXT = 4096

/**
 * Streams an ESPI Atom feed. Never throws on content: malformed XML ends the feed with one `broken` part.
 * Entities other than XML's own are not expanded (no DTD is read), so a hostile feed cannot grow.
 */
export async function* readFeed(bytes: Bytes): AsyncGenerator<FeedPart> {
  const parts: FeedPart[] = []
  const parser = feedParser(parts)
  const decoder = new TextDecoder()
  let broken = false
  const feed = (write: () => void) => {
    try {
      write()
    } catch (error) {
      parts.push({ part: 'broken', line: parser.line, reason: error instanceof Error ? error.message : String(error) })
      broken = true
    }
  }
  for await (const chunk of bytes) {
    feed(() => parser.write(decoder.decode(chunk, { stream: true })))
    yield* parts.splice(0)
    if (broken) return
  }
  feed(() => parser.write(decoder.decode()).close())
  yield* parts.splice(0)
}

function feedParser(parts: FeedPart[]): SaxesParser {
  const parser = new SaxesParser({ xmlns: false, position: true })
  const path: string[] = []
  let text = ''
  let links: { rel: string; href: string }[] = []
  let fields: Record<string, string> = {}
  let quality = ''
  const link = (rel: string) => links.find((known) => known.rel === rel)?.href ?? ''
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const local = localName(name)
    path.push(local)
    text = ''
    if (local === 'entry') {
      links = []
      fields = {}
    }
    if (local === 'IntervalReading' || local === 'ReadingType') fields = {}
    if (local === 'IntervalReading') quality = ''
    if (local === 'link') links.push({ rel: String(attributes.rel ?? ''), href: String(attributes.href ?? '') })
  })
  parser.on('text', (more) => {
    if (text.length < LONGEST_TEXT) text += more
  })
  parser.on('closetag', () => {
    const local = path.pop() ?? ''
    const within = path.at(-1) ?? ''
    const value = text.trim()
    text = ''
    if (within === 'ReadingType' || within === 'IntervalReading' || within === 'timePeriod') fields[local] = value
    if (local === 'quality' && within === 'ReadingQuality') quality = value
    if (local === 'kind' && within === 'ServiceCategory')
      parts.push({ part: 'usage-point', self: link('self'), kind: value })
    if (local === 'tzOffset') parts.push({ part: 'local-time', tzOffset: value })
    if (local === 'ReadingType') parts.push({ part: 'reading-type', self: link('self'), fields })
    if (local === 'MeterReading') {
      const related = links.filter(({ rel }) => rel === 'related').map(({ href }) => href)
      parts.push({ part: 'meter-reading', self: link('self'), related })
    }
    if (local === 'IntervalReading') {
      const { start = '', duration = '', value: amount = '' } = fields
      parts.push({ part: 'interval', up: link('up'), line: parser.line, start, duration, value: amount, quality })
    }
  })
  return parser
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
