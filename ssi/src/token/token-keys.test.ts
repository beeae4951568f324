import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTokenKeys, openTokenKeys } from './key-file.ts'
import { publicKeySet, rotateTokenKeys, type TokenKeys } from './token-keys.ts'

const NOW = 1_800_000_000
const DAY = 86_400
const times = (keys: TokenKeys) => keys.map(({ use, from, until }) => `${use} ${from - NOW} ${until - NOW}`)

test('the first rotation makes a signing and an encryption key for a day, and they differ', () => {
  const keys = rotateTokenKeys([], NOW)
  expect(times(keys)).toEqual(['sig 0 86400', 'enc 0 86400'])
  expect(keys[0]?.kid).not.toBe(keys[1]?.kid)
})

test('keys stay as they are until an hour before their end, when the next ones are announced', () => {
  const keys = rotateTokenKeys([], NOW)
  expect(rotateTokenKeys(keys, NOW + DAY - 3_600)).toBe(keys)
  const next = rotateTokenKeys(keys, NOW + DAY - 3_599)
  expect(times(next)).toEqual(['sig 0 86400', 'enc 0 86400', 'sig 86400 172800', 'enc 86400 172800'])
  expect(rotateTokenKeys(next, NOW + DAY - 1)).toBe(next)
})

test('a key is dropped when its overlap of twenty minutes is over', () => {
  const keys = rotateTokenKeys(rotateTokenKeys([], NOW), NOW + DAY - 1)
  expect(rotateTokenKeys(keys, NOW + DAY + 1_199)).toHaveLength(4)
  expect(times(rotateTokenKeys(keys, NOW + DAY + 1_200))).toEqual(['sig 86400 172800', 'enc 86400 172800'])
})

test('after a long sleep new keys begin at once', () => {
  const keys = rotateTokenKeys([], NOW)
  expect(times(rotateTokenKeys(keys, NOW + 10 * DAY))).toEqual(['sig 864000 950400', 'enc 864000 950400'])
  expect(times(rotateTokenKeys(keys, NOW + DAY + 60))).toEqual([
    'sig 0 86400',
    'enc 0 86400',
    'sig 86460 172860',
    'enc 86460 172860',
  ])
})

test('the published key set names key, use and algorithm, by thumbprint, without a private part', async () => {
  const keys = rotateTokenKeys([], NOW)
  const set = publicKeySet(keys)
  expect(set.keys.map(({ use, alg, crv }) => [use, alg, crv])).toEqual([
    ['sig', 'ES256', 'P-256'],
    ['enc', 'ECDH-ES+A256KW', 'P-256'],
  ])
  for (const key of set.keys) {
    expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect(key.kid).toBe(
      await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x: key.x as string, y: key.y as string }),
    )
  }
})

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'opem-token-')), 'access')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const kids = (keys: TokenKeys) => keys.map(({ kid }) => kid)

test('token keys are kept with mode 600 and open as the same keys', async () => {
  const keys = await createTokenKeys(folder, NOW)
  expect(statSync(join(folder, 'token-keys.json')).mode & 0o777).toBe(0o600)
  expect(kids(await createTokenKeys(folder, NOW + 60))).toEqual(kids(keys))
  expect(kids(await openTokenKeys(folder))).toEqual(kids(keys))
})

test('rotation is written back at once, with mode 600, and leaves no other file', async () => {
  const keys = await createTokenKeys(folder, NOW)
  const rotated = await createTokenKeys(folder, NOW + DAY)
  expect(rotated).toHaveLength(4)
  expect(kids(await openTokenKeys(folder))).toEqual(kids(rotated))
  expect(kids(rotated).slice(0, 2)).toEqual(kids(keys))
  expect(statSync(join(folder, 'token-keys.json')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['token-keys.json'])
})

test('a token key file that others may read is refused', async () => {
  await createTokenKeys(folder, NOW)
  chmodSync(join(folder, 'token-keys.json'), 0o660)
  await expect(createTokenKeys(folder, NOW)).rejects.toMatchObject({ code: 'ERR_KEY_FILE_MODE' })
  await expect(openTokenKeys(folder)).rejects.toMatchObject({ code: 'ERR_KEY_FILE_MODE' })
})

test('a missing or broken token key file is refused without quoting it, and never made anew over the broken one', async () => {
  await expect(openTokenKeys(folder)).rejects.toMatchObject({ code: 'ERR_KEY_FILE_MISSING' })
  await createTokenKeys(folder, NOW)
  const path = join(folder, 'token-keys.json')
  const good = readFileSync(path, 'utf8')
  const { d } = JSON.parse(good).keys[0].jwk
  for (const content of [good.slice(0, -4), good.replace('P-256', 'P-384'), good.replace('"sig"', '"any"')]) {
    writeFileSync(path, content)
    const error = await createTokenKeys(folder, NOW).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_KEY_FILE' })
    expect(inspect(error, { depth: 9 })).not.toContain(d)
    expect(readFileSync(path, 'utf8')).toBe(content)
  }
})

test('token keys never show their private part, however they are printed', async () => {
  const keys = await createTokenKeys(folder, NOW)
  const { d } = JSON.parse(readFileSync(join(folder, 'token-keys.json'), 'utf8')).keys[0].jwk
  expect(JSON.stringify(keys) + inspect(keys, { depth: 9, showHidden: true })).not.toContain(d)
})
