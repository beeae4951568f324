import { ok, type Result, refuse } from '@opem/domain'
import type { SignatureCode } from './codes.ts'
import { isDigestOf } from './content-digest.ts'
import { algorithmOf, isSignedBy, type PublicJwk } from './jwk.ts'
import type { SeenNonce } from './nonce-memory.ts'
import { COVERED, COVERED_WITH_BODY, LIFETIME_SECONDS, SKEW_SECONDS } from './profile.ts'
import { signatureBase } from './signature-base.ts'
import { parseSignatureHeaders, type SignatureHeaders } from './signature-headers.ts'

/** A request as it arrived. `target` is node:http's `request.url`: path and query as on the wire. */
export interface IncomingRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Read only after the signature over the headers was found good, so that strangers cannot make us read. */
  readonly body: () => Uint8Array | Promise<Uint8Array>
}

export interface VerifyRequestPorts {
  /** The public key of a known system, by its key id. */
  keyOf(keyid: string): PublicJwk | undefined | Promise<PublicJwk | undefined>
  readonly seenNonce: SeenNonce
  /** The marketplace's own authorities, `host` or `host:port` in lower case. */
  readonly authorities: readonly string[]
  /** Epoch seconds. */
  readonly now: number
  /** Further headers that the signature must cover, in lower case; none when left out. */
  readonly also?: readonly string[] | undefined
}

/** Who signed, and the body that was signed. */
export interface SignedRequest {
  readonly keyid: string
  readonly body: Uint8Array
}

type Refused = Result<never, SignatureCode> & { ok: false }

/**
 * Verifies the one signature of a request by the marketplace's profile of RFC 9421 (docs/identity-conformance.md).
 * Order: shape, covered components, target, authority, time, key, algorithm, signature, body, nonce.
 */
export async function verifyRequest(
  request: IncomingRequest,
  { keyOf, seenNonce, authorities, now, also = [] }: VerifyRequestPorts,
): Promise<Result<SignedRequest, SignatureCode>> {
  const input = request.headers['signature-input']
  const given = request.headers.signature
  if (input === undefined && given === undefined) return refuse('ERR_SIGNATURE_MISSING', 'The request is not signed.')
  if (typeof input !== 'string' || typeof given !== 'string') {
    return refuse('ERR_SIGNATURE_SHAPE', 'A signed request has one Signature-Input and one Signature header.')
  }
  const parsed = parseSignatureHeaders(input, given)
  if (!parsed.ok) return parsed
  const signed = parsed.value

  const message = messageOf(request, authorities, also)
  const refused = refusedComponents(signed.covered, request, also) ?? refusedTime(signed, now)
  if (refused) return refused
  if (!message.ok) return message

  const key = await keyOf(signed.keyid)
  if (!key) return refuse('ERR_SIGNATURE_KEY', 'No system is known by this keyid: register its public key first.')
  const algorithm = algorithmOf(key)
  if (signed.alg !== undefined && signed.alg !== algorithm) {
    return refuse('ERR_SIGNATURE_ALG', `This key signs with ${algorithm}: leave alg out, or say so.`)
  }
  if (!isSignedBy(key, signatureBase(message.value, signed.covered, signed.params), signed.signature)) {
    return refuse(
      'ERR_SIGNATURE_INVALID',
      'The signature is not this key’s over this method, authority, path, query, content type and digest.',
    )
  }

  const body = await request.body()
  const refusedBody = refusedDigest(signed.covered, request, body)
  if (refusedBody) return refusedBody
  if (await seenNonce(signed, now)) {
    return refuse('ERR_SIGNATURE_REPLAY', 'This nonce was used already, or may have been: sign again with a new one.')
  }
  return ok({ keyid: signed.keyid, body })
}

/** The message as the signer saw it: our authority, and a target that every URL parser reads alike. */
function messageOf(
  { method, target, headers }: IncomingRequest,
  authorities: readonly string[],
  also: readonly string[],
) {
  const host = headers.host
  if (typeof host !== 'string' || !authorities.includes(host.toLowerCase())) {
    return refuse('ERR_SIGNATURE_AUTHORITY', `The request is for another host; this one is ${authorities.join(', ')}.`)
  }
  const url = URL.canParse(target, `http://${host}`) ? new URL(target, `http://${host}`) : undefined
  // `/a/../b` or `//other/b` would be signed as one path and might be routed as another.
  if (!url || `${url.pathname}${url.search}` !== target) {
    return refuse('ERR_SIGNATURE_TARGET', 'The target needs to be a normalised path with its query, /v1/…?….')
  }
  const only = (name: string) => (typeof headers[name] === 'string' ? { [name]: headers[name] } : {})
  return ok({
    ...{ method, url },
    headers: Object.assign({}, ...['content-type', 'content-digest', ...also].map(only)) as Record<string, string>,
  })
}

function refusedComponents(
  covered: readonly string[],
  { headers }: IncomingRequest,
  also: readonly string[],
): Refused | undefined {
  const is = (expected: readonly string[]) =>
    covered.length === expected.length + also.length && [...expected, ...also].every((name) => covered.includes(name))
  const withBody = is(COVERED_WITH_BODY)
  if (!withBody && !is(COVERED)) {
    return refuse(
      'ERR_SIGNATURE_COMPONENTS',
      `The signature covers ${covered.join(' ') || 'nothing'}; it needs ${[...COVERED, ...also].join(' ')}, and with a body content-type content-digest as well.`,
    )
  }
  const unsent = also.find((name) => typeof headers[name] !== 'string')
  if (unsent !== undefined) {
    return refuse('ERR_SIGNATURE_COMPONENTS', `The signature covers ${unsent}, and the request has no such header.`)
  }
  if (withBody && (typeof headers['content-type'] !== 'string' || typeof headers['content-digest'] !== 'string')) {
    return refuse(
      'ERR_SIGNATURE_COMPONENTS',
      'The signature covers content-type and content-digest, and one is missing.',
    )
  }
  return undefined
}

function refusedTime({ created, expires }: SignatureHeaders, now: number): Refused | undefined {
  if (expires <= created || expires - created > LIFETIME_SECONDS) {
    return refuse(
      'ERR_SIGNATURE_LIFETIME',
      `A signature lives for 1 to ${LIFETIME_SECONDS} s; this one for ${expires - created} s.`,
    )
  }
  if (created > now + SKEW_SECONDS) {
    return refuse('ERR_SIGNATURE_NOT_YET', `The signature was created ${created - now} s from now: set the clock.`)
  }
  if (expires <= now) {
    return refuse(
      'ERR_SIGNATURE_EXPIRED',
      `The signature expired ${now - expires} s ago: sign again, or set the clock.`,
    )
  }
  return undefined
}

function refusedDigest(
  covered: readonly string[],
  { headers }: IncomingRequest,
  body: Uint8Array,
): Refused | undefined {
  if (!covered.includes('content-digest')) {
    if (body.length === 0) return undefined
    return refuse('ERR_SIGNATURE_COMPONENTS', 'The request has a body, and its signature does not cover it.')
  }
  if (isDigestOf(headers['content-digest'] as string, body)) return undefined
  return refuse('ERR_SIGNATURE_DIGEST', 'Content-Digest is not that of the body (RFC 9530, sha-256 or sha-512).')
}
