import { ok, type Result, refuse } from '@opem/domain'
import { decodeBase64url } from '../did/base64url.ts'
import { parseExactObject } from './exact-json.ts'

/** The algorithms of keys that may sign a credential or a presentation. */
export const ALGORITHMS = ['ES256K', 'ES256', 'EdDSA'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export interface ParsedJwt {
  readonly alg: Algorithm
  /** DID URL of the signing key, when the header names one. */
  readonly kid: string | undefined
  readonly payload: Readonly<Record<string, unknown>>
  /** UTF-8 of "header.payload". */
  readonly signingInput: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/** Characters; a credential with two hundred contract lines has some 60,000. */
const LONGEST = 131_072
const HEADER = new Set(['alg', 'typ', 'kid'])

/**
 * Reads a compact JWT of which nothing is taken on trust: canonical base64url, members named once, and a header that
 * holds `alg`, `typ` "JWT" and at most `kid`. What could bring in a key or another reading (`jku`, `jwk`, `x5c`, `crit`,
 * `b64`) is refused with whatever else is there.
 */
export function parseJwt(jwt: unknown): Result<ParsedJwt, 'SHAPE' | 'ERR_ALG'> {
  if (typeof jwt !== 'string' || jwt.length > LONGEST) return refuse('SHAPE', 'it is not a compact JWT')
  const parts = jwt.split('.')
  const [header, payload, signature] = parts.map(decodeBase64url)
  if (parts.length !== 3 || !header || !payload || !signature)
    return refuse('SHAPE', 'it is not three parts of canonical base64url')
  const head = parseExactObject(textOf(header))
  const body = parseExactObject(textOf(payload))
  if (!head || !body) return refuse('SHAPE', 'its header or its claims are not a JSON object with each member once')

  const { alg, typ, kid } = head
  const foreign = Object.keys(head).find((name) => !HEADER.has(name))
  if (foreign !== undefined)
    return refuse('ERR_ALG', `its header holds "${foreign}"; only alg, typ and kid are allowed`)
  const known = ALGORITHMS.find((name) => name === alg)
  if (known === undefined) return refuse('ERR_ALG', `its algorithm is not one of ${ALGORITHMS.join(', ')}`)
  if (typ !== 'JWT') return refuse('ERR_ALG', 'its typ is not "JWT"')
  if (kid !== undefined && typeof kid !== 'string') return refuse('ERR_ALG', 'its kid is not a text')
  if (signature.length !== 64) return refuse('SHAPE', `its signature has ${signature.length} bytes in place of 64`)
  return ok({
    alg: known,
    kid,
    payload: body,
    signingInput: new TextEncoder().encode(jwt.slice(0, jwt.lastIndexOf('.'))),
    signature,
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The empty text for bytes that are not UTF-8: it is no JSON. */
function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return ''
  }
}
