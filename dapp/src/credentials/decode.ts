import type { Hex, Result } from '@opem/domain'
import { ok, refuse } from '@opem/domain'
import { z } from 'zod'
import { keccakText } from '../chain/keccak.ts'

export const CREDENTIAL_TYPES = [
  'IdentityCredential',
  'RepresentativeCredential',
  'AccountCredential',
  'MemberCredential',
  'DataSourceCredential',
  'ReceiptCredential',
] as const
export type CredentialType = (typeof CREDENTIAL_TYPES)[number]

/** A credential as its holder reads it. Reading is not verifying: the marketplace verifies when it is presented. */
export type Credential = {
  jwt: string
  type: CredentialType
  issuer: string
  subject: string
  jti: string
  /** keccak256 of the signing input: what the holder signs for, whatever the issuer's signature bytes. */
  hash: Hex
  issuedAt: number
  expiresAt: number | undefined
  claims: Record<string, unknown>
}

const Header = z.looseObject({ alg: z.string() })
const Payload = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  jti: z.string(),
  nbf: z.number().int().optional(),
  iat: z.number().int().optional(),
  exp: z.number().int().optional(),
  vc: z.looseObject({ type: z.array(z.string()), credentialSubject: z.record(z.string(), z.unknown()) }),
})

const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
const MOST = 64 * 1024

function read<T>(part: string, schema: z.ZodType<T>): T | undefined {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
    const parsed = schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads a credential out of pasted text or a file: the bare JWT, or JSON that holds it as `credential`.
 * Codes: ERR_CREDENTIAL_TEXT (no JWT), ERR_CREDENTIAL_SHAPE (no credential), ERR_CREDENTIAL_TYPE (none this marketplace knows).
 */
export function decodeCredential(text: string): Result<Credential> {
  const jwt = jwtIn(text.trim())
  if (jwt === undefined)
    return refuse(
      'ERR_CREDENTIAL_TEXT',
      'This is no credential: three parts joined by dots are needed, as the issuer sent them. Copy all of it.',
    )
  const [head, body] = jwt.split('.') as [string, string]
  const payload = read(head, Header) === undefined ? undefined : read(body, Payload)
  if (payload === undefined)
    return refuse(
      'ERR_CREDENTIAL_SHAPE',
      'This is a signed text, but no verifiable credential. Ask its issuer for one.',
    )
  const { iss, sub, jti, vc } = payload
  const type = CREDENTIAL_TYPES.find((one) => vc.type.includes(one))
  if (type === undefined)
    return refuse(
      'ERR_CREDENTIAL_TYPE',
      `A credential of type ${vc.type.join(', ')} is not used here; known are ${CREDENTIAL_TYPES.join(', ')}.`,
    )
  const { id: _, ...claims } = vc.credentialSubject
  return ok({
    jwt,
    type,
    issuer: iss,
    subject: sub,
    jti,
    hash: keccakText(`${head}.${body}`),
    issuedAt: payload.nbf ?? payload.iat ?? 0,
    expiresAt: payload.exp,
    claims,
  })
}

function jwtIn(text: string): string | undefined {
  if (text.length > MOST) return undefined
  if (JWT.test(text)) return text
  try {
    const parsed = z.looseObject({ credential: z.string().regex(JWT) }).safeParse(JSON.parse(text))
    return parsed.success ? parsed.data.credential : undefined
  } catch {
    return undefined
  }
}
