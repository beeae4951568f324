import { x25519 } from '@noble/curves/ed25519.js'

/** An X25519 key pair, 32 bytes each: what a DIDComm message is encrypted with, and who proves to have sent it. */
export interface AgreementKey {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

/** A new random key pair. */
export const createAgreementKey = (): AgreementKey => agreementKeyOf(x25519.utils.randomSecretKey())

export const agreementKeyOf = (privateKey: Uint8Array): AgreementKey => ({
  privateKey,
  publicKey: x25519.getPublicKey(privateKey),
})
