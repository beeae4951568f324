import type { Hex, MarketRole, Operation, Result, Role } from '@opem/domain'
import type { HolderProof } from './proof.ts'

export type CredentialType =
  | 'RepresentativeCredential'
  | 'IdentityCredential'
  | 'AccountCredential'
  | 'DataSourceCredential'
  | 'MemberCredential'

/** A credential that the verifier found good, with the claims of its type. */
export interface Verified<C = unknown> {
  readonly type: string
  readonly issuer: string
  readonly subject: string
  readonly jti: string
  readonly hash: Hex
  readonly expiresAt: number
  readonly claims: C
}

export interface Presented {
  readonly holder: string
  readonly credentials: readonly Verified[]
}

export interface RepresentativeClaims {
  readonly name: string
  readonly email: string
  readonly roles: readonly Role[]
  readonly company: {
    readonly did: string
    readonly name: string
    readonly url: string
    readonly walletEndpoint: string
  }
}

export interface ContractLine {
  readonly contract: Hex
  readonly kind: 'service' | 'data'
  readonly role: 'provider' | 'user'
  /** ISO 8601, UTC. */
  readonly since: string
}

export interface AccountClaims {
  readonly account: Hex
  readonly kind: 'company' | 'citizen' | 'machine'
  readonly version: number
  readonly previous: Hex | null
  readonly roles: readonly MarketRole[]
  readonly name: string
  readonly contracts: readonly ContractLine[]
}

export interface ReceiptClaims {
  readonly account: Hex
  readonly version: number
  readonly credentialHash: Hex
  readonly roles: MarketRole[]
  readonly terms: { readonly version: string; readonly hash: Hex }
  /** ISO 8601, UTC. */
  readonly activatedAt: string
}

export interface ChainAccount {
  readonly status: 'none' | 'pending' | 'active' | 'suspended' | 'revoked'
  readonly version: number
  readonly roles: number
  readonly credentialHash: Hex
  readonly pendingUntil: number
}

/** The marketplace as issuer and verifier, on the chain that it is deployed on. @throws ERR_CHAIN_UNREACHABLE (retryable) */
export interface Identity {
  /** Canonical DID of the marketplace: issuer of accounts, audience of presentations. */
  readonly marketplace: string
  readonly chainId: number
  accountIdOf(did: string): Hex
  parseDid(text: string): Result<string>
  verify(
    proof: HolderProof,
    expected: { operation: Operation; challenge: Hex; types: readonly CredentialType[]; now: number },
  ): Promise<Result<Presented>>
  /** One credential without its holder. */
  verifyCredential(jwt: string, type: CredentialType, now: number): Promise<Result<Verified>>
  isRevoked(issuer: string, jti: string): Promise<boolean>
  issueAccountCredential(it: {
    subject: string
    claims: AccountClaims
    expiresAt: number
    jti: string
  }): Promise<{ jwt: string; hash: Hex }>
  issueReceiptCredential(it: {
    subject: string
    claims: ReceiptClaims
    issuedAt: number
    expiresAt: number
    jti: string
  }): Promise<string>
  accountOnChain(account: Hex): Promise<ChainAccount>
}

/** A company's online wallet, by DIDComm. @throws when it does not answer as needed; the message holds no personal data */
export interface CompanyWallet {
  /** Whether the endpoint may be asked at all, as far as its text tells. @throws ERR_FETCH_URL, ERR_FETCH_ADDRESS */
  check(endpoint: string): Promise<void>
  /** @returns the thread of the delivery */
  deliver(to: { endpoint: string; did: string }, credential: string): Promise<string>
  /** @returns the VP-JWT that the wallet presented */
  ask(
    of: { endpoint: string; did: string },
    request: {
      readonly challenge: Hex
      readonly operation: Operation
      readonly types: readonly CredentialType[]
      /** The very credentials, by hash; the newest ones when left out. */
      readonly credentials?: readonly Hex[]
      /** Continues the thread of a delivery. */
      readonly thread?: string | undefined
    },
  ): Promise<string>
}
