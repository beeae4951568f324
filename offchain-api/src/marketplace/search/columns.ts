import { PRICE_PLAN_KINDS } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'

/** What is counted, filtered and ordered of one listing. Words of facets are the columns' own numbers. */
export interface SearchRow {
  readonly number: number
  readonly listing: string
  readonly state: string
  readonly provider: number
  readonly kind: number
  readonly category: number
  /** Empty: everywhere. */
  readonly regions: readonly number[]
  /** -1: none. */
  readonly granularity: number
  /** By PRICE_PLAN_KINDS, µEUR; NaN where there is no such plan. */
  readonly prices: readonly number[]
  /** NaN: nobody has rated it. */
  readonly rating: number
  readonly publishedAt: number
  /** Numbers of `Columns.words`: of the title, then the topic, the summary, and everything; the ends of the first three. */
  readonly words: Uint32Array
  readonly ends: readonly [title: number, topic: number, summary: number]
}

/** Words and their numbers, both ways. */
export interface Names {
  numberOf(word: string): number
  /** undefined when no listing has it. */
  find(word: string): number | undefined
  wordOf(number: number): string
  size(): number
}

export interface Columns {
  /** By number of the listing's search row; holes where there is none. */
  readonly rows: readonly (SearchRow | undefined)[]
  /** Values of facets. */
  readonly names: Names
  readonly words: Names
  /** By number of a word: numbers of rows that have it, or had it once. */
  readonly postings: readonly (readonly number[] | undefined)[]
  /** Providers with listings that are not published, by the numbers of `names`. */
  readonly withUnpublished: ReadonlySet<number>
  /** Another number whenever something has changed. */
  readonly revision: number
}

/** Few enough that reading them does not hold up other work. */
const AT_ONCE = 2000

interface StoredRow {
  readonly number: number
  readonly listing: string
  readonly change: string
  readonly state: string
  readonly account: string
  readonly kind: string
  readonly category: string
  readonly regions: string
  readonly granularity: string | null
  readonly prices: readonly (number | null)[]
  readonly rating: number | null
  readonly published_at: string
  readonly title: string
  readonly topic: string
  readonly summary: string
  readonly words: string
}

/**
 * The facets of all listings in memory: tens of bytes for each, so that a search counts a hundred thousand of them in a few
 * milliseconds. Before each use what has changed in the store is read, so that nothing is older than the question.
 */
export function createColumns({ rows: ask }: { rows: Rows }): { read(): Promise<Columns> } {
  const rows: (SearchRow | undefined)[] = []
  const [names, words] = [createNames(), createNames()]
  const withUnpublished = new Set<number>()
  const postings: number[][] = []
  let revision = 0
  let [change, last] = ['0', 0]
  let reading: Promise<void> | undefined
  let again: Promise<void> | undefined

  async function readChanges(): Promise<void> {
    for (;;) {
      const changed = await ask<StoredRow & Record<string, unknown>>(
        `SELECT number, listing, change, state, account, kind, category, regions, granularity, prices, rating,
           published_at, title, topic, summary, words
         FROM market_search WHERE (change, number) > ($1, $2) ORDER BY change, number LIMIT ${AT_ONCE}`,
        [change, last],
      )
      for (const stored of changed) {
        const row = stored.state === 'removed' ? undefined : rowOf(stored, names, words)
        if (row) post(row, rows[row.number])
        rows[stored.number] = row
        // It stays in the set when it is published again: whoever is in it is only asked about more carefully.
        if (stored.state !== 'published') withUnpublished.add(names.numberOf(stored.account))
      }
      if (changed.length > 0) revision++
      const newest = changed.at(-1)
      if (newest) [change, last] = [newest.change, newest.number]
      if (changed.length < AT_ONCE) return
    }
  }

  /** A word that a row has no longer stays in its posting: whoever finds the row by it looks at the row. */
  function post({ number, words: held, ends }: SearchRow, before: SearchRow | undefined): void {
    const known = new Set(before?.words)
    for (let place = ends[2]; place < held.length; place++) {
      const word = held[place]!
      if (known.has(word)) continue
      const posting = postings[word]
      if (posting === undefined) postings[word] = [number]
      // Of a row that lost the word and has it again, or was removed in between.
      else if (before !== undefined || posting.at(-1)! >= number) {
        if (!posting.includes(number)) posting.push(number)
      } else posting.push(number)
    }
  }

  return {
    async read() {
      // A reading that is under way may have begun before the question; the next one serves all who ask meanwhile.
      if (reading) {
        again ??= reading.catch(() => undefined).then(() => start())
        await again
      } else await start()
      return { rows, names, words, postings, withUnpublished, revision }
    },
  }

  function start(): Promise<void> {
    again = undefined
    reading = readChanges().finally(() => (reading = undefined))
    return reading
  }
}

function rowOf(stored: StoredRow, { numberOf }: Names, words: Names): SearchRow {
  return {
    ...wordsOfRow(stored, words),
    number: stored.number,
    listing: stored.listing,
    state: stored.state,
    provider: numberOf(stored.account),
    kind: numberOf(stored.kind),
    category: numberOf(stored.category),
    regions: split(stored.regions).map(numberOf),
    granularity: stored.granularity === null ? -1 : numberOf(stored.granularity),
    prices: PRICE_PLAN_KINDS.map((_, index) => stored.prices[index] ?? Number.NaN),
    rating: stored.rating ?? Number.NaN,
    publishedAt: Number(stored.published_at),
  }
}

function wordsOfRow(
  { title, topic, summary, words }: StoredRow,
  { numberOf }: Names,
): Pick<SearchRow, 'words' | 'ends'> {
  const parts = [title, topic, summary, words].map(split)
  const [inTitle, inTopic, inSummary] = parts.map(({ length }) => length) as [number, number, number]
  const ends = [inTitle, inTitle + inTopic, inTitle + inTopic + inSummary] as const
  return { words: Uint32Array.from(parts.flat(), numberOf), ends }
}

const split = (text: string): string[] => (text === '' ? [] : text.split(' '))

function createNames(): Names {
  const numbers = new Map<string, number>()
  const words: string[] = []
  return {
    numberOf(word) {
      const known = numbers.get(word)
      if (known !== undefined) return known
      numbers.set(word, words.length)
      return words.push(word) - 1
    },
    find: (word) => numbers.get(word),
    wordOf: (number) => words[number]!,
    size: () => words.length,
  }
}
