import { expect, test } from 'vitest'
import { costOverYear } from './innovation-documents.ts'

const cost = (price: object, unitsPerYear?: number) =>
  costOverYear({ price: { id: 'a', price: 10, ...price } as never, ...(unitsPerYear && { unitsPerYear }) })

test('what is paid once is paid from the first month on', () => {
  expect(cost({ kind: 'one-time' })).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10])
})

test('thirty days are paid thirteen times in a year', () => {
  expect(cost({ kind: 'subscription', interval: 2_592_000 })).toEqual([
    20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130,
  ])
})

test('a quarter is paid five times in a year of 365 days when it has 90 of them', () => {
  expect(cost({ kind: 'bank', interval: 7_776_000 })).toEqual([10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40, 50])
})

test('units come evenly over the year, and begun ones are counted', () => {
  expect(cost({ kind: 'pay-per-use', unit: 'call' }, 18)).toEqual([
    20, 30, 50, 60, 80, 90, 110, 120, 140, 150, 170, 180,
  ])
})

test('what is free costs nothing', () => {
  expect(cost({ kind: 'free', price: 0 })).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
})
