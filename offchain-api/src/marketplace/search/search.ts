import type { OperationalStore } from '../../operational/store.ts'
import type { Asked } from './asked.ts'
import { type Columns, createColumns, rowOfEntry, type SearchRow } from './columns.ts'
import { type Counted, countFacets, plansOf, priceFor } from './facets.ts'
import { fitting } from './fitting.ts'
import { firstAfter, type Key, sortValue } from './order.ts'
import { type ReadAs, readWords } from './read-words.ts'

export interface Found extends Pick<Counted, 'tabs' | 'facets'> {
  /** Ids of the page's listings, in order. */
  readonly listings: readonly string[]
  /** The page ends here; null when nothing follows. */
  readonly next: Key | null
  readonly total: number
  readonly readAs: readonly ReadAs[]
  readonly relaxed: boolean
}

export interface Search {
  /**
   * Listings that fit, as far as an account may see them: what is published for it, and its own whatever their state.
   * @param account whose eyes; listings with an access list show themselves to who is on it
   */
  find(asked: Asked, page: { account: string; after: Key | undefined; limit: number }): Promise<Found>
  /** Reads what changed, so that the first question is not the one that waits. */
  warm(): Promise<void>
}

export function createSearch({ store }: { store: OperationalStore }): Search {
  const columns = createColumns(store)
  const browsed = createBrowsed()
  return {
    warm: async () => void (await columns.read()),
    async find(asked, { account, after, limit }) {
      const [known, hidden] = await Promise.all([columns.read(), hiddenFrom(store, account)])
      const own = known.names.find(account) ?? -1
      const isSeen = ({ number, state, provider }: SearchRow) =>
        provider === own || (state === 'published' && !hidden.has(number))
      // What is only in listings that somebody may not see is no word to them, nor one that theirs is read as.
      const isWord = (word: string) => stands(known, word, isSeen)
      const wanted = await readWords(store.rows, asked.text, { isWord, listings: known.rows.length })
      const fit = (how: 'every' | 'any') => {
        const found = wanted && fitting(wanted.terms, known, how)
        return found && { ...found, rows: seen(found.rows, isSeen) }
      }
      const every = fit('every')
      // Nothing has all the words: what has some of them is better than nothing, and said to be.
      const relaxed = wanted !== undefined && wanted.terms.length > 1 && every?.rows.length === 0
      const found = relaxed ? fit('any') : every
      const count = () => countFacets(found?.rows ?? seen(known.rows, isSeen), asked, known)
      const everybodys = found === undefined && hidden.size === 0 && !known.withUnpublished.has(own)
      const { hits, tabs, facets } = everybodys ? browsed(known, asked, count) : count()
      const plans = plansOf(asked)
      // Without words there is nothing to be relevant to.
      const sort = asked.sort === 'relevance' && found === undefined ? 'newest' : asked.sort
      const by = { score: found?.score ?? (() => 0), price: (row: SearchRow) => priceFor(row, plans) }
      const page = firstAfter(hits, { value: (row) => sortValue(sort, row, by), after, limit: limit + 1 })
      const shown = page.slice(0, limit)
      return {
        listings: shown.map(({ row }) => row.listing),
        next: page.length > limit ? shown.at(-1)!.key : null,
        total: hits.length,
        ...{ tabs, facets, readAs: wanted?.readAs ?? [], relaxed: relaxed && hits.length > 0 },
      }
    },
  }
}

const MOST_BROWSED = 20

/** What everybody sees who looks around without words is counted once, until something changes. */
function createBrowsed() {
  let revision = -1
  const kept = new Map<string, Counted>()
  return ({ revision: now }: Columns, { sort: _, ...asked }: Asked, count: () => Counted): Counted => {
    if (now !== revision) kept.clear()
    revision = now
    const key = JSON.stringify(asked)
    const counted = kept.get(key) ?? count()
    kept.delete(key)
    kept.set(key, counted)
    if (kept.size > MOST_BROWSED) kept.delete(kept.keys().next().value!)
    return counted
  }
}

/** Numbers of listings with an access list that an account is not on, and of those whose provider's account is not active. */
async function hiddenFrom({ rows }: OperationalStore, account: string): Promise<Set<number>> {
  const found = await rows<{ number: number }>(
    `SELECT s.number FROM market_listing_policies p JOIN market_search s USING (listing)
     WHERE p.restricted AND NOT EXISTS (
       SELECT 1 FROM market_listing_access x WHERE x.listing = p.listing AND x.account = $1)
     UNION ALL SELECT s.number FROM accounts a JOIN market_listings l ON l.account = a.account JOIN market_search s USING (listing)
     WHERE a.status IN ('suspended', 'revoked')`,
    [account],
  )
  return new Set(found.map(({ number }) => number))
}

function seen(rows: readonly (SearchRow | undefined)[], isSeen: (row: SearchRow) => boolean): SearchRow[] {
  const some: SearchRow[] = []
  for (const row of rows) if (row && isSeen(row)) some.push(row)
  return some
}

/** Whether a word stands in a listing that is seen. */
function stands({ words, postings, rows }: Columns, word: string, isSeen: (row: SearchRow) => boolean): boolean {
  const number = words.find(word)
  if (number === undefined) return false
  return (postings[number] ?? []).some((posted) => isSeen(rows[rowOfEntry(posted)]!))
}
