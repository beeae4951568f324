import type { Hex } from '@opem/domain'

/** A presentation by a wallet that signs typed data: what a browser's wallet can do. */
export type Eip712Proof = {
  kind: 'eip712'
  holder: string
  challenge: Hex
  /** Epoch seconds. */
  expires: number
  /** Compact JWTs, in the order of their hashes in the signed message. */
  credentials: readonly string[]
  signature: Hex
}

/** An EU wallet's answer, collected by the marketplace under the id of its request. */
export type OpenId4VpProof = { kind: 'openid4vp'; request: string }

export type HolderProof = Eip712Proof | OpenId4VpProof
