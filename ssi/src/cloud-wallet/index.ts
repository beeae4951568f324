export { createCheck } from './check.ts'
export {
  type CloudWallet,
  type CloudWalletOptions,
  createCloudWallet,
  type NewCloudWallet,
  openCloudWallet,
  publishDocument,
} from './cloud-wallet.ts'
export type { IssuedNow, Representative } from './company.ts'
export { type CredentialStore, openCredentialStore } from './credential-store.ts'
export { type DelegateChanges, type Delegation, holderAddress } from './delegates.ts'
export { readPrivate, writePrivate } from './files.ts'
export { type CheckCredential, type Holder, type HolderOptions, openHolder, type PresentationTerms } from './holder.ts'
export { type IssuedBook, type IssuedCredential, openIssuedBook } from './issued.ts'
export { findProfile, readProfile, type WalletProfile, writeProfile } from './profile.ts'
export type { OnChain, Representatives } from './representatives.ts'
export type { RotatedKey } from './rotate.ts'
export type { WalletSecret } from './seal.ts'
export { readWalletSecret } from './secret.ts'
export type { ServeOptions } from './serve.ts'
export { type CredentialText, type HeldCredential, readCredential } from './stored-credential.ts'
export type { ChainOptions } from './wallet-chain.ts'
