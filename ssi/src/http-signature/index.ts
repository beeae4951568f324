export type { SignatureCode } from './codes.ts'
export { contentDigest, isDigestOf } from './content-digest.ts'
export { algorithmOf, keyidOf, type PublicJwk, parsePublicJwk, type SignatureAlgorithm } from './jwk.ts'
export { createNonceMemory, type NonceUse, type SeenNonce } from './nonce-memory.ts'
export { type OutgoingRequest, signRequest } from './sign-request.ts'
export { createSignedFetch } from './signed-fetch.ts'
export { createSystemKey, openSystemKey, type SystemKey, systemKeyOf } from './system-key.ts'
export {
  type IncomingRequest,
  type SignedRequest,
  type VerifyRequestPorts,
  verifyRequest,
} from './verify-request.ts'
