import type { Columns, SearchRow } from './columns.ts'
import type { Term } from './read-words.ts'

const IN_TITLE = 1
const IN_TOPIC = 0.4
const IN_SUMMARY = 0.1
/** A short title that has a word says more of it than a long one. */
const SHORT_TITLE = 0.5
/** Well rated ones come first among those that fit alike: a star more counts this much. */
const A_STAR = 0.002

/** Rows that fit, and how well each does. */
export interface Fitting {
  readonly rows: readonly SearchRow[]
  score(row: SearchRow): number
}

/**
 * Rows with every term, or with any of them. They are found by the words' postings and looked at once each: which terms
 * they have, and where at best.
 */
export function fitting(terms: readonly Term[], { rows, words, postings }: Columns, how: 'every' | 'any'): Fitting {
  // One bit for each term, by the words that it may be.
  const bits = new Uint16Array(words.size())
  const numbers = terms.map(({ words: forms, beginning }, place) => {
    const ofTerm = new Set(forms.flatMap((form) => words.find(form) ?? []))
    if (beginning !== undefined)
      for (let word = 0; word < bits.length; word++) if (words.wordOf(word).startsWith(beginning)) ofTerm.add(word)
    for (const word of ofTerm) bits[word]! |= 1 << place
    return [...ofTerm]
  })
  const held = (of: Uint32Array, from: number, to: number): number => {
    let mask = 0
    for (let place = from; place < to; place++) mask |= bits[of[place]!]!
    return mask
  }
  const often = (of: readonly number[]) => of.reduce((sum, word) => sum + (postings[word]?.length ?? 0), 0)
  const rarest = numbers.reduce((a, b) => (often(b) < often(a) ? b : a))
  const needed = how === 'every' ? (1 << terms.length) - 1 : 0
  const looked = new Uint8Array(rows.length)
  const found: SearchRow[] = []
  for (const word of how === 'every' ? rarest : numbers.flat())
    for (const number of postings[word] ?? []) {
      const row = rows[number]
      if (row === undefined || looked[number] === 1) continue
      looked[number] = 1
      const mask = held(row.words, row.ends[2], row.words.length)
      if (mask !== 0 && (mask & needed) === needed) found.push(row)
    }
  return {
    rows: found,
    score({ words: of, ends: [title, topic, summary], rating }) {
      const inTitle = held(of, 0, title)
      const inTopic = held(of, title, topic) & ~inTitle
      const inSummary = held(of, topic, summary) & ~inTitle & ~inTopic
      return (
        ones(inTitle) * (IN_TITLE + SHORT_TITLE / Math.max(title, 1)) +
        ones(inTopic) * IN_TOPIC +
        ones(inSummary) * IN_SUMMARY +
        (Number.isNaN(rating) ? 0 : rating * A_STAR)
      )
    },
  }
}

function ones(mask: number): number {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++
  return count
}
