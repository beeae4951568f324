import type { Did, DidResolver } from '../../did/index.ts'
import { type AgreementKey, agreementKeyOf } from '../agreement-key.ts'

export interface Party {
  readonly did: Did
  readonly key: AgreementKey
}

/** A party with keys that repeat: its DID's address and its private key are one digit, over and over. */
export const partyOf = (digit: number): Party => ({
  did: `did:ethr:0x7a69:0x${String(digit).repeat(40)}` as Did,
  key: agreementKeyOf(new Uint8Array(32).fill(digit)),
})

/** Documents as the chain would give them, one X25519 key each. */
export const resolverOf = (parties: readonly Party[]): DidResolver => ({
  resolve: async (did) => ({
    did,
    version: 1,
    deactivated: false,
    authentication: [],
    assertionMethod: [],
    keyAgreement: parties
      .filter((party) => party.did === did)
      .map(({ key }) => ({ id: `${did}#delegate-1`, publicKey: key.publicKey })),
    services: [],
    compromised: new Set(),
  }),
})
