import type { Address } from 'viem'
import type { Did } from './did.ts'
import type { PublicJwk } from './key-did.ts'

/** A key of a DID document: an address (ERC-1056 controller or delegate), a secp256k1 public key, or a JWK. */
export interface VerificationKey {
  /** Absolute DID URL, e.g. `did:ethr:0x7a69:0x…#controller`. */
  readonly id: string
  readonly kind: 'address' | 'P-256' | 'Ed25519'
  /** Of the key; a secp256k1 public key is compared by its address too. */
  readonly address?: Address
  readonly jwk?: PublicJwk
}

export interface DidService {
  readonly id: string
  readonly type: string
  /** A URL, or the object that DIDComm v2 writes (`{ uri, accept, routingKeys }`). */
  readonly serviceEndpoint: unknown
}

export interface ResolvedDid {
  readonly did: Did
  /** The block of the last change that the document shows; 0 for a DID that never changed. */
  readonly version: number
  /** Its owner gave it up: it has no keys, for ever. */
  readonly deactivated: boolean
  /** Who may change it on chain; a contract wallet may be one. undefined for did:jwk and did:key. */
  readonly controller?: Address
  readonly authentication: readonly VerificationKey[]
  readonly assertionMethod: readonly VerificationKey[]
  readonly keyAgreement: readonly { readonly id: string; readonly publicKey: Uint8Array }[]
  readonly services: readonly DidService[]
  /** Keys that the owner declared stolen: nothing signed by them counts, whenever it was signed. Lower case. */
  readonly compromised: ReadonlySet<Address>
}

export interface DidResolver {
  /**
   * The DID's document, now or as it was.
   * @param at `time`, epoch seconds: as of the last block at or before it
   * @throws ERR_CHAIN_UNREACHABLE (retryable) when the chain does not answer
   */
  resolve(did: Did, at?: { readonly time: number }): Promise<ResolvedDid>
}
