export { decodeBase64url, encodeBase64url } from './base64url.ts'
export { accountIdOf, addressOfDid, type Did, didOfAddress, parseDid } from './did.ts'
export { COMPROMISED_ATTRIBUTE } from './document.ts'
export { didOfJwk, jwkOfDid, type PublicJwk } from './key-did.ts'
export {
  createRepresentativeReader,
  type OnChainRepresentative,
  type RepresentativeReader,
  type RepresentativeReaderOptions,
} from './representatives.ts'
export { createDidResolver, type DidResolverOptions } from './resolver.ts'
export type { DidResolver, DidService, ResolvedDid, VerificationKey } from './resolver-types.ts'
