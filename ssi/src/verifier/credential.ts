import { ok, refuse } from '@opem/domain'
import { checkIssuer } from './issuer-rules.ts'
import { type ReadCredential, readCredential } from './read-credential.ts'
import { hasAlgorithmOf, signerAmong } from './signature.ts'
import type { Verified, VerifiedCredential, VerifierPorts } from './types.ts'

/** Seconds by which an issuer's clock may be ahead of ours. */
export const CLOCK_SKEW = 60

/**
 * Verifies one credential without a holder: for a service that was handed one and knows by other means from whom.
 * @param now epoch seconds
 * @returns the credential, or the first refusal in the order: shape, signature, issuer, time, revocation
 * @throws ERR_CHAIN_UNREACHABLE (retryable)
 */
export async function verifyCredential(
  jwt: unknown,
  { now }: { readonly now: number },
  ports: VerifierPorts,
): Promise<Verified<VerifiedCredential>> {
  const read = readCredential(jwt, ports.chainId)
  return read.ok ? judgeCredential(read.value, now, ports) : read
}

/** Everything is asked at once and judged in one order, so that the time taken does not tell which check failed. */
export async function judgeCredential(
  read: ReadCredential,
  now: number,
  ports: VerifierPorts,
): Promise<Verified<VerifiedCredential>> {
  const { credential } = read
  const [signature, issuer, revoked] = await Promise.all([
    checkSignature(read, ports),
    checkIssuer(credential, ports),
    ports.isRevoked(credential.issuer, credential.jti),
  ])
  if (!signature.ok) return signature
  if (!issuer.ok) return issuer
  if (credential.issuedAt > now + CLOCK_SKEW)
    return refuse('ERR_VC_NOT_YET', `The ${credential.type} is not valid yet.`)
  if (credential.expiresAt <= now)
    return refuse('ERR_VC_EXPIRED', `The ${credential.type} has expired: ask its issuer for a new one.`)
  if (revoked) return refuse('ERR_VC_REVOKED', `The ${credential.type} was revoked by its issuer.`)
  return ok(credential)
}

/**
 * A key that the issuer has now may vouch for anything; a key that it had when the credential was issued, for that
 * credential. A key that its owner declared stolen vouches for nothing: a thief can write any date of issue.
 */
async function checkSignature(
  { jwt, credential }: ReadCredential,
  { resolver }: VerifierPorts,
): Promise<Verified<undefined>> {
  const { type, issuer, issuedAt } = credential
  const document = await resolver.resolve(issuer)
  if (document.deactivated) return refuse('ERR_DID', `The issuer of the ${type}, ${issuer}, gave up its DID.`)
  if (!hasAlgorithmOf(jwt, document.assertionMethod))
    return refuse('ERR_ALG', `The ${type} is signed with ${jwt.alg}, which no key of ${issuer} uses.`)
  const among = signerAmong(jwt)
  let signer = among(document.assertionMethod)
  if (!signer && document.version !== 0) {
    const past = await resolver.resolve(issuer, { time: issuedAt })
    signer = among(past.assertionMethod)
  }
  if (!signer) return refuse('ERR_VC_SIGNATURE', `The ${type} is not signed by a key of ${issuer}.`)
  if (signer.address && document.compromised.has(signer.address))
    return refuse(
      'ERR_VC_SIGNATURE',
      `The ${type} is signed by a key that ${issuer} declared stolen: it has to be issued again.`,
    )
  return ok(undefined)
}
