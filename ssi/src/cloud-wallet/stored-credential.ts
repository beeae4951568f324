import { type ClaimsOf, type CredentialType, credentialHashOf, isCredentialType } from '../credential/index.ts'
import { decodeBase64url } from '../did/index.ts'

/** What a wallet keeps of a credential: the credential itself, who gave it, and whether its holder accepted it. */
export interface KeptCredential {
  readonly jwt: string
  readonly status: 'pending' | 'accepted'
  /** DID of the sender of the message, or `file` when it was handed over otherwise. */
  readonly from: string
  /** Epoch seconds. */
  readonly receivedAt: number
}

/** A credential as it says of itself; whether that is true, only the verifier knows. */
export interface CredentialText<T extends CredentialType = CredentialType> {
  readonly type: T
  readonly issuer: string
  readonly subject: string
  readonly jti: string
  readonly hash: `0x${string}`
  /** Epoch seconds. */
  readonly issuedAt: number
  /** Epoch seconds. */
  readonly expiresAt: number
  readonly claims: ClaimsOf<T>
  readonly jwt: string
}

export type HeldCredential = CredentialText & KeptCredential

/** Reads what a VC-JWT says; undefined when it is none. No signature is checked. */
export function readCredential(jwt: string): CredentialText | undefined {
  const bytes = decodeBase64url(jwt.split('.')[1] ?? '')
  if (bytes === undefined) return undefined
  try {
    const { vc, iss, sub, jti, nbf, exp } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
    const { type, credentialSubject } = vc as { type: unknown[]; credentialSubject: unknown }
    const name = type.find((entry) => isCredentialType(entry))
    if (!isCredentialType(name) || typeof nbf !== 'number' || typeof exp !== 'number') return undefined
    return {
      type: name,
      issuer: String(iss),
      subject: String(sub),
      jti: String(jti),
      hash: credentialHashOf(jwt),
      issuedAt: nbf,
      expiresAt: exp,
      claims: credentialSubject as ClaimsOf<CredentialType>,
      jwt,
    }
  } catch {
    return undefined
  }
}
