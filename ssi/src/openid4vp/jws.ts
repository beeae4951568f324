import { ok, type Result, refuse } from '@opem/domain'
import { decodeBase64url } from '../did/base64url.ts'
import { isSignedBy, type PublicJwk } from '../http-signature/jwk.ts'
import { parseExactObject } from '../verifier/exact-json.ts'

/** A compact JWS whose header was found to hold nothing that could change how it is verified. */
export interface ReadJws {
  readonly alg: 'ES256' | 'EdDSA'
  /** Certificates (base64 DER), leaf first, where the reader allows them. */
  readonly x5c: readonly string[] | undefined
  readonly payload: Readonly<Record<string, unknown>>
  readonly signingInput: string
  readonly signature: Uint8Array
}

const ALGORITHMS = { ES256: 'ES256', EdDSA: 'EdDSA', Ed25519: 'EdDSA' } as const

/**
 * Reads a JWS of one type. `kid` may be there and chooses nothing: which keys count is known from elsewhere.
 * @param typ the only media type accepted (RFC 8725 §3.11)
 */
export function readJws(
  compact: string,
  { typ, x5c: allowsCertificates }: { readonly typ: string; readonly x5c: boolean },
): Result<ReadJws, 'SHAPE' | 'ERR_ALG'> {
  const parts = compact.split('.')
  const [header, payload, signature] = parts.map(decodeBase64url)
  if (parts.length !== 3 || !header || !payload || !signature) {
    return refuse('SHAPE', 'it is not three parts of canonical base64url')
  }
  const head = parseExactObject(new TextDecoder().decode(header))
  const body = parseExactObject(new TextDecoder().decode(payload))
  if (!head || !body) return refuse('SHAPE', 'its header or its claims are not a JSON object with each member once')
  const allowed = ['alg', 'typ', 'kid', ...(allowsCertificates ? ['x5c'] : [])]
  const foreign = Object.keys(head).find((name) => !allowed.includes(name))
  if (foreign !== undefined)
    return refuse('ERR_ALG', `its header holds "${foreign}"; only ${allowed.join(', ')} may be there`)
  const { alg, x5c } = head
  if (typeof alg !== 'string' || !Object.hasOwn(ALGORITHMS, alg)) {
    return refuse('ERR_ALG', 'its algorithm is none of ES256 and EdDSA')
  }
  if (head.typ !== typ) return refuse('ERR_ALG', `its typ is not "${typ}"`)
  if (x5c !== undefined && !isCertificates(x5c)) return refuse('ERR_ALG', 'its x5c is not a list of certificates')
  return ok({
    alg: ALGORITHMS[alg as keyof typeof ALGORITHMS],
    x5c: x5c as readonly string[] | undefined,
    payload: body,
    signingInput: compact.slice(0, compact.lastIndexOf('.')),
    signature,
  })
}

const isCertificates = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.length <= 4 && value.every((item) => typeof item === 'string')

/** Whether the JWS is signed by this key with the key's own algorithm. */
export const isJwsSignedBy = ({ alg, signingInput, signature }: ReadJws, jwk: PublicJwk): boolean =>
  (alg === 'EdDSA') === (jwk.kty === 'OKP') && isSignedBy(jwk, Buffer.from(signingInput), signature)
