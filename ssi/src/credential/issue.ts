import { randomUUID } from 'node:crypto'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import type { Did } from '../did/did.ts'
import { CLAIMS, type ClaimsOf, type CredentialType } from './claims.ts'
import { schemaReference } from './schemas.ts'
import { type JwtSigner, signJwt } from './sign-jwt.ts'

export interface CredentialTerms<T extends CredentialType> {
  readonly issuer: Did
  readonly type: T
  /** Whom the claims are about, and who alone may present them. */
  readonly subject: Did
  readonly claims: ClaimsOf<T>
  /** Epoch seconds. */
  readonly issuedAt: number
  /** Epoch seconds. */
  readonly expiresAt: number
  /** `urn:uuid:…`; a new one when left out. */
  readonly jti?: string
}

export type IssueOptions<T extends CredentialType> = Omit<CredentialTerms<T>, 'issuedAt'> & {
  readonly signer: JwtSigner
  /** Epoch seconds; now when left out. */
  readonly issuedAt?: number
}

export const CREDENTIAL_CONTEXT = 'https://www.w3.org/2018/credentials/v1'

/**
 * The JWT claims of a credential (W3C Verifiable Credentials 1.1, §6.3.1): registered claims in place of the members
 * they stand for, the rest in `vc`.
 * @throws ERR_CLAIMS when the claims are not exactly the type's
 */
export function credentialPayload<T extends CredentialType>(terms: CredentialTerms<T>) {
  const { issuer, type, subject, claims, issuedAt, expiresAt, jti = `urn:uuid:${randomUUID()}` } = terms
  const parsed = CLAIMS[type].safeParse(claims)
  if (!parsed.success) {
    throw new OpemError({
      code: 'ERR_CLAIMS',
      shortMessage: `These are not the claims of a ${type}: ${z.prettifyError(parsed.error)}`,
    })
  }
  return {
    vc: {
      '@context': [CREDENTIAL_CONTEXT],
      type: ['VerifiableCredential', type],
      credentialSubject: parsed.data,
      credentialSchema: schemaReference(type),
    },
    sub: subject,
    jti,
    nbf: issuedAt,
    exp: expiresAt,
    iss: issuer,
  }
}

/** Issues a credential as a VC-JWT signed with ES256K. */
export const issueCredential = async <T extends CredentialType>({
  signer,
  issuedAt = Math.floor(Date.now() / 1000),
  ...terms
}: IssueOptions<T>): Promise<string> =>
  signJwt(credentialPayload({ ...terms, issuedAt } as unknown as CredentialTerms<T>), signer)
