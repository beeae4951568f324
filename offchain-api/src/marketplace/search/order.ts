import type { Sort } from './asked.ts'
import type { SearchRow } from './columns.ts'

/** What a page ends with: the next one begins after it. */
export type Key = readonly [value: number, number: number]

/** Smaller comes first; what has no value comes last. */
export function sortValue(
  sort: Sort,
  row: SearchRow,
  { score, price }: { score: (row: SearchRow) => number; price: (row: SearchRow) => number },
): number {
  switch (sort) {
    case 'relevance':
      return -score(row)
    case 'newest':
      return -row.publishedAt
    case 'rating':
      return Number.isNaN(row.rating) ? 1 : -row.rating
    case 'price': {
      const value = price(row)
      return Number.isNaN(value) ? Number.MAX_VALUE : value
    }
    default:
      return sort satisfies never
  }
}

/**
 * The first `limit` rows after a key, in their order: only so many are kept in order, so that a page costs the same wherever
 * it is. Of equals the newer row comes first.
 */
export function firstAfter(
  rows: readonly SearchRow[],
  { value, after, limit }: { value: (row: SearchRow) => number; after: Key | undefined; limit: number },
): { row: SearchRow; key: Key }[] {
  const kept: { row: SearchRow; key: Key }[] = []
  // From the newest on: most orders find their first page there, and then little is put in between.
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at]!
    const own = value(row)
    const last = kept.length === limit ? kept.at(-1)!.key : undefined
    if (last !== undefined && (own > last[0] || (own === last[0] && row.number <= last[1]))) continue
    const key: Key = [own, row.number]
    if (after && compare(key, after) <= 0) continue
    let place = kept.length
    while (place > 0 && compare(key, kept[place - 1]!.key) < 0) place--
    kept.splice(place, 0, { row, key })
    if (kept.length > limit) kept.pop()
  }
  return kept
}

const compare = (a: Key, b: Key): number => a[0] - b[0] || b[1] - a[1]
