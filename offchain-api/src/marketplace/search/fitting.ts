import { type Columns, IN_TITLE, placeOfEntry, rowOfEntry, type SearchRow } from './columns.ts'
import type { Term } from './read-words.ts'

/** What a word counts by its place: in the title, the topic, the summary, elsewhere, nowhere. */
const COUNTS = [1, 0.4, 0.1, 0, 0]
/** A short title that has a word says more of it than a long one. */
const SHORT_TITLE = 0.5
/** Well rated ones come first among those that fit alike: a star more counts this much. */
const A_STAR = 0.002
const NOWHERE = 4

/** Rows that fit, and how well each does. */
export interface Fitting {
  readonly rows: readonly SearchRow[]
  score(row: SearchRow): number
}

/**
 * Rows with every term, or with any of them, from the words' postings alone: which terms they have, and where at best. A row is
 * not looked at before it fits, since a common word stands in tens of thousands of them.
 */
export function fitting(terms: readonly Term[], columns: Columns, how: 'every' | 'any'): Fitting {
  const { rows, postings } = columns
  const places = terms.map((term) => {
    const best = new Uint8Array(rows.length).fill(NOWHERE)
    for (const word of wordsOfTerm(term, columns))
      for (const posted of postings[word] ?? []) {
        const row = rowOfEntry(posted)
        if (placeOfEntry(posted) < best[row]!) best[row] = placeOfEntry(posted)
      }
    return best
  })
  const fits = (number: number) => {
    for (const best of places) {
      const has = best[number] !== NOWHERE
      if (has !== (how === 'every')) return has
    }
    return how === 'every'
  }
  const found: SearchRow[] = []
  for (let number = 0; number < rows.length; number++) if (fits(number)) found.push(rows[number]!)
  return {
    rows: found,
    score({ number, ends: [title], rating }) {
      let score = Number.isNaN(rating) ? 0 : rating * A_STAR
      for (const best of places) {
        const place = best[number]!
        score += COUNTS[place]! + (place === IN_TITLE ? SHORT_TITLE / Math.max(title, 1) : 0)
      }
      return score
    },
  }
}

/** Numbers of all words that a term may be. */
function wordsOfTerm({ words: forms, beginning }: Term, { words }: Columns): Set<number> {
  const numbers = new Set(forms.flatMap((form) => words.find(form) ?? []))
  if (beginning !== undefined)
    for (let word = 0; word < words.size(); word++) if (words.wordOf(word).startsWith(beginning)) numbers.add(word)
  return numbers
}
