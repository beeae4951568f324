import type { Hex } from '../commitment/bytes.ts'
import { OpemError } from '../errors/opem-error.ts'
import { canonicalJson } from '../rules/canonical-json.ts'

/** Bytes; below the content store's chunk of 262,144, so that content is one block and its CID is its digest. */
export const MOST_CONTENT_BYTES = 256_000

/**
 * What stands behind a `bytes32 content` on chain: the UTF-8 bytes of canonical JSON (RFC 8785), at most 256,000.
 * @throws ERR_CONTENT_SIZE, ERR_CANONICAL_JSON
 */
export function contentBytes(json: unknown): Uint8Array {
  const bytes = new TextEncoder().encode(canonicalJson(json))
  if (bytes.length > MOST_CONTENT_BYTES)
    throw new OpemError({
      code: 'ERR_CONTENT_SIZE',
      shortMessage: `the document has ${bytes.length} bytes as canonical JSON; at most ${MOST_CONTENT_BYTES} are kept: shorten it`,
      details: { bytes: bytes.length },
    })
  return bytes
}

/**
 * The digest that the chain holds of a document.
 * @param sha256 of bytes, as 0x and 64 hex digits; viem's `sha256` is one
 */
export const contentDigest = (json: unknown, sha256: (bytes: Uint8Array) => Hex): Hex => sha256(contentBytes(json))
