import type { Hex, Role } from '@opem/domain'
import type { OperationalStore } from '../operational/store.ts'
import type { Outbox } from './chain/outbox.ts'
import type { CompanyWallet, Identity } from './identity.ts'
import type { Limits } from './limit/limits.ts'
import type { AccessLog } from './log/access-log.ts'
import type { Openid4vp } from './wiring/openid4vp.ts'

/** What an access token says of its holder (D2.3 5.5.2). Instants are seconds since 1970. */
export interface TokenClaims {
  readonly sub: string
  readonly sid: string
  readonly account: string
  readonly accountVersion: number
  readonly authTime: number
  readonly roles: readonly Role[]
  readonly profile: { readonly role: string; readonly name: string; readonly organisation: string | null }
  /** How many contracts the account has, and keccak256 of their lines as canonical JSON. */
  readonly contracts: { readonly count: number; readonly hash: Hex }
}

/** Access tokens of the marketplace: signed, then encrypted, good for ten minutes. */
export interface Tokens {
  issue(claims: TokenClaims, now: number): Promise<string>
  /** @returns the id of the session, undefined when the token is not ours, spoilt or over */
  sessionOf(token: string, now: number): Promise<string | undefined>
  keySet(): Promise<object>
}

/** What the capabilities of access work with. */
export interface AccessParts {
  readonly store: OperationalStore
  /** @throws ERR_DEPLOYMENT_UNKNOWN, ERR_CHAIN_UNREACHABLE (retryable) */
  identity(): Promise<Identity>
  wallet(): Promise<CompanyWallet>
  /** How EU wallets are asked. */
  openid4vp(): Promise<Openid4vp>
  /** Where wallets elsewhere reach this API; the name it was asked under when left out. */
  readonly publicUrl: string | undefined
  readonly outbox: Outbox
  tokens(): Promise<Tokens>
  readonly log: AccessLog
  readonly limits: Limits
  /** On a development chain with an issuer of its own. @returns an IdentityCredential */
  readonly issueDevelopmentIdentity: ((subject: string, name: string) => Promise<string>) | undefined
  /** Whether the account of this DID is the marketplace's operator: from the settings, never from a credential. */
  isOperator(did: string): boolean
  /** Signs a hash as the marketplace's DID. 64 bytes. @throws ERR_CHAIN_UNREACHABLE (retryable) */
  signAsMarketplace(hash: Hex): Promise<{ readonly did: string; readonly signature: Hex }>
  /** How long an account or a new version of its credential waits for the receipt. */
  readonly pendingSeconds: number
  /** Tells that a credential waits to be delivered. */
  wakeDeliveries(): void
  /** Seconds since 1970. */
  now(): number
}
