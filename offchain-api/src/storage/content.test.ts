import { createHash } from 'node:crypto'
import { create } from 'kubo-rpc-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningProcess, startContent, temporaryFolder } from '../testing/harness.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let content: RunningProcess

beforeAll(async () => {
  folder = await temporaryFolder()
  content = await startContent({ dir: folder.path })
})
afterAll(async () => {
  await content?.stop()
  await folder?.remove()
})

const client = () => create({ url: `${content.url}/api/v0` })

async function read(cid: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of client().cat(cid)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('the content store', () => {
  test('gives a file the CID that Kubo gives it', async () => {
    // `echo "hello world" | ipfs add` of every Kubo since 2015
    const added = await client().add('hello world\n')
    expect(added.cid.toString()).toBe('QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o')
    expect((await read('QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o')).toString()).toBe('hello world\n')
  })

  test('gives CIDv1 with raw leaves when asked', async () => {
    const added = await client().add('hello world\n', { cidVersion: 1 })
    expect(added.cid.toString()).toBe('bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4')
  })

  test('returns a file of many chunks unchanged, also after kill -9', async () => {
    const bytes = Buffer.alloc(3_000_000, 'energy ')
    const { cid } = await client().add(bytes)
    await content.kill()
    content = await startContent({ dir: folder.path })
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex')
    expect(digest(await read(cid.toString()))).toBe(digest(bytes))
  })

  test('tells unknown content apart from an empty file', async () => {
    const empty = await client().add('')
    expect((await read(empty.cid.toString())).length).toBe(0)
    await expect(read('QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5X')).rejects.toThrow(/not/)
  })

  test('serves POST only, and no foreign page', async () => {
    expect((await fetch(`${content.url}/api/v0/version`)).status).toBe(404)
    const foreign = await fetch(`${content.url}/api/v0/version`, {
      method: 'POST',
      headers: { origin: 'http://evil.example' },
    })
    expect(foreign.status).toBe(403)
    expect((await client().version()).version).toBe('0.30.0')
  })
})
