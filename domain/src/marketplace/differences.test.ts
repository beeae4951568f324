import { expect, test } from 'vitest'
import { differences } from './differences.ts'

test('two documents differ at single values, with what is missing said as undefined', () => {
  expect(
    differences(
      { title: 'Wind', keywords: ['a'], plans: [{ price: 1 }], url: 'x' },
      { title: 'Sun', keywords: ['a', 'b'], plans: [{ price: 2 }], data: { updates: 'once' } },
    ),
  ).toEqual([
    { path: 'title', before: 'Wind', after: 'Sun' },
    { path: 'keywords.1', before: undefined, after: 'b' },
    { path: 'plans.0.price', before: 1, after: 2 },
    { path: 'url', before: 'x', after: undefined },
    { path: 'data', before: undefined, after: { updates: 'once' } },
  ])
})

test('the same document in another order of fields does not differ', () => {
  expect(differences({ a: 1, b: [null, ''] }, { b: [null, ''], a: 1 })).toEqual([])
})

test('a list is not the object with the same fields', () => {
  expect(differences(['a'], { 0: 'a' })).toEqual([{ path: '', before: ['a'], after: { 0: 'a' } }])
})
