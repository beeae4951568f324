import { OpemError } from '@opem/domain'

/** An element that was read: its name without prefix, its attributes, its own text and what is in it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly Element[]
}

const MOST_CHARACTERS = 5_000_000
const MOST_DEPTH = 64
const NAME = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?'
// One piece of a document: a comment, an instruction, literal text, an end, a beginning, or text up to the next piece.
const PIECE = new RegExp(
  `<!--(?:(?!--)[^])*-->|<\\?[^]*?\\?>|<!\\[CDATA\\[([^]*?)\\]\\]>|</(${NAME})\\s*>|<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>|([^<]+)`,
  'y',
)
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g')
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

type Open = { name: string; attributes: Record<string, string>; text: string; children: Element[] }

/**
 * Reads XML of somebody else: elements, attributes, text. Document types and entities of one's own are refused outright,
 * since they are how a small file becomes a large one, or reads what it should not. @throws ERR_XML
 */
export function readXml(xml: string): Element {
  if (xml.length > MOST_CHARACTERS) throw wrong(`it has ${xml.length} characters; ${MOST_CHARACTERS} are the most`)
  const root: Open = { name: '', attributes: {}, text: '', children: [] }
  const open: Open[] = [root]
  const names: string[] = []
  PIECE.lastIndex = 0
  for (let at = xml.startsWith('\uFEFF') ? 1 : 0; at < xml.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at
    const piece = PIECE.exec(xml)
    if (piece === null)
      throw wrong(
        xml.startsWith('<!DOCTYPE', at)
          ? 'it declares a document type, which is not read'
          : `no element at character ${at}`,
      )
    const [, literal, ending, beginning, attributes, closed, text] = piece
    const inside = open.at(-1)!
    if (literal !== undefined || text !== undefined) {
      if (open.length === 1 && (literal ?? text)!.trim() !== '') throw wrong('there is text outside of its element')
      inside.text += literal ?? decoded(text!)
    } else if (ending !== undefined) {
      if (names.pop() !== ending) throw wrong(`</${ending}> ends nothing that began before it`)
      const done = open.pop()!
      open.at(-1)!.children.push({ ...done, text: done.text.trim() })
    } else if (beginning !== undefined) {
      if (open.length === 1 && root.children.length > 0) throw wrong('there is more than one element at the top')
      const one: Open = { name: local(beginning), attributes: attributesOf(attributes ?? ''), text: '', children: [] }
      if (closed) inside.children.push(one)
      else if (open.push(one) > MOST_DEPTH) throw wrong(`elements are more than ${MOST_DEPTH} deep in each other`)
      else names.push(beginning)
    }
  }
  const [element] = root.children
  if (names.length > 0 || element === undefined) throw wrong('an element does not end, or there is none')
  return element
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) found[local(name!)] = decoded(double ?? single ?? '')
  return found
}

const decoded = (text: string): string =>
  text.replaceAll(/&([^;&]{0,12});?/g, (whole, entity: string) => {
    const code = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(entity)
    const point = code === null ? undefined : Number.parseInt(code[1] ?? code[2]!, code[1] === undefined ? 10 : 16)
    const value = point === undefined ? ENTITIES[entity] : point <= 0x10ffff ? String.fromCodePoint(point) : undefined
    if (value === undefined || !whole.endsWith(';')) throw wrong(`it uses ${whole}, which is no character`)
    return value
  })

const wrong = (why: string) =>
  new OpemError({ code: 'ERR_XML', shortMessage: `the file is no XML that is read here: ${why}` })

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/** All elements at a path of names. @example all(invoice, 'TaxTotal/TaxSubtotal') */
export function all(at: Element | undefined, path: string): Element[] {
  let found = at === undefined ? [] : [at]
  for (const name of path.split('/')) found = found.flatMap(({ children }) => children.filter((it) => it.name === name))
  return found
}

export const first = (at: Element | undefined, path: string): Element | undefined => all(at, path)[0]
/** Text at a path; undefined when it is missing or empty. */
export const textAt = (at: Element | undefined, path: string): string | undefined => first(at, path)?.text || undefined
