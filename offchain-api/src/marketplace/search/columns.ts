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
  readonly names: Names
}

const AT_ONCE = 10_000

interface StoredRow {
  readonly number: number
  readonly listing: string
  readonly change: string
  readonly state: string
  readonly account: string
  readonly kind: string
  readonly category: string
  readonly regions: readonly string[]
  readonly granularity: string | null
  readonly prices: readonly (number | null)[]
  readonly rating: number | null
  readonly published_at: string
}

/**
 * The facets of all listings in memory: tens of bytes for each, so that a search counts a hundred thousand of them in a few
 * milliseconds. Before each use what has changed in the store is read, so that nothing is older than the question.
 */
export function createColumns({ rows: ask }: { rows: Rows }): { read(): Promise<Columns> } {
  const rows: (SearchRow | undefined)[] = []
  const names = createNames()
  let [change, last] = ['0', 0]
  let reading: Promise<void> | undefined
  let again: Promise<void> | undefined

  async function readChanges(): Promise<void> {
    for (;;) {
      const changed = await ask<StoredRow & Record<string, unknown>>(
        `SELECT number, listing, change, state, account, kind, category, regions, granularity, prices, rating, published_at
         FROM market_search WHERE (change, number) > ($1, $2) ORDER BY change, number LIMIT ${AT_ONCE}`,
        [change, last],
      )
      for (const stored of changed) rows[stored.number] = stored.state === 'removed' ? undefined : rowOf(stored, names)
      const newest = changed.at(-1)
      if (newest) [change, last] = [newest.change, newest.number]
      if (changed.length < AT_ONCE) return
    }
  }

  return {
    async read() {
      // A reading that is under way may have begun before the question; the next one serves all who ask meanwhile.
      if (reading) {
        again ??= reading.catch(() => undefined).then(() => start())
        await again
      } else await start()
      return { rows, names }
    },
  }

  function start(): Promise<void> {
    again = undefined
    reading = readChanges().finally(() => (reading = undefined))
    return reading
  }
}

function rowOf(stored: StoredRow, { numberOf }: Names): SearchRow {
  return {
    number: stored.number,
    listing: stored.listing,
    state: stored.state,
    provider: numberOf(stored.account),
    kind: numberOf(stored.kind),
    category: numberOf(stored.category),
    regions: stored.regions.map(numberOf),
    granularity: stored.granularity === null ? -1 : numberOf(stored.granularity),
    prices: PRICE_PLAN_KINDS.map((_, index) => stored.prices[index] ?? Number.NaN),
    rating: stored.rating ?? Number.NaN,
    publishedAt: Number(stored.published_at),
  }
}

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
