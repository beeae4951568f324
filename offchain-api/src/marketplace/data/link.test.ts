import { expect, test } from 'vitest'
import { openLink, signLink } from './link.ts'

const key = Buffer.alloc(32, 7)
const LINK = { id: '01', agreement: '0xaa', account: '0xbb', asked: 'cc', expires: 1_800_000_600 }
const TOKEN = signLink(key, LINK)
const codeOf = (work: () => unknown) => {
  try {
    return work()
  } catch (cause) {
    return (cause as { code: string }).code
  }
}

test('a link opens what was signed, until its last second', () => {
  expect(openLink(key, TOKEN, 1_800_000_599)).toEqual(LINK)
  expect(codeOf(() => openLink(key, TOKEN, 1_800_000_600))).toBe('ERR_LINK_EXPIRED')
})

test.each([
  ['another account', { ...LINK, account: '0xcc' }],
  ['another query', { ...LINK, asked: 'dd' }],
  ['another agreement', { ...LINK, agreement: '0xab' }],
  ['a later end', { ...LINK, expires: 1_900_000_000 }],
])('a link that was altered to %s is refused', (_what, altered) => {
  const [, mac] = TOKEN.split('.')
  const text = Buffer.from(JSON.stringify(altered)).toString('base64url')
  expect(codeOf(() => openLink(key, `${text}.${mac}`, 1_800_000_000))).toBe('ERR_LINK_ALTERED')
})

test('a link of another marketplace is refused, and so is none at all', () => {
  expect(codeOf(() => openLink(Buffer.alloc(32, 8), TOKEN, 1_800_000_000))).toBe('ERR_LINK_ALTERED')
  expect(codeOf(() => openLink(key, 'x', 1_800_000_000))).toBe('ERR_LINK_ALTERED')
})
