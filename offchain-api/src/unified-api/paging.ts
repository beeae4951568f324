import { z } from 'zod'
import { isKept } from './kept-text.ts'
import { Refusal } from './problem.ts'

const MOST = 100
const USUAL = 50

/** Query of a list: spread it into the route's own. `next` of one page is `after` of the following one. */
export const paging = {
  after: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,400}$/, 'a cursor is what "next" of the page before says')
    .optional()
    .meta({ description: '"next" of the page before; left out for the first page' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST)
    .default(USUAL)
    .meta({ description: `items of a page, at most ${MOST}` }),
}

/** Answer of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: '"after" of the following page; null on the last one' }),
  })

type Key = readonly (string | number)[]

/**
 * One page of rows that were asked for with `limit + 1`: one row too many says that there is more.
 * @param keyOf what the list is ordered by, with the id last: the next page begins after it
 * @example pageFrom(await rows(`… WHERE (at, id) > ($1, $2) ORDER BY at, id LIMIT $3`, [...key, limit + 1]), limit, keyOf)
 */
export function pageFrom<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => Key,
): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? toCursor(keyOf(last)) : null }
}

export const toCursor = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/**
 * The key that a cursor names, or undefined for the first page.
 * @param shape of the key, the same as `keyOf` gives
 * @throws Refusal 400 ERR_CURSOR
 */
export function fromCursor<T extends z.ZodType>(after: string | undefined, shape: T): z.output<T> | undefined {
  if (after === undefined) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'))
    if (!isKept(key)) throw new TypeError('no text of a list')
    return shape.parse(key)
  } catch {
    throw new Refusal(400, 'ERR_CURSOR', 'the cursor is none of this list; start without "after", and follow "next"')
  }
}
