import type { Columns, SearchRow } from './columns.ts'
import type { Term } from './match.ts'

const IN_TITLE = 1
const IN_TOPIC = 0.4
const IN_SUMMARY = 0.1
/** A short title that has a word says more of it than a long one. */
const SHORT_TITLE = 0.5
/** Well rated ones come first among those that fit alike: a star more counts this much. */
const A_STAR = 0.002

/** How well a row fits that has the terms anywhere: the sum of the best places where each of them stands. */
export function scoreFor(terms: readonly Term[], { words }: Columns): (row: SearchRow) => number {
  // One bit for each term, by the words that it may be: so a row's words are looked at once.
  const bits = new Uint16Array(words.size())
  for (const [place, { words: forms, beginning }] of terms.entries()) {
    const mark = (number: number | undefined) => {
      if (number !== undefined) bits[number]! |= 1 << place
    }
    for (const form of forms) mark(words.find(form))
    if (beginning === undefined) continue
    for (let number = 0; number < bits.length; number++) if (words.wordOf(number).startsWith(beginning)) mark(number)
  }
  const held = (numbers: readonly number[]): number => {
    let mask = 0
    for (const number of numbers) mask |= bits[number] ?? 0
    return mask
  }
  return ({ title, topic, summary, rating }) => {
    const inTitle = held(title)
    const inTopic = held(topic) & ~inTitle
    const inSummary = held(summary) & ~inTitle & ~inTopic
    return (
      ones(inTitle) * (IN_TITLE + SHORT_TITLE / Math.max(title.length, 1)) +
      ones(inTopic) * IN_TOPIC +
      ones(inSummary) * IN_SUMMARY +
      (Number.isNaN(rating) ? 0 : rating * A_STAR)
    )
  }
}

function ones(mask: number): number {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++
  return count
}
