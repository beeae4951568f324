export type { Operation } from '@opem/domain'
export { type ChainPortsOptions, createChainPorts } from './chain-ports.ts'
export { VERIFIER_CODES, type VerifierCode } from './codes.ts'
export { type CommunityPortsOptions, createCommunityPorts } from './community-ports.ts'
export { verifyCredential } from './credential.ts'
export { parseHolderProof } from './parse-proof.ts'
export { verifyPresentation } from './presentation.ts'
export type {
  Expected,
  HolderProof,
  Presentation,
  Verified,
  VerifiedCredential,
  VerifiedCredentialOf,
  VerifierPorts,
} from './types.ts'
