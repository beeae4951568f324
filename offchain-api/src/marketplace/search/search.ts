import type { OperationalStore } from '../../operational/store.ts'
import type { Asked } from './asked.ts'
import { type Columns, createColumns, type SearchRow } from './columns.ts'
import { type Counted, countFacets, plansOf, priceFor } from './facets.ts'
import { type Matched, match, type ReadAs } from './match.ts'
import { firstAfter, type Key, sortValue } from './order.ts'
import { scoreFor } from './score.ts'

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
      const matched = await match(store.rows, asked.text, known.rows.length)
      const own = known.names.find(account) ?? -1
      const isSeen = ({ number, state, provider }: SearchRow) =>
        provider === own || (state === 'published' && !hidden.has(number))
      const count = () => countFacets(candidates(known, matched, isSeen), asked, known)
      const everybodys = matched === undefined && hidden.size === 0 && !known.withUnpublished.has(own)
      const { hits, tabs, facets } = everybodys ? browsed(known, asked, count) : count()
      const plans = plansOf(asked)
      // Without words there is nothing to be relevant to.
      const sort = asked.sort === 'relevance' && matched === undefined ? 'newest' : asked.sort
      const by = { score: scoreFor(matched?.terms ?? [], known), price: (row: SearchRow) => priceFor(row, plans) }
      const page = firstAfter(hits, { value: (row) => sortValue(sort, row, by), after, limit: limit + 1 })
      const shown = page.slice(0, limit)
      return {
        listings: shown.map(({ row }) => row.listing),
        next: page.length > limit ? shown.at(-1)!.key : null,
        total: hits.length,
        ...{ tabs, facets, readAs: matched?.readAs ?? [], relaxed: matched?.relaxed ?? false },
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

function candidates(
  { rows }: Columns,
  matched: Matched | undefined,
  isSeen: (row: SearchRow) => boolean,
): readonly SearchRow[] {
  const seen: SearchRow[] = []
  const take = (row: SearchRow | undefined) => {
    if (row && isSeen(row)) seen.push(row)
  }
  if (matched === undefined) for (const row of rows) take(row)
  else for (const number of matched.numbers) take(rows[number])
  return seen
}
