import { refuse } from '@opem/domain'
import { accountIdOf, addressOfDid, type Did, parseDid } from '../did/did.ts'
import type { Verified, VerifiedCredential, VerifierPorts } from './types.ts'

type Ports = Pick<VerifierPorts, 'chainId' | 'marketplace' | 'isAccredited' | 'memberIssuers'>

const OK = { ok: true, value: undefined } as const

/**
 * Whether a credential's issuer may issue its type: a company for its own representatives, the marketplace for accounts and
 * receipts, a community's administrator for its members, and accredited issuers for what they were accredited for.
 */
export async function checkIssuer(credential: VerifiedCredential, ports: Ports): Promise<Verified<undefined>> {
  const { type, issuer, subject, claims } = credential
  if (addressOfDid(issuer) === undefined)
    return refuse(
      'ERR_VC_ISSUER',
      `The ${type} was issued by a DID that is not on chain, where it could not revoke it.`,
    )
  switch (type) {
    case 'RepresentativeCredential': {
      const company = parseDid(claims.company.did, ports.chainId)
      if (!company.ok || company.value !== claims.company.did)
        return refuse(
          'ERR_DID',
          `The company's DID is not in canonical form: write it as ${company.ok ? company.value : 'did:ethr:0x…'}.`,
        )
      return company.value === issuer ? OK : accredited(credential, ports)
    }
    case 'IdentityCredential':
    case 'DataSourceCredential':
      return accredited(credential, ports)
    case 'AccountCredential':
      if (claims.account !== accountIdOf(subject))
        return refuse('ERR_VC_SCHEMA', 'The account of the AccountCredential is not the account of its subject.')
      return only(ports.marketplace, credential)
    case 'ReceiptCredential':
      return only(ports.marketplace, credential)
    case 'MemberCredential':
      return byAdministrator(
        await ports.memberIssuers?.({ ...claims, subject, issuedAt: credential.issuedAt }),
        credential,
      )
    default:
      return credential satisfies never
  }
}

const only = (needed: Did, { type, issuer }: VerifiedCredential): Verified<undefined> =>
  needed === issuer ? OK : refuse('ERR_VC_ISSUER', `Only ${needed} may issue this ${type}, not ${issuer}.`)

const byAdministrator = (needed: readonly Did[] = [], { type, issuer }: VerifiedCredential): Verified<undefined> =>
  needed.includes(issuer)
    ? OK
    : refuse(
        'ERR_VC_ISSUER',
        `Only who administers the community may issue this ${type}, to the account that joined it, and ${issuer} did not when it was issued.`,
      )

async function accredited({ type, issuer, issuedAt }: VerifiedCredential, ports: Ports): Promise<Verified<undefined>> {
  if (await ports.isAccredited(issuer, type, issuedAt)) return OK
  return refuse('ERR_VC_ISSUER', `${issuer} is not accredited to issue a ${type}: the operator accredits issuers.`)
}
