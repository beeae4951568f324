import { expect, test } from 'vitest'
import { createNonceMemory } from './nonce-memory.ts'

const NOW = 1_800_000_000
const use = (nonce: string, keyid = 'a', created = NOW) => ({ keyid, nonce, created, expires: created + 60 })

test('a nonce is new once per key', () => {
  const seen = createNonceMemory({ startedAt: NOW })
  expect(seen(use('one'), NOW)).toBe(false)
  expect(seen(use('one'), NOW)).toBe(true)
  expect(seen(use('one', 'b'), NOW)).toBe(false)
})

test('a key that fills its memory is refused until nonces expire, and no other key is', () => {
  const seen = createNonceMemory({ startedAt: NOW, perKey: 2 })
  expect([seen(use('one'), NOW), seen(use('two'), NOW), seen(use('three'), NOW)]).toEqual([false, false, true])
  expect(seen(use('one', 'b'), NOW)).toBe(false)
  expect(seen(use('three', 'a', NOW + 50), NOW + 59)).toBe(true)
  expect(seen(use('three', 'a', NOW + 50), NOW + 60)).toBe(false)
  expect(seen(use('two'), NOW + 59)).toBe(false)
})

test('what was signed before the memory began counts as seen', () => {
  const seen = createNonceMemory({ startedAt: NOW })
  expect(seen(use('one', 'a', NOW - 1), NOW)).toBe(true)
})
