import { expect, test } from 'vitest'
import { z } from 'zod'
import { fromCursor, pageFrom, paging, toCursor } from './paging.ts'

const key = z.tuple([z.number(), z.string()])
const rows = [1, 2, 3].map((at) => ({ at, id: `0x${at}` }))
const keyOf = ({ at, id }: (typeof rows)[number]) => [at, id] as const

test('a page that has more after it names the last item that it shows', () => {
  const page = pageFrom(rows, 2, keyOf)
  expect(page.items.map(({ at }) => at)).toEqual([1, 2])
  expect(fromCursor(page.next ?? '', key)).toEqual([2, '0x2'])
})

test('the last page names none', () => {
  expect(pageFrom(rows, 3, keyOf)).toEqual({ items: rows, next: null })
  expect(pageFrom([], 3, keyOf)).toEqual({ items: [], next: null })
})

test('the first page needs no cursor', () => expect(fromCursor(undefined, key)).toBeUndefined())

test('the cursor of another list is refused', () => {
  for (const cursor of [toCursor(['0x1', 1]), 'abc', ''])
    expect(() => fromCursor(cursor, key)).toThrow('ERR_CURSOR: the cursor is none of this list; start without "after"')
})

test('a page has 50 items unless asked, and at most 100', () => {
  const query = z.strictObject(paging)
  expect(query.parse({})).toEqual({ limit: 50 })
  expect(query.parse({ limit: '100' })).toEqual({ limit: 100 })
  for (const limit of ['101', '0', 'x', '1.5']) expect(query.safeParse({ limit }).success).toBe(false)
})
