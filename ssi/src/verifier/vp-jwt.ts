import { OPERATIONS, ok, refuse } from '@opem/domain'
import { z } from 'zod'
import { CREDENTIAL_CONTEXT } from '../credential/issue.ts'
import { type Did, parseDid } from '../did/did.ts'
import type { Claimed } from './eip712.ts'
import { checkChallenge, isSame } from './expected.ts'
import { type ParsedJwt, parseJwt } from './parse-jwt.ts'
import { hasAlgorithmOf, signerAmong } from './signature.ts'
import type { Expected, Verified, VerifierPorts } from './types.ts'

const seconds = z.int().min(0).max(1e11)
const Payload = z.strictObject({
  iss: z.string(),
  aud: z.union([z.string(), z.tuple([z.string()])]),
  nonce: z.string(),
  exp: seconds,
  nbf: seconds.optional(),
  iat: seconds.optional(),
  jti: z.string().max(200).optional(),
  /** What it is signed for: a wallet can show it, and no answer to one question answers another. */
  operation: z.enum(OPERATIONS),
  vp: z.strictObject({
    '@context': z.tuple([z.literal(CREDENTIAL_CONTEXT)]),
    type: z.tuple([z.literal('VerifiablePresentation')]),
    verifiableCredential: z.array(z.string()).min(1).max(8),
  }),
})

/** Reads a VP-JWT to the last member and compares it with what was asked for. */
export function readVpJwt(text: string, expected: Expected, ports: VerifierPorts): Verified<Claimed> {
  const jwt = parseJwt(text)
  if (!jwt.ok)
    return refuse(jwt.code === 'SHAPE' ? 'ERR_VP_SHAPE' : 'ERR_ALG', `The presentation cannot be read: ${jwt.reason}.`)
  const parsed = Payload.safeParse(jwt.value.payload)
  if (!parsed.success)
    return refuse('ERR_VP_SHAPE', `The presentation is malformed: ${z.prettifyError(parsed.error).slice(0, 400)}`)
  const { iss, aud, nonce, exp, nbf, iat, operation, vp } = parsed.data

  const challenge = checkChallenge({ challenge: nonce, expires: exp, from: Math.max(nbf ?? 0, iat ?? 0) }, expected)
  if (!challenge.ok) return challenge
  if (!isSame(typeof aud === 'string' ? aud : aud[0], expected.audience))
    return refuse('ERR_VP_AUDIENCE', `The presentation is for another audience than ${expected.audience}.`)
  if (operation !== expected.operation)
    return refuse(
      'ERR_VP_OPERATION',
      `The presentation was signed for ${operation}, and ${expected.operation} was asked for.`,
    )
  const holder = parseDid(iss, ports.chainId)
  if (!holder.ok) return refuse('ERR_DID', `The holder: ${holder.reason}`)
  return ok({
    holder: holder.value,
    credentials: vp.verifiableCredential,
    checkSignature: () => checkSignature(jwt.value, holder.value, ports),
  })
}

/** A presentation is made now: only keys that the holder has now count. */
async function checkSignature(jwt: ParsedJwt, holder: Did, { resolver }: VerifierPorts): Promise<Verified<undefined>> {
  const { deactivated, authentication, compromised } = await resolver.resolve(holder)
  if (deactivated) return refuse('ERR_DID', `The holder ${holder} gave up its DID.`)
  if (!hasAlgorithmOf(jwt, authentication))
    return refuse('ERR_ALG', `The presentation is signed with ${jwt.alg}, which no key of ${holder} uses.`)
  const signer = signerAmong(jwt)(authentication)
  if (signer && !(signer.address && compromised.has(signer.address))) return ok(undefined)
  return refuse('ERR_VP_SIGNATURE', `The presentation is not signed by a present key of ${holder}.`)
}
