import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyFile, listKeyFiles, openKeyFile } from './key-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opem-ssi-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const ADDRESS = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

test('a key file is kept with mode 600 and opens as the same wallet', async () => {
  const path = join(folder, 'keys', 'ann.json')
  const wallet = await createKeyFile(path, KEY)
  expect(wallet.address).toBe(ADDRESS)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect((await openKeyFile(path)).address).toBe(ADDRESS)
})

test('two new key files hold different keys', async () => {
  const one = await createKeyFile(join(folder, 'one.json'))
  const two = await createKeyFile(join(folder, 'two.json'))
  expect(one.address).not.toBe(two.address)
})

test('a key file is never overwritten', async () => {
  const path = join(folder, 'ann.json')
  await createKeyFile(path, KEY)
  const before = readFileSync(path, 'utf8')
  await expect(createKeyFile(path)).rejects.toMatchObject({ code: 'ERR_KEY_FILE_EXISTS' })
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test('a key file that others may read is refused', async () => {
  const path = join(folder, 'ann.json')
  await createKeyFile(path, KEY)
  chmodSync(path, 0o640)
  await expect(openKeyFile(path)).rejects.toMatchObject({ code: 'ERR_KEY_FILE_MODE' })
})

test('a missing, broken or mixed-up key file is refused without quoting it', async () => {
  await expect(openKeyFile(join(folder, 'nobody.json'))).rejects.toMatchObject({ code: 'ERR_KEY_FILE_MISSING' })
  for (const content of [
    `{"privateKey":"${KEY}"`,
    JSON.stringify({ version: 1, address: ADDRESS, privateKey: `${KEY}00` }),
    JSON.stringify({ version: 1, address: `0x${'1'.repeat(40)}`, privateKey: KEY }),
  ]) {
    const path = join(folder, 'broken.json')
    writeFileSync(path, content, { mode: 0o600 })
    const error = await openKeyFile(path).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_KEY_FILE' })
    expect(inspect(error, { depth: 9 })).not.toContain(KEY.slice(2, 20))
    rmSync(path)
  }
})

test('a wallet never shows its key, however it is printed', async () => {
  const wallet = await createKeyFile(join(folder, 'ann.json'), KEY)
  expect(JSON.stringify(wallet) + inspect(wallet, { depth: 9, showHidden: true })).not.toContain(KEY.slice(2))
})

test('key files are listed by name', async () => {
  await createKeyFile(join(folder, 'bob.json'))
  await createKeyFile(join(folder, 'ann.json'), KEY)
  writeFileSync(join(folder, 'other.json'), '{}')
  const listed = await listKeyFiles(folder)
  expect(listed.map(({ name }) => name)).toEqual(['ann', 'bob'])
  expect(listed[0]?.address).toBe(ADDRESS.toLowerCase())
})
