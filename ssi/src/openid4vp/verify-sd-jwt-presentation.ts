import { ok, refuse } from '@opem/domain'
import type { CredentialType } from '../credential/claims.ts'
import { credentialHashOf } from '../credential/hash.ts'
import { addressOfDid, type Did, parseDid } from '../did/did.ts'
import { didOfJwk, jwkOfDid } from '../did/key-did.ts'
import type { Verified, VerifiedCredential } from '../verifier/types.ts'
import { issuerKeys, type PinnedIssuer } from './issuers.ts'
import { isJwsSignedBy } from './jws.ts'
import { checkKeyBinding } from './key-binding.ts'
import { mayIssue } from './may-issue.ts'
import type { SdJwtProfile } from './profile.ts'
import { type ReadSdJwt, readSdJwt } from './read-sd-jwt.ts'
import { checkStatus } from './status-list.ts'

/** What the verification of SD-JWT VCs reads of the world; each port throws rather than guess. */
export interface SdJwtPorts {
  /** Only did:ethr of this chain are read as issuers. */
  readonly chainId: number
  /** The client ids that wallets may have answered, with their prefix: the audience of a key binding. */
  readonly clientIds: readonly string[]
  readonly issuers: readonly PinnedIssuer[]
  isAccredited(issuer: Did, type: CredentialType, issuedAt: number): Promise<boolean>
  isRevoked(issuer: Did, jti: string): Promise<boolean>
  /** The text of a status list; has to guard where it connects to, how long it waits and how much it reads. */
  fetchStatusList(uri: string): Promise<string>
}

const CLOCK_SKEW = 60
/** Seconds that a credential without a status list may be valid, because nobody could revoke it (EU ARF, topic 7). */
const UNREVOCABLE_SECONDS = 86_400

/**
 * Verifies one SD-JWT VC with key binding (RFC 9901, SD-JWT VC, OpenID4VP 1.0 B.3). Its holder is the key that it is
 * bound to, as did:jwk. Order: shape, issuer's signature, time, holder's signature, issuer's right, revocation.
 * @param expected `now` in epoch seconds
 * @throws what the ports throw, and ERR_STATUS_UNREACHABLE (retryable): a status that is not known is not valid
 */
export async function verifySdJwtPresentation(
  compact: string,
  profile: SdJwtProfile,
  { challenge, now }: { readonly challenge: string; readonly now: number },
  ports: SdJwtPorts,
): Promise<Verified<VerifiedCredential>> {
  const { type } = profile
  const read = readSdJwt(compact, profile)
  if (!read.ok) return read
  const { jws, registered, holderKey, presented, keyBinding } = read.value

  const found = issuerKeys(registered.iss, jws, ports.issuers, now)
  if (!found.ok) return found
  const signedBy = found.value.keys.find((key) => isJwsSignedBy(jws, key))
  if (!signedBy) return refuse('ERR_VC_SIGNATURE', `The ${type} is not signed by its issuer.`)
  const issuer = parseDid(registered.iss?.startsWith('did:') ? registered.iss : didOfJwk(signedBy), ports.chainId)
  if (!issuer.ok) return refuse('ERR_DID', `The issuer of the ${type}: ${issuer.reason}`)

  const refused = refusedTime(registered, type, now)
  if (refused) return refused
  const { clientIds } = ports
  const bound = checkKeyBinding(keyBinding, { presented, holderKey, clientIds, challenge, now })
  if (!bound.ok) return bound
  const holder = didOfJwk(holderKey) as Did
  if (profile.namesHolder && registered.sub !== undefined && !isHolder(registered.sub, holder)) {
    return refuse('ERR_VP_HOLDER', `The ${type} is about somebody else than the key that it is bound to.`)
  }

  const credential = credentialOf(read.value, type, issuer.value, holder)
  const allowed = await mayIssue(credential, found.value.types, ports.isAccredited)
  if (!allowed.ok) return allowed
  if (addressOfDid(credential.issuer) !== undefined && (await ports.isRevoked(credential.issuer, credential.jti))) {
    return refuse('ERR_VC_REVOKED', `The ${type} was revoked by its issuer.`)
  }
  if (registered.status) {
    const valid = await checkStatus(registered.status.status_list, { ...ports, iss: registered.iss, now })
    if (!valid.ok) return valid
  }
  return ok(credential)
}

type Registered = ReadSdJwt['registered']

function refusedTime({ iat, nbf = iat, exp, status }: Registered, type: CredentialType, now: number) {
  if (Math.max(iat, nbf) > now + CLOCK_SKEW) return refuse('ERR_VC_NOT_YET', `The ${type} is not valid yet.`)
  if (exp <= now) return refuse('ERR_VC_EXPIRED', `The ${type} has expired: ask its issuer for a new one.`)
  if (!status && exp - iat > UNREVOCABLE_SECONDS) {
    return refuse('ERR_VC_SHAPE', `The ${type} is valid for longer than a day and has no status list.`)
  }
  return undefined
}

/** Whether `sub` is the key that the credential is bound to, as did:jwk or did:key, however it is written. */
function isHolder(sub: string, holder: Did): boolean {
  const key = jwkOfDid(sub)
  return key !== undefined && didOfJwk(key) === holder
}

function credentialOf(
  { issuerJwt, presented, registered: { iat, nbf = iat, exp, jti }, claims }: ReadSdJwt,
  type: CredentialType,
  issuer: Did,
  subject: Did,
): VerifiedCredential {
  const hash = credentialHashOf(issuerJwt)
  // Not every issuer of the EU's profile numbers its credentials.
  const name = jti ?? `urn:opem:sd-jwt:${hash}`
  const times = { issuedAt: nbf, expiresAt: exp }
  return { type, issuer, subject, jti: name, hash, ...times, claims, jwt: presented } as VerifiedCredential
}
