import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readPrivate, writePrivate } from './files.ts'
import { openText, SealedText, sealText } from './seal.ts'
import { readWalletSecret } from './secret.ts'

const SECRET = { kind: 'passphrase', passphrase: 'correct horse battery' } as const
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'opem-seal-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('what was sealed opens with its passphrase, and with no other', async () => {
  const sealed = await sealText('the key', SECRET)
  expect(JSON.stringify(sealed)).not.toContain('the key')
  expect(await openText(sealed, SECRET)).toBe('the key')
  const wrong = { kind: 'passphrase', passphrase: 'correct horse batterz' } as const
  await expect(openText(sealed, wrong)).rejects.toMatchObject({ code: 'ERR_WALLET_LOCKED' })
  await expect(openText(sealed, undefined)).rejects.toMatchObject({ code: 'ERR_WALLET_LOCKED' })
  await expect(openText(sealed, { kind: 'file-mode' })).rejects.toMatchObject({ code: 'ERR_WALLET_LOCKED' })
})

test('the same text sealed twice looks different', async () => {
  const [one, two] = [await sealText('the key', SECRET), await sealText('the key', SECRET)]
  expect(one.data).not.toBe(two.data)
})

test('a passphrase typed in another Unicode form is the same passphrase', async () => {
  const sealed = await sealText('the key', { kind: 'passphrase', passphrase: 'caf\u00e9 au lait !' })
  expect(await openText(sealed, { kind: 'passphrase', passphrase: 'cafe\u0301 au lait !' })).toBe('the key')
})

test('a changed or shortened seal does not open', async () => {
  const sealed = await sealText('the key', SECRET)
  if (sealed.kind === 'file-mode') throw new Error('sealed')
  const bytes = Buffer.from(sealed.data, 'base64')
  bytes[0]! ^= 1
  for (const bad of [
    { ...sealed, data: bytes.toString('base64') },
    { ...sealed, tag: Buffer.from(sealed.tag, 'base64').subarray(0, 4).toString('base64') },
    { ...sealed, salt: sealed.iv },
  ]) {
    await expect(openText(bad, SECRET)).rejects.toMatchObject({ code: 'ERR_WALLET_LOCKED' })
  }
})

test('without passphrase the text lies open, as somebody said', async () => {
  const open = await sealText('the key', { kind: 'file-mode' })
  expect(open).toEqual({ version: 1, kind: 'file-mode', data: 'the key' })
  expect(await openText(open, undefined)).toBe('the key')
})

test('a file is written with mode 600, is never overwritten as new, and is refused when others may read it', async () => {
  const path = join(folder, 'deep', 'file.json')
  await writePrivate(path, { secret: 'xyzzy' }, 'new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700)
  await expect(writePrivate(path, {}, 'new')).rejects.toMatchObject({ code: 'ERR_WALLET_EXISTS' })
  await writePrivate(path, { secret: 'plugh' })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ secret: 'plugh' })
  chmodSync(path, 0o644)
  await expect(readPrivate(path, z.unknown())).rejects.toMatchObject({ code: 'ERR_WALLET_FILE' })
})

test('a damaged file is refused without quoting it; a missing one is nothing', async () => {
  const path = join(folder, 'keys.json')
  writeFileSync(path, '{"secret":"xyzzy"', { mode: 0o600 })
  const error = await readPrivate(path, SealedText).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ERR_WALLET_FILE' })
  expect(String(error)).not.toContain('xyzzy')
  expect(await readPrivate(join(folder, 'none.json'), SealedText)).toBeUndefined()
})

test('a passphrase comes from a file of mode 600 or from the environment, and is long enough', async () => {
  const path = join(folder, 'passphrase')
  writeFileSync(path, 'correct horse battery\n', { mode: 0o600 })
  expect(await readWalletSecret({ env: {}, passphraseFile: path })).toEqual(SECRET)
  expect(await readWalletSecret({ env: { OPEM_WALLET_SECRET: 'correct horse battery' } })).toEqual(SECRET)
  const codeOf = (options: Parameters<typeof readWalletSecret>[0]) =>
    readWalletSecret(options).catch((error: { code: string }) => error.code)
  expect(await codeOf({ env: { OPEM_WALLET_SECRET: 'short' } })).toBe('ERR_WALLET_SECRET')
  expect(await codeOf({ env: {}, passphraseFile: join(folder, 'none') })).toBe('ERR_WALLET_SECRET')
  chmodSync(path, 0o640)
  expect(await codeOf({ env: {}, passphraseFile: path })).toBe('ERR_WALLET_SECRET')
})

test('no passphrase at all is taken only when somebody said that the mode is enough', async () => {
  expect(await readWalletSecret({ env: {} })).toBeUndefined()
  expect(await readWalletSecret({ env: {}, fileMode: true })).toEqual({ kind: 'file-mode' })
})
