import type { Hex, Operation, PresentationTerms, Result } from '@opem/domain'
import type { ClaimsOf, CredentialType } from '../credential/claims.ts'
import type { Did } from '../did/did.ts'
import type { DidResolver } from '../did/resolver-types.ts'
import type { VerifierCode } from './codes.ts'

/** What a holder's wallet hands over. Parsed by `parseHolderProof`; never trusted before. */
export type HolderProof =
  | {
      readonly kind: 'eip712'
      /** DID. */
      readonly holder: string
      readonly challenge: Hex
      /** Epoch seconds. */
      readonly expires: number
      /** VC-JWTs, in the order that was signed. */
      readonly credentials: readonly string[]
      readonly signature: Hex
    }
  | { readonly kind: 'vp-jwt'; readonly jwt: string }
  | { readonly kind: 'openid4vp'; readonly vpToken: Readonly<Record<string, readonly string[]>> }

/** What the verifier asked for: everything a proof is compared with. */
export interface Expected {
  readonly operation: Operation
  readonly challenge: Hex
  /** DID of this marketplace. */
  readonly audience: string
  /** Epoch seconds. */
  readonly now: number
  /** Exactly these, each once, in any order. */
  readonly types: readonly CredentialType[]
}

export interface VerifiedCredentialOf<T extends CredentialType> {
  readonly type: T
  readonly issuer: Did
  readonly subject: Did
  readonly jti: string
  /** keccak256 of the signing input. */
  readonly hash: Hex
  /** Epoch seconds. */
  readonly issuedAt: number
  /** Epoch seconds. */
  readonly expiresAt: number
  readonly claims: ClaimsOf<T>
  readonly jwt: string
}

export type VerifiedCredential = { [T in CredentialType]: VerifiedCredentialOf<T> }[CredentialType]

export interface Presentation {
  readonly holder: Did
  readonly credentials: readonly VerifiedCredential[]
}

/** What the verifier reads of the world. Each port throws ERR_CHAIN_UNREACHABLE rather than guess. */
export interface VerifierPorts {
  readonly resolver: DidResolver
  readonly chainId: number
  /** The issuer of Account and Receipt credentials. */
  readonly marketplace: Did
  isRevoked(issuer: Did, jti: string): Promise<boolean>
  /** @param issuedAt epoch seconds: what was issued before an accreditation is outside of it */
  isAccredited(issuer: Did, type: CredentialType, issuedAt: number): Promise<boolean>
  /** Whether the contract at `wallet` says that it signed (ERC-1271); false when there is no contract. */
  isContractSignature(wallet: Hex, terms: PresentationTerms, signature: Hex): Promise<boolean>
  /** Who may issue this Member credential; nobody for an unknown community or member. None are accepted without it. */
  memberIssuers?(credential: {
    readonly community: Hex
    readonly member: Hex
    readonly subject: Did
    /** Epoch seconds. */
    readonly issuedAt: number
  }): Promise<readonly Did[]>
  /** Presentations of EU wallets; refused without it. */
  openid4vp?(
    vpToken: Readonly<Record<string, readonly string[]>>,
    expected: Expected,
  ): Promise<Result<Presentation, VerifierCode>>
}

export type Verified<T> = Result<T, VerifierCode>
