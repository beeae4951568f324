import type { Rows } from '../follower/reaction.ts'
import { isForm, lettersApart, mayBeOff, stemOf, wordsOf } from './words.ts'

/** A word that no listing has, and the words that were looked for in its place. */
export interface ReadAs {
  readonly given: string
  readonly read: readonly string[]
}

export interface Matched {
  /** Numbers of search rows, and how well each fits. */
  readonly scores: ReadonlyMap<number, number>
  readonly readAs: readonly ReadAs[]
  /** No listing has all the words: these have some of them. */
  readonly relaxed: boolean
}

const MOST_WORDS = 12
const MOST_FORMS = 8
const MOST_SIMILAR = 3

interface Known {
  readonly word: string
  readonly listings: number
}

/** Alternatives for one word that was given, as a part of a tsquery. */
interface Term {
  readonly query: string
  /** In how many listings it stands, at least. */
  readonly listings: number
}

/**
 * Finds the listings that have all words of a text, in any form; the last word may be the beginning of one. A word that no
 * listing has is read as the most similar ones that some have.
 * @returns undefined when there is no word in the text
 */
export async function match(rows: Rows, text: string, listings: number): Promise<Matched | undefined> {
  const given = [...new Set(wordsOf(text))].slice(0, MOST_WORDS)
  if (given.length === 0) return undefined
  const beginning = /[\p{L}\p{N}]$/u.test(text) ? given.at(-1) : undefined
  const known = await knownForms(rows, given)
  const readAs: ReadAs[] = []
  const terms: Term[] = []
  for (const word of given) {
    const forms = known.filter(({ word: form }) => isForm(form, word) || (word === beginning && form.startsWith(word)))
    if (forms.length > 0) {
      terms.push(termOf(word, forms, word === beginning))
      continue
    }
    const similar = await similarWords(rows, word)
    if (similar.length > 0) {
      readAs.push({ given: word, read: similar.map((it) => it.word) })
      terms.push(termOf(undefined, similar, false))
    } else terms.push({ query: quoted(word), listings: 0 })
  }
  // A word that most listings have says nothing beside others.
  const telling = terms.filter(({ listings: count }) => count <= listings / 2)
  const asked = telling.length > 0 ? telling : terms
  const all = await scored(rows, asked, ' & ')
  if (all.size > 0 || asked.length === 1) return { scores: all, readAs, relaxed: false }
  const some = await scored(rows, asked, ' | ')
  return { scores: some, readAs, relaxed: some.size > 0 }
}

/** Words of listings that begin as the given ones do. */
const knownForms = (rows: Rows, given: readonly string[]): Promise<Known[]> =>
  rows<Known & Record<string, unknown>>(
    `SELECT DISTINCT known.word, known.listings FROM unnest($1::text[]) AS stem
     CROSS JOIN LATERAL (
       SELECT word, listings FROM market_search_words
       WHERE word COLLATE "C" >= stem COLLATE "C" AND word COLLATE "C" < (stem || chr(1114111)) COLLATE "C" AND listings > 0
       ORDER BY listings DESC LIMIT 200
     ) AS known`,
    [given.map(stemOf)],
  )

async function similarWords(rows: Rows, word: string): Promise<Known[]> {
  const most = mayBeOff(word)
  if (most === 0) return []
  const found = await rows<Known & Record<string, unknown>>('SELECT word, listings FROM market_similar_words($1)', [
    word,
  ])
  const apart = found
    .map((it) => ({ ...it, apart: lettersApart(word, it.word, most) }))
    .filter((it) => it.apart <= most)
    .sort((a, b) => a.apart - b.apart || b.listings - a.listings)
  return apart.filter((it) => it.apart === apart[0]!.apart).slice(0, MOST_SIMILAR)
}

function termOf(word: string | undefined, forms: readonly Known[], begins: boolean): Term {
  const often = [...forms].sort((a, b) => b.listings - a.listings)
  const words = new Set(often.slice(0, MOST_FORMS).map((it) => it.word))
  const alternatives = [...words].map(quoted)
  if (begins && word !== undefined) alternatives.push(`${quoted(word)}:*`)
  return { query: `(${alternatives.join(' | ')})`, listings: Math.max(...forms.map((it) => it.listings)) }
}

/** Words are letters, digits and dots (wordsOf): nothing in them ends the quotes. */
const quoted = (word: string) => `'${word}'`

async function scored(rows: Rows, terms: readonly Term[], join: ' & ' | ' | '): Promise<Map<number, number>> {
  const [found] = await rows<{ packed: Buffer | null }>(
    `SELECT string_agg(int4send(number) || float4send(ts_rank('{0,0.1,0.4,1}', head, $1::tsquery, 1)), ''::bytea) AS packed
     FROM market_search WHERE words @@ $1::tsquery`,
    [terms.map(({ query }) => query).join(join)],
  )
  const packed = found?.packed ?? Buffer.alloc(0)
  const scores = new Map<number, number>()
  for (let at = 0; at < packed.length; at += 8) scores.set(packed.readInt32BE(at), packed.readFloatBE(at + 4))
  return scores
}
