export { ROLES, type Role } from '@opem/domain'
export {
  CLAIMS,
  type ClaimsOf,
  type ContractLine,
  CREDENTIAL_TYPES,
  type CredentialType,
  isCredentialType,
} from './claims.ts'
export { credentialHashOf, credentialIdOf } from './hash.ts'
export {
  CREDENTIAL_CONTEXT,
  type CredentialTerms,
  credentialPayload,
  type IssueOptions,
  issueCredential,
} from './issue.ts'
export { type PresentOptions, presentCredentials } from './present.ts'
export { credentialSchemas, earlierSchemas, type PublishedSchema, schemaReference } from './schemas.ts'
export { type JwtSigner, signJwt } from './sign-jwt.ts'
