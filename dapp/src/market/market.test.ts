import { LISTING_EXAMPLES } from '@opem/domain'
import { expect, test } from 'vitest'
import { eurText, intervalText, parseEur, planText } from './money.ts'
import { setAt, valueAt } from './publish/at-path.ts'
import { SECTIONS, sectionOf } from './publish/sections.ts'

test('EUR are read and shown as whole micro-EUR, and nothing is rounded', () => {
  expect(parseEur('12,50')).toBe(12_500_000)
  expect(parseEur(' 0.000001 ')).toBe(1)
  expect(parseEur('0.0000001')).toBeUndefined()
  expect(parseEur('-1')).toBeUndefined()
  expect(parseEur('1e3')).toBeUndefined()
  expect([eurText(12_500_000), eurText('12,5x'), eurText(undefined)]).toEqual(['12.50', '12,5x', ''])
  expect([eurText(1_200_000_000), eurText(1), eurText(0), eurText(100_000)]).toEqual([
    '1200.00',
    '0.000001',
    '0.00',
    '0.10',
  ])
})

test('a price plan is said in words', () => {
  expect(LISTING_EXAMPLES.analytic.plans.map(planText)).toEqual([
    'Free',
    '€49.00 every 30 days',
    '€0.25 for each forecast',
  ])
  expect(planText(LISTING_EXAMPLES.data.plans[0]!)).toBe('€1\u202f200.00 once')
  expect(planText(LISTING_EXAMPLES['energy-grid'].plans[0]!)).toBe('€3\u202f000.00 every 90 days, by bank transfer')
  expect([intervalText(86_400), intervalText(7200), intervalText(7)]).toEqual([
    'every day',
    'every 2 hours',
    'every 7 seconds',
  ])
})

test('a field is set by its path without touching its neighbours, and absent when it is emptied', () => {
  const before = { title: 'A', plans: [{ id: 'x', price: 1 }] }
  const after = setAt(before, 'plans.0.price', 2)
  expect(after).toEqual({ title: 'A', plans: [{ id: 'x', price: 2 }] })
  expect(before.plans[0]!.price).toBe(1)
  expect(setAt(after, 'terms.url', 'https://a.example')).toEqual({ ...after, terms: { url: 'https://a.example' } })
  expect(setAt({ a: 1, b: 2 }, 'b', undefined)).toEqual({ a: 1 })
  expect([valueAt(after, 'plans.0.price'), valueAt(after, 'plans.3.price')]).toEqual([2, undefined])
})

test('every field of a document is in one section of the editor', () => {
  const fields = Object.keys({ ...LISTING_EXAMPLES.analytic, data: 1, chain: 1 }).filter((field) => field !== 'schema')
  expect(SECTIONS.flatMap((section) => section.fields).toSorted()).toEqual(fields.toSorted())
  expect(sectionOf('plans.0.price')).toBe('prices')
  expect(sectionOf('composition.takes.1')).toBe('composition')
})
