import { ok, refuse } from '@opem/domain'
import { z } from 'zod'
import { CLAIMS, CREDENTIAL_TYPES, type CredentialType, isCredentialType } from '../credential/claims.ts'
import { credentialHashOf } from '../credential/hash.ts'
import { CREDENTIAL_CONTEXT } from '../credential/issue.ts'
import { schemaReference } from '../credential/schemas.ts'
import { parseDid } from '../did/did.ts'
import { type ParsedJwt, parseJwt } from './parse-jwt.ts'
import type { Verified, VerifiedCredential } from './types.ts'

/** A credential whose shape is right and whose truth is not known yet. */
export interface ReadCredential {
  readonly jwt: ParsedJwt
  readonly credential: VerifiedCredential
}

const seconds = z.int().min(0).max(1e11)
const Payload = z.strictObject({
  iss: z.string(),
  sub: z.string(),
  jti: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'urn:uuid:…'),
  nbf: seconds,
  exp: seconds,
  iat: seconds.optional(),
  vc: z.strictObject({
    '@context': z.tuple([z.literal(CREDENTIAL_CONTEXT)]),
    type: z.tuple([z.literal('VerifiableCredential'), z.string()]),
    credentialSubject: z.record(z.string(), z.unknown()),
    credentialSchema: z.strictObject({ id: z.string(), type: z.string() }),
  }),
})

/** Reads a VC-JWT to the last member; asks nobody and believes nothing. */
export function readCredential(text: unknown, chainId: number): Verified<ReadCredential> {
  const jwt = parseJwt(text)
  if (!jwt.ok)
    return refuse(jwt.code === 'SHAPE' ? 'ERR_VC_SHAPE' : 'ERR_ALG', `The credential cannot be read: ${jwt.reason}.`)
  const parsed = Payload.safeParse(jwt.value.payload)
  if (!parsed.success)
    return refuse(codeOf(parsed.error, 'ERR_VC_SHAPE'), `The credential is malformed: ${sentence(parsed.error)}`)

  const { iss, sub, jti, nbf, exp, vc } = parsed.data
  const type = vc.type[1]
  if (!isCredentialType(type))
    return refuse('ERR_VC_SCHEMA', `The credential is of a type that is not one of ${CREDENTIAL_TYPES.join(', ')}.`)
  const schema = schemaReference(type)
  if (vc.credentialSchema.id !== schema.id || vc.credentialSchema.type !== schema.type)
    return refuse('ERR_VC_SCHEMA', `The ${type} names another schema than ${schema.id}.`)
  const claims = CLAIMS[type].safeParse(vc.credentialSubject)
  if (!claims.success)
    return refuse(
      codeOf(claims.error, 'ERR_VC_SCHEMA'),
      `The claims of the ${type} are not its schema's: ${sentence(claims.error)}`,
    )

  const issuer = parseDid(iss, chainId)
  const subject = parseDid(sub, chainId)
  if (!issuer.ok) return refuse('ERR_DID', `The issuer of the ${type}: ${issuer.reason}`)
  if (!subject.ok) return refuse('ERR_DID', `The subject of the ${type}: ${subject.reason}`)
  const credential = {
    type: type as CredentialType,
    issuer: issuer.value,
    subject: subject.value,
    jti,
    hash: credentialHashOf(text as string),
    issuedAt: nbf,
    expiresAt: exp,
    claims: claims.data,
    jwt: text as string,
  } as VerifiedCredential
  return ok({ jwt: jwt.value, credential })
}

/** An unknown member has a code of its own wherever it is: somebody added it. */
const codeOf = <C extends 'ERR_VC_SHAPE' | 'ERR_VC_SCHEMA'>(error: z.ZodError, otherwise: C): C | 'ERR_VC_MEMBERS' =>
  error.issues.some(({ code }) => code === 'unrecognized_keys') ? 'ERR_VC_MEMBERS' : otherwise

/** Names members, never values: those are somebody's data. */
const sentence = (error: z.ZodError): string =>
  error.issues
    .slice(0, 3)
    .map(
      ({ path, message, code }) =>
        `${path.join('.') || 'it'}: ${code === 'invalid_value' ? 'not an allowed value' : message}`,
    )
    .join('; ')
