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
  /** One bit for each of PRICE_PLAN_KINDS that there is. */
  readonly plans: number
  /** The lowest of the prices, µEUR; NaN when there is none. */
  readonly least: number
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
  /** By number of a word: the rows that have it and where, see `entry`. */
  readonly postings: readonly (readonly number[] | undefined)[]
  /** Providers with listings that are not published, by the numbers of `names`. */
  readonly withUnpublished: ReadonlySet<number>
  /** Another number whenever something has changed. */
  readonly revision: number
}

/** Where a word stands in a listing, at best: the title, then the topic, the summary, and anything else. */
export const IN_TITLE = 0
const [IN_TOPIC, IN_SUMMARY, ELSEWHERE] = [1, 2, 3]

/** A row and the place of a word in it, as one number of a posting. */
const entry = (row: number, place: number): number => row * 4 + place
export const rowOfEntry = (posted: number): number => posted >>> 2
export const placeOfEntry = (posted: number): number => posted & 3

/** Few enough that reading them does not hold up other work. */
const AT_ONCE = 1000

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
        post(stored.number, rows[stored.number], row)
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

  /** What was posted of a row before is taken out where it differs, so that a posting needs no look at its rows. */
  function post(number: number, before: SearchRow | undefined, now: SearchRow | undefined): void {
    const [was, is] = [placesOf(before), placesOf(now)]
    for (const [word, place] of was) {
      if (is.get(word) === place) continue
      const posting = postings[word]!
      posting.splice(posting.indexOf(entry(number, place)), 1)
    }
    for (const [word, place] of is) {
      if (was.get(word) === place) continue
      const posting = postings[word]
      if (posting === undefined) postings[word] = [entry(number, place)]
      else posting.push(entry(number, place))
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

/** The best place of each word of a row. */
function placesOf(row: SearchRow | undefined): Map<number, number> {
  const places = new Map<number, number>()
  if (row === undefined) return places
  const { words, ends } = row
  for (let at = 0; at < words.length; at++) {
    const place = at < ends[0] ? IN_TITLE : at < ends[1] ? IN_TOPIC : at < ends[2] ? IN_SUMMARY : ELSEWHERE
    if (!places.has(words[at]!)) places.set(words[at]!, place)
  }
  return places
}

function rowOf(stored: StoredRow, { numberOf }: Names, words: Names): SearchRow {
  const prices = PRICE_PLAN_KINDS.map((_, index) => stored.prices[index] ?? Number.NaN)
  const there = prices.filter((price) => price >= 0)
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
    prices,
    plans: prices.reduce((mask, price, plan) => (price >= 0 ? mask | (1 << plan) : mask), 0),
    least: there.length === 0 ? Number.NaN : Math.min(...there),
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
