import type { Hex, Operation } from '@opem/domain'
import type { Did } from '../did/did.ts'
import { CREDENTIAL_CONTEXT } from './issue.ts'
import { type JwtSigner, signJwt } from './sign-jwt.ts'

export interface PresentOptions {
  readonly holder: Did
  readonly signer: JwtSigner
  readonly challenge: Hex
  /** DID of the marketplace that asked. */
  readonly audience: Did | string
  /** What the challenge was made for; signed, so that a wallet can show it. */
  readonly operation: Operation
  readonly credentials: readonly string[]
  /** Epoch seconds; now when left out. */
  readonly issuedAt?: number
  /** Seconds; 300 at most. */
  readonly lifetime?: number
}

/** A VP-JWT: the holder's own signature under a challenge and the credentials that answer it (ES256K). */
export const presentCredentials = async ({
  holder,
  signer,
  challenge,
  audience,
  operation,
  credentials,
  issuedAt = Math.floor(Date.now() / 1000),
  lifetime = 120,
}: PresentOptions): Promise<string> =>
  signJwt(
    {
      vp: {
        '@context': [CREDENTIAL_CONTEXT],
        type: ['VerifiablePresentation'],
        verifiableCredential: [...credentials],
      },
      nonce: challenge,
      operation,
      aud: audience,
      iat: issuedAt,
      exp: issuedAt + lifetime,
      iss: holder,
    },
    signer,
  )
