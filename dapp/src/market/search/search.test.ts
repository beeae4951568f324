import { expect, test } from 'vitest'
import { known, narrowing, toQuery, withValues } from './asked.ts'

const address = (text: string) => new URLSearchParams(text)

test('the API is asked what the address says', () => {
  expect(toQuery(address('text=wind+park&region=DK&region=ES&sort=price')).toString()).toBe(
    'region=DK&region=ES&sort=price&text=wind+park',
  )
})

test('a step of prices becomes its two ends, which do not touch the next step', () => {
  expect(toQuery(address('price=10-100')).toString()).toBe('priceFrom=10.000001&priceTo=100')
  expect(toQuery(address('price=0')).toString()).toBe('priceTo=0')
  expect(toQuery(address('price=1000-')).toString()).toBe('priceFrom=1000.000001')
  expect(toQuery(address('price=nonsense')).toString()).toBe('')
})

test('a space after a word stays, for it says that the word is whole', () => {
  expect(toQuery(address('text=++wind+')).get('text')).toBe('wind ')
})

test('what nobody knows is left out of the question', () => {
  expect(known(address('text=a&utm_source=x&kind=')).toString()).toBe('text=a')
})

test('another choice of a facet keeps the rest', () => {
  expect(withValues(address('text=a&region=DK&plan=free'), 'region', ['ES', 'SI']).toString()).toBe(
    'text=a&plan=free&region=ES&region=SI',
  )
  expect(withValues(address('region=DK'), 'region', []).toString()).toBe('')
})

test('facets that narrow are counted', () => {
  expect(narrowing(address('text=a&region=DK&region=ES&rating=4&sort=price'))).toBe(2)
})
