/** Why a proof was refused. Stable: programs and pages decide by them; the sentence beside a code may change. */
export const VERIFIER_CODES = [
  /** Not one of the proofs, or a member missing, added or malformed in it. */
  'ERR_VP_SHAPE',
  /** Made for another challenge. */
  'ERR_VP_CHALLENGE',
  /** Made for another marketplace. */
  'ERR_VP_AUDIENCE',
  /** Made for another operation. */
  'ERR_VP_OPERATION',
  /** Not signed by a present key of the holder. */
  'ERR_VP_SIGNATURE',
  /** Over, not yet begun, or valid for longer than five minutes. */
  'ERR_VP_EXPIRED',
  /** A credential is about somebody else. */
  'ERR_VP_HOLDER',
  /** Not exactly the credential types that were asked for. */
  'ERR_VP_TYPES',
  /** A credential is no VC-JWT, or a member is missing or malformed in it. */
  'ERR_VC_SHAPE',
  /** A credential holds a member that its kind does not have. */
  'ERR_VC_MEMBERS',
  /** Not signed by a key that its issuer had. */
  'ERR_VC_SIGNATURE',
  /** Its issuer may not issue this type. */
  'ERR_VC_ISSUER',
  'ERR_VC_EXPIRED',
  'ERR_VC_NOT_YET',
  'ERR_VC_REVOKED',
  /** Its claims are not those of its type, or it names another schema. */
  'ERR_VC_SCHEMA',
  /** A header names another algorithm than its signer's key has, or a member that could change how it is verified. */
  'ERR_ALG',
  /** A DID is not of this chain, not canonical where it has to be, or was given up. */
  'ERR_DID',
] as const

export type VerifierCode = (typeof VERIFIER_CODES)[number]
