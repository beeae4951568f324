import type { Rows } from '../follower/reaction.ts'
import { isForm, lettersApart, mayBeOff, stemOf, wordsOf } from './words.ts'

/** A word that no listing has, and the words that were looked for in its place. */
export interface ReadAs {
  readonly given: string
  readonly read: readonly string[]
}

/** What a text asks for. */
export interface Wanted {
  /** Of each word that was given, its forms or what it was read as. */
  readonly terms: readonly Term[]
  readonly readAs: readonly ReadAs[]
}

const MOST_WORDS = 12
const MOST_FORMS = 8
const MOST_SIMILAR = 3

interface Known {
  readonly word: string
  readonly listings: number
}

/** Alternatives for one word that was given. */
export interface Term {
  readonly words: readonly string[]
  /** What words may begin with that are not in `words`. */
  readonly beginning: string | undefined
  /** In how many listings it stands, at least. */
  readonly listings: number
}

/**
 * What the words of a text stand for: any of their forms; the last one may be the beginning of a word. A word that no listing
 * has is read as the most similar ones that some have.
 * @param isWord whether a word stands in a listing that the asker may see
 * @returns undefined when there is no word in the text
 */
export async function readWords(
  rows: Rows,
  text: string,
  { isWord, listings }: { isWord: (word: string) => boolean; listings: number },
): Promise<Wanted | undefined> {
  const given = [...new Set(wordsOf(text))].slice(0, MOST_WORDS)
  if (given.length === 0) return undefined
  const beginning = /[\p{L}\p{N}]$/u.test(text) ? given.at(-1) : undefined
  const known = (await knownForms(rows, given)).filter(({ word }) => isWord(word))
  const readAs: ReadAs[] = []
  const terms: Term[] = []
  for (const word of given) {
    const forms = known.filter(({ word: form }) => isForm(form, word) || (word === beginning && form.startsWith(word)))
    if (forms.length > 0) {
      terms.push(termOf(word, forms, word === beginning))
      continue
    }
    const similar = await similarWords(rows, word, isWord)
    if (similar.length > 0) {
      readAs.push({ given: word, read: similar.map((it) => it.word) })
      terms.push(termOf(undefined, similar, false))
    } else terms.push({ words: [word], beginning: undefined, listings: 0 })
  }
  // A word that most listings have says nothing beside others.
  const telling = terms.filter(({ listings: count }) => count <= listings / 2)
  return { terms: telling.length > 0 ? telling : terms, readAs }
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

async function similarWords(rows: Rows, word: string, isWord: (word: string) => boolean): Promise<Known[]> {
  const most = mayBeOff(word)
  if (most === 0) return []
  const found = await rows<Known & Record<string, unknown>>('SELECT word, listings FROM market_similar_words($1)', [
    word,
  ])
  const apart = found
    .map((it) => ({ ...it, apart: lettersApart(word, it.word, most) }))
    .filter((it) => it.apart <= most && isWord(it.word))
    .sort((a, b) => a.apart - b.apart || b.listings - a.listings)
  return apart.filter((it) => it.apart === apart[0]!.apart).slice(0, MOST_SIMILAR)
}

function termOf(word: string | undefined, forms: readonly Known[], begins: boolean): Term {
  const often = [...forms].sort((a, b) => b.listings - a.listings)
  return {
    words: often.slice(0, MOST_FORMS).map((it) => it.word),
    beginning: begins ? word : undefined,
    listings: often[0]!.listings,
  }
}
