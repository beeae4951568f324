import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { canonicalJson, contentBytes, contentDigest } from '@opem/domain'
import { sha256 } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningProcess, startContent, temporaryFolder } from '../../testing/harness.ts'
import { cidOfDigest } from './cid.ts'
import { createContent } from './content.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let running: RunningProcess

beforeAll(async () => {
  folder = await temporaryFolder()
  running = await startContent({ dir: folder.path })
})
afterAll(async () => {
  await running?.stop()
  await folder?.remove()
})

const refusal = (code: string) => expect.objectContaining({ code })

test('a digest has the CID that every tool of IPFS gives its bytes', () => {
  // "hello world\n", as storage/content.test.ts
  expect(cidOfDigest('0xa948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447')).toBe(
    'bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4',
  )
})

test('a document is kept as its canonical JSON, under the digest of that', async () => {
  const content = createContent({ url: running.url })
  const kept = await content.putContent({ title: 'Forecast', a: [1, 'é'] })
  // printf '{"a":[1,"é"],"title":"Forecast"}' | sha256sum
  expect(kept.digest).toBe(DIGEST)
  expect(await content.getContent(kept.digest)).toEqual({ a: [1, 'é'], title: 'Forecast' })
  expect(await content.putContent({ a: [1, 'é'], title: 'Forecast' })).toEqual(kept)
})
const DIGEST = '0xbd302cf715cc66892b717015841768475acef43a8d5975955e275ecc056db101'

test('the largest document is one block, and one byte more is refused', async () => {
  const content = createContent({ url: running.url })
  const kept = await content.putContent('x'.repeat(255_998))
  expect(await content.getContent(kept.digest)).toBe('x'.repeat(255_998))
  await expect(content.putContent('x'.repeat(255_999))).rejects.toEqual(refusal('ERR_CONTENT_SIZE'))
})

test('a document that the store lacks is undefined, and a store that is away an error to try again', async () => {
  const digest = contentDigest('nobody put this', sha256)
  expect(await createContent({ url: running.url }).getContent(digest)).toBe(undefined)
  const away = createContent({ url: 'http://127.0.0.1:9' })
  await expect(away.getContent(digest)).rejects.toEqual(
    expect.objectContaining({ code: 'ERR_CONTENT_AWAY', retryable: true }),
  )
  expect(await away.isReady()).toBe(false)
  await expect(createContent({ url: undefined }).putContent(1)).rejects.toEqual(refusal('ERR_CONTENT_AWAY'))
})

test('other bytes than those of the digest are refused, and so is a flood', async () => {
  let answer = Buffer.from(canonicalJson({ price: '1.00' }))
  const liar = createServer((_request, response) => void response.end(answer))
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve))
  const content = createContent({ url: `http://127.0.0.1:${(liar.address() as AddressInfo).port}` })
  const digest = sha256(contentBytes({ price: '1000.00' }))
  await expect(content.getContent(digest)).rejects.toEqual(refusal('ERR_CONTENT_DIGEST'))
  answer = Buffer.alloc(10_000_000)
  await expect(content.getContent(digest)).rejects.toEqual(refusal('ERR_CONTENT_SIZE'))
  liar.close()
})
