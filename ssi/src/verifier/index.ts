export type { Operation } from '@opem/domain'
export { VERIFIER_CODES, type VerifierCode } from './codes.ts'
export type {
  Expected,
  HolderProof,
  Presentation,
  Verified,
  VerifiedCredential,
  VerifiedCredentialOf,
  VerifierPorts,
} from './types.ts'
