import type { Sort } from './asked.ts'
import type { Hit } from './facets.ts'

/** What a page ends with: the next one begins after it. */
export type Key = readonly [value: number, number: number]

/** Smaller comes first; what has no value comes last. */
export function sortValue(sort: Sort, { row, score }: Hit, price: (hit: Hit) => number): number {
  switch (sort) {
    case 'relevance':
      return -score
    case 'newest':
      return -row.publishedAt
    case 'rating':
      return Number.isNaN(row.rating) ? 1 : -row.rating
    case 'price': {
      const value = price({ row, score })
      return Number.isNaN(value) ? Number.MAX_VALUE : value
    }
    default:
      return sort satisfies never
  }
}

/**
 * The first `limit` hits after a key, in their order: a heap of that size, so that a page costs the same wherever it is.
 * Of equals the newer row comes first.
 */
export function firstAfter(
  hits: readonly Hit[],
  { keyOf, after, limit }: { keyOf: (hit: Hit) => Key; after: Key | undefined; limit: number },
): { hit: Hit; key: Key }[] {
  const kept: { hit: Hit; key: Key }[] = []
  for (const hit of hits) {
    const key = keyOf(hit)
    if (after && compare(key, after) <= 0) continue
    if (kept.length === limit && compare(key, kept.at(-1)!.key) >= 0) continue
    let place = kept.length
    while (place > 0 && compare(key, kept[place - 1]!.key) < 0) place--
    kept.splice(place, 0, { hit, key })
    if (kept.length > limit) kept.pop()
  }
  return kept
}

const compare = (a: Key, b: Key): number => a[0] - b[0] || b[1] - a[1]
