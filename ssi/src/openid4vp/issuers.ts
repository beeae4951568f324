import { X509Certificate } from 'node:crypto'
import { ok, refuse } from '@opem/domain'
import type { CredentialType } from '../credential/claims.ts'
import { jwkOfDid } from '../did/key-did.ts'
import { type PublicJwk, parsePublicJwk } from '../http-signature/jwk.ts'
import type { Verified } from '../verifier/types.ts'
import type { ReadJws } from './jws.ts'

/** An issuer of SD-JWT VCs that the marketplace knows by its keys or certificates, and for what. */
export interface PinnedIssuer {
  /** As the credential names it: a URL or a DID. Left out for one that is known by certificate alone. */
  readonly iss?: string
  readonly types: readonly CredentialType[]
  readonly keys?: readonly PublicJwk[]
  /** PEM: the issuer's own certificate, or that of the authority which issues it directly. */
  readonly certificates?: readonly string[]
}

/** The keys that may have signed for an issuer, and for which types it is pinned. */
export interface IssuerKeys {
  readonly keys: readonly PublicJwk[]
  readonly types: readonly CredentialType[]
}

/**
 * Finds the keys of a JWS's issuer: pinned ones, those of a pinned certificate, or the key that a did:jwk or did:key is.
 * A key in the JWS itself proves nothing: a certificate chain counts only as far as it is pinned.
 * @param now epoch seconds, for the validity of certificates
 */
export function issuerKeys(
  iss: string | undefined,
  { x5c }: ReadJws,
  issuers: readonly PinnedIssuer[],
  now: number,
): Verified<IssuerKeys> {
  if (x5c) {
    const leaf = certificateOf(x5c[0] as string)
    const pinned = issuers.find(
      (issuer) => issuer.iss === iss && leaf && issuer.certificates?.some((pem) => vouchesFor(pem, leaf, now)),
    )
    const key = leaf && pinned ? keyOf(leaf) : undefined
    if (!pinned || !key)
      return refuse('ERR_VC_ISSUER', 'The issuer’s certificate (x5c) is not pinned here, or not valid now.')
    return ok({ keys: [key], types: pinned.types })
  }
  const pinned = issuers.filter((issuer) => issuer.iss !== undefined && issuer.iss === iss)
  const types = pinned.flatMap((issuer) => issuer.types)
  const own = iss === undefined ? undefined : jwkOfDid(iss)
  const keys = own ? [own] : pinned.flatMap((issuer) => issuer.keys ?? [])
  if (keys.length > 0) return ok({ keys, types })
  return refuse(
    'ERR_VC_ISSUER',
    'The issuer’s keys are not known here: it is not pinned, and its name is no did:jwk or did:key.',
  )
}

function certificateOf(der: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(der, 'base64'))
  } catch {
    return undefined
  }
}

/** Whether a pinned certificate is this leaf, or issued it directly, and all are valid now. */
function vouchesFor(pem: string, leaf: X509Certificate, now: number): boolean {
  const pinned = new X509Certificate(pem)
  const isValid = ({ validFromDate, validToDate }: X509Certificate) =>
    validFromDate.getTime() <= now * 1000 && now * 1000 < validToDate.getTime()
  if (!isValid(pinned) || !isValid(leaf)) return false
  if (pinned.raw.equals(leaf.raw)) return true
  return pinned.ca && !leaf.ca && leaf.checkIssued(pinned) && leaf.verify(pinned.publicKey)
}

function keyOf(certificate: X509Certificate): PublicJwk | undefined {
  const parsed = parsePublicJwk(certificate.publicKey.export({ format: 'jwk' }))
  return parsed.ok ? parsed.value : undefined
}
