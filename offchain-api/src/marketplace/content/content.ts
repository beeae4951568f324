import { contentBytes, type Hex, MOST_CONTENT_BYTES, OpemError } from '@opem/domain'
import { sha256 } from 'viem'
import { cidOfDigest } from './cid.ts'

export interface KeptContent {
  /** sha2-256 of the canonical JSON: `bytes32 content` on chain. */
  readonly digest: Hex
  readonly cid: string
}

/** Documents by their digest, in the content store. */
export interface Content {
  /** Keeps a document; the same document again is the same content. @throws ERR_CONTENT_SIZE, ERR_CANONICAL_JSON */
  putContent(json: unknown): Promise<KeptContent>
  /**
   * The document behind a digest, checked against it; undefined when the store does not have it.
   * @throws ERR_CONTENT_DIGEST when the store gives other bytes
   */
  getContent(digest: Hex): Promise<unknown>
  isReady(): Promise<boolean>
}

const ANSWER_MS = 10_000

/**
 * Speaks Kubo's RPC to the content store.
 * @param url of the store, as `OPEM_CONTENT_URL`
 * @throws ERR_CONTENT_AWAY (retryable) from every function
 */
export function createContent({ url }: { url: string | undefined }): Content {
  const call = async (path: string, body?: FormData): Promise<Response> => {
    if (url === undefined) throw away('no content store is set; set OPEM_CONTENT_URL')
    try {
      return await fetch(new URL(`/api/v0/${path}`, url), {
        method: 'POST',
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body && { body }),
      })
    } catch (cause) {
      throw away('the content store does not answer; try again in a moment', cause)
    }
  }

  return {
    async putContent(json) {
      const bytes = contentBytes(json)
      const digest = sha256(bytes)
      const form = new FormData()
      form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'content.json')
      const answer = await call('add?cid-version=1&raw-leaves=true&pin=true', form)
      if (!answer.ok) throw away(`the content store refused a document (${answer.status})`)
      const cid = cidOfDigest(digest)
      const { Hash } = (await answer.json()) as { Hash?: unknown }
      if (Hash !== cid)
        throw new OpemError({
          code: 'ERR_CONTENT_CID',
          shortMessage: `the content store keeps the document as ${String(Hash)}, needed was ${cid}: it chunks or hashes otherwise`,
        })
      return { digest, cid }
    },
    async getContent(digest) {
      const answer = await call(`block/get?arg=${cidOfDigest(digest)}&timeout=5s`)
      if (!answer.ok) {
        const { Message = '' } = (await answer.json().catch(() => ({}))) as { Message?: string }
        // Kubo: "block was not found locally (offline)"; ours: "is not here".
        if (/not found|not here|deadline exceeded/i.test(Message)) return undefined
        throw away(`the content store refused to give a document (${answer.status})`)
      }
      const bytes = await bytesOf(answer, digest)
      if (sha256(bytes) !== digest)
        throw new OpemError({
          code: 'ERR_CONTENT_DIGEST',
          shortMessage: `the content store gave other bytes than those of ${digest}; they are not shown`,
        })
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    },
    isReady: () =>
      call('version').then(
        ({ ok }) => ok,
        () => false,
      ),
  }
}

/** At most as much as content may have: a store is not trusted with our memory. */
async function bytesOf(answer: Response, digest: Hex): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of answer.body ?? []) {
    length += part.length
    if (length > MOST_CONTENT_BYTES)
      throw new OpemError({
        code: 'ERR_CONTENT_SIZE',
        shortMessage: `what is behind ${digest} has more than ${MOST_CONTENT_BYTES} bytes; it is not shown`,
      })
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const away = (shortMessage: string, cause?: unknown) =>
  new OpemError({ code: 'ERR_CONTENT_AWAY', shortMessage, cause, retryable: true })
