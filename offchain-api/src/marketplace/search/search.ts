import type { OperationalStore } from '../../operational/store.ts'
import type { Asked } from './asked.ts'
import { type Columns, createColumns } from './columns.ts'
import { type Counted, countFacets, type Hit, plansOf, priceFor } from './facets.ts'
import { type Matched, match, type ReadAs } from './match.ts'
import { firstAfter, type Key, sortValue } from './order.ts'

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
  return {
    warm: async () => void (await columns.read()),
    async find(asked, { account, after, limit }) {
      const [known, hidden] = await Promise.all([columns.read(), hiddenFrom(store, account)])
      const matched = await match(store.rows, asked.text, known.rows.length)
      const own = known.names.find(account)
      const seen = candidates(known, matched, (number, state, provider) =>
        state === 'published' ? provider === own || !hidden.has(number) : provider === own,
      )
      const { hits, tabs, facets } = countFacets(seen, asked, known)
      const plans = plansOf(asked)
      // Without words there is nothing to be relevant to.
      const sort = asked.sort === 'relevance' && matched === undefined ? 'newest' : asked.sort
      const keyOf = (hit: Hit): Key => [sortValue(sort, hit, ({ row }) => priceFor(row, plans)), hit.row.number]
      const page = firstAfter(hits, { keyOf, after, limit: limit + 1 })
      const shown = page.slice(0, limit)
      return {
        listings: shown.map(({ hit }) => hit.row.listing),
        next: page.length > limit ? shown.at(-1)!.key : null,
        total: hits.length,
        ...{ tabs, facets, readAs: matched?.readAs ?? [], relaxed: matched?.relaxed ?? false },
      }
    },
  }
}

/** Numbers of listings with an access list that an account is not on. */
async function hiddenFrom({ rows }: OperationalStore, account: string): Promise<Set<number>> {
  const found = await rows<{ number: number }>(
    `SELECT s.number FROM market_listing_policies p JOIN market_search s USING (listing)
     WHERE p.restricted AND NOT EXISTS (
       SELECT 1 FROM market_listing_access x WHERE x.listing = p.listing AND x.account = $1)`,
    [account],
  )
  return new Set(found.map(({ number }) => number))
}

function* candidates(
  { rows }: Columns,
  matched: Matched | undefined,
  isSeen: (number: number, state: string, provider: number) => boolean,
): Generator<Hit> {
  if (matched === undefined) {
    for (const row of rows) if (row && isSeen(row.number, row.state, row.provider)) yield { row, score: 0 }
    return
  }
  for (const [number, score] of matched.scores) {
    const row = rows[number]
    // Well rated ones first among those that fit alike.
    if (row && isSeen(number, row.state, row.provider))
      yield { row, score: score + (Number.isNaN(row.rating) ? 0 : row.rating / 500) }
  }
}
