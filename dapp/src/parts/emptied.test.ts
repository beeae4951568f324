import { expect, test } from 'vitest'
import { emptied } from './emptied.ts'

test('a field whose text was taken is emptied', () => {
  expect(emptied('10')('10')).toBe('')
  expect(emptied('did:example:a ')('did:example:a')).toBe('')
})

test('what somebody typed while the text was being taken stays', () => {
  expect(emptied('10')('4')).toBe('4')
  expect(emptied('10')('105')).toBe('105')
})
