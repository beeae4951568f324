import { ok, type Result, refuse } from '@opem/domain'
import { LABEL } from './profile.ts'

/** The one signature of a request, as its two headers say it. */
export interface SignatureHeaders {
  /** Component names in the order in which they were signed. */
  readonly covered: readonly string[]
  readonly created: number
  readonly expires: number
  readonly nonce: string
  readonly keyid: string
  readonly alg: string | undefined
  readonly signature: Uint8Array
  /** The inner list with its parameters, byte for byte: the value of @signature-params (RFC 9421 §2.3). */
  readonly params: string
}

// Stricter than a structured field (RFC 8941): one member, plain component names, no escapes, no optional white space.
const INPUT = new RegExp(
  `^${LABEL}=(\\(((?:"[a-z@-]+"(?: (?=")|(?=\\))))*)\\)((?:;[a-z]+=(?:\\d{1,12}|"[!#-\\[\\]-~]*"))*))$`,
)
// The last letter of 64 bytes carries two bits: any other letter would spell the same signature another way.
const SIGNATURE = new RegExp(`^${LABEL}=:([A-Za-z0-9+/]{85}[AQgw]==):$`)
const PARAMETER = /;([a-z]+)=(?:(\d+)|"([^"]*)")/g
const KNOWN = ['created', 'expires', 'nonce', 'keyid', 'tag', 'alg']

/** Reads `Signature-Input` and `Signature`: exactly one signature, ours, with every parameter that the profile needs. */
export function parseSignatureHeaders(
  input: string,
  signature: string,
): Result<SignatureHeaders, 'ERR_SIGNATURE_SHAPE' | 'ERR_SIGNATURE_COMPONENTS'> {
  const no = (reason: string) => refuse('ERR_SIGNATURE_SHAPE', reason)
  const [, params, list, parameters] = INPUT.exec(input) ?? []
  if (params === undefined || list === undefined || parameters === undefined) {
    return no(
      `Signature-Input needs exactly one signature, ${LABEL}=("@method" …);created=…;keyid="…" (RFC 9421 §4.1).`,
    )
  }
  const bytes = SIGNATURE.exec(signature)?.[1]
  if (bytes === undefined)
    return no(`Signature needs exactly one member, ${LABEL}=:64 bytes in base64: (RFC 9421 §4.2).`)

  const values = new Map<string, string | number>()
  for (const [, name, integer, text] of parameters.matchAll(PARAMETER)) {
    if (!KNOWN.includes(name as string)) return no(`The signature parameter ${name} is not known here.`)
    if (values.has(name as string)) return no(`The signature parameter ${name} stands twice.`)
    values.set(name as string, integer === undefined ? (text as string) : Number(integer))
  }
  const [created, expires, nonce, keyid, tag, alg] = KNOWN.map((name) => values.get(name))
  if (typeof created !== 'number' || typeof expires !== 'number') return no('created and expires need epoch seconds.')
  if (typeof nonce !== 'string' || !/^[A-Za-z0-9_-]{16,64}$/.test(nonce)) {
    return no('nonce needs 16 to 64 characters of base64url, new for each request.')
  }
  if (typeof keyid !== 'string' || keyid === '' || keyid.length > 128) return no('keyid needs the name of the key.')
  if (tag !== LABEL) return no(`tag needs to be "${LABEL}".`)
  if (typeof alg === 'number') return no('alg, when given, is a string.')

  const covered = list === '' ? [] : list.split(' ').map((name) => name.slice(1, -1))
  return ok({ covered, created, expires, nonce, keyid, alg, signature: Buffer.from(bytes, 'base64'), params })
}
