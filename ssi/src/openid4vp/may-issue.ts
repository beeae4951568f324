import { ok, refuse } from '@opem/domain'
import type { CredentialType } from '../credential/claims.ts'
import { accountIdOf, type Did } from '../did/did.ts'
import type { Verified, VerifiedCredential } from '../verifier/types.ts'

/** Types that the IssuerRegistry accredits issuers for; the others come from the marketplace, or are pinned. */
const ACCREDITED: readonly CredentialType[] = ['RepresentativeCredential', 'IdentityCredential', 'DataSourceCredential']

/**
 * Whether an issuer may issue this SD-JWT VC: it is pinned for the type, is accredited on chain for it, or is the company
 * that the credential lets somebody represent.
 */
export async function mayIssue(
  { type, issuer, subject, claims, issuedAt }: VerifiedCredential,
  pinnedFor: readonly CredentialType[],
  isAccredited: (issuer: Did, type: CredentialType, issuedAt: number) => Promise<boolean>,
): Promise<Verified<undefined>> {
  if (type === 'AccountCredential' && claims.account !== accountIdOf(subject)) {
    return refuse('ERR_VC_SCHEMA', 'The account of the AccountCredential is not the account of its holder.')
  }
  if (pinnedFor.includes(type)) return ok(undefined)
  if (type === 'RepresentativeCredential' && claims.company.did === issuer) return ok(undefined)
  if (ACCREDITED.includes(type) && (await isAccredited(issuer, type, issuedAt))) return ok(undefined)
  return refuse('ERR_VC_ISSUER', `The issuer may not issue a ${type}: the operator pins or accredits issuers.`)
}
