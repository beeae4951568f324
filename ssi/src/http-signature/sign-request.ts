import { randomBytes } from 'node:crypto'
import { OpemError } from '@opem/domain'
import { contentDigest } from './content-digest.ts'
import { COVERED, COVERED_WITH_BODY, LABEL, LIFETIME_SECONDS } from './profile.ts'
import { signatureBase } from './signature-base.ts'
import type { SystemKey } from './system-key.ts'

/** A request about to be sent. `url` is absolute; send exactly its path and query, and to its authority. */
export interface OutgoingRequest {
  readonly method: string
  readonly url: string | URL
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Uint8Array | undefined
  /** Names of further headers that the signature covers, in lower case; whoever verifies names the same. */
  readonly also?: readonly string[] | undefined
}

/**
 * Signs a request (RFC 9421): its method, authority, path, query and, with a body, content type and digest.
 * @param now epoch seconds; the signature lives for 60
 * @returns the headers to send, names in lower case: the given ones and `signature-input`, `signature`, `content-digest`
 * @throws ERR_SIGNATURE_COMPONENTS for a body without content-type, or a header to cover that is not there
 */
export function signRequest(
  { method, url, headers = {}, body, also = [] }: OutgoingRequest,
  key: SystemKey,
  { now = Math.floor(Date.now() / 1000), nonce = randomBytes(16).toString('base64url') } = {},
): Record<string, string> {
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const hasBody = bytes !== undefined && bytes.length > 0
  if (hasBody) {
    if (sent['content-type'] === undefined) {
      throw new OpemError({
        code: 'ERR_SIGNATURE_COMPONENTS',
        shortMessage: `${method} with a body needs a content-type header before it can be signed: it says how the body is read.`,
      })
    }
    sent['content-digest'] = contentDigest(bytes)
  }
  const absent = also.find((name) => sent[name] === undefined)
  if (absent !== undefined) {
    throw new OpemError({
      code: 'ERR_SIGNATURE_COMPONENTS',
      shortMessage: `The signature should cover the header ${absent}, and the request has none.`,
    })
  }
  const covered = [...(hasBody ? COVERED_WITH_BODY : COVERED), ...also]
  const list = `(${covered.map((name) => `"${name}"`).join(' ')})`
  const params = `${list};created=${now};expires=${now + LIFETIME_SECONDS};nonce="${nonce}";keyid="${key.keyid}";tag="${LABEL}"`
  const signature = key.sign(signatureBase({ method, url: new URL(url), headers: sent }, covered, params))
  return {
    ...sent,
    'signature-input': `${LABEL}=${params}`,
    signature: `${LABEL}=:${signature.toString('base64')}:`,
  }
}
