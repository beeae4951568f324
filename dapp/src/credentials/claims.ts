import { shortHex } from '../format/hex.ts'
import { listOf } from '../format/words.ts'
import type { Credential, CredentialType } from './decode.ts'
import { shortDid } from './did.ts'

/** What a credential is, for people. */
export const TYPE_NAMES: Record<CredentialType, string> = {
  IdentityCredential: 'Identity',
  RepresentativeCredential: 'Representative of a company',
  AccountCredential: 'Marketplace account',
  MemberCredential: 'Community membership',
  DataSourceCredential: 'Meter',
  ReceiptCredential: 'Receipt',
}

export const ROLE_NAMES: Record<string, string> = {
  administrator: 'Administrator',
  'data-provider': 'Data provider',
  'service-provider': 'Service provider',
  'data-user': 'Data user',
  'service-user': 'Service user',
  operator: 'Marketplace operator',
}

/** @example roleList(['data-user', 'service-user']) // 'Data user and service user' */
export const roleList = (roles: readonly string[]): string => {
  const [first = 'no role', ...rest] = roles.map((role) => ROLE_NAMES[role] ?? role)
  return listOf([first, ...rest.map((name) => name.toLowerCase())])
}

/** The roles that a credential names. */
export const rolesOf = ({ claims }: Pick<Credential, 'claims'>): string[] =>
  Array.isArray(claims.roles) ? claims.roles.map(String) : claims.roles === undefined ? [] : [String(claims.roles)]

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '–' : JSON.stringify(value)

const NAMES: Record<string, string> = {
  name: 'Name',
  email: 'E-mail',
  country: 'Country',
  roles: 'Roles',
  account: 'Account',
  kind: 'Kind',
  version: 'Version',
  previous: 'Follows version with hash',
  contracts: 'Contracts',
  community: 'Community',
  member: 'Member',
  meter: 'Meter',
  role: 'Role',
  credentialHash: 'For the credential with hash',
  activatedAt: 'Active since',
}

/**
 * Every claim of a credential, in words: nothing that would be shown to somebody else is left out.
 * @example claimsOf({ claims: { name: 'Ana', roles: ['data-user'] } }) // [['Name', 'Ana'], ['Roles', 'Data user']]
 */
export function claimsOf({ claims }: Pick<Credential, 'claims'>): readonly (readonly [string, string])[] {
  return Object.entries(claims).flatMap(([name, value]): (readonly [string, string])[] => {
    if (name === 'company' && isRecord(value)) return companyClaims(value)
    if (name === 'contracts' && Array.isArray(value))
      return value.length === 0
        ? [['Contracts', 'none yet']]
        : value.map((line, i) => [`Contract ${i + 1}`, contractLine(line)] as const)
    if (name === 'roles') return [['Roles', roleList(rolesOf({ claims }))]]
    if (name === 'previous' && value === null) return []
    if (name === 'terms' && isRecord(value)) {
      return [['Terms accepted', `version ${text(value.version)}, text with hash ${shortHex(text(value.hash))}`]]
    }
    if (name === 'activatedAt' && typeof value === 'string') return [[NAMES[name]!, value]]
    if (name === 'account' || name === 'previous' || name === 'member' || name === 'credentialHash')
      return [[NAMES[name]!, shortHex(text(value))]]
    return [[NAMES[name] ?? name, text(value)]]
  })
}

const companyClaims = (company: Record<string, unknown>): (readonly [string, string])[] => {
  const known: Record<string, string> = {
    name: 'Company',
    did: 'Company’s DID',
    url: 'Company’s page',
    walletEndpoint: 'Company’s wallet',
  }
  return Object.entries(company).map(([name, value]) => [known[name] ?? `Company: ${name}`, text(value)])
}

/** A line that a contract added to an account; one of an unknown form is shown as it is. */
const contractLine = (line: unknown): string =>
  isRecord(line) && typeof line.contract === 'string' && typeof line.since === 'string'
    ? `${text(line.kind)} contract ${shortHex(line.contract)} as ${text(line.role)}, since ${line.since.slice(0, 10)}`
    : text(line)

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One line that tells a credential apart from others of its type. */
export function titleOf(credential: Credential): string {
  const { type, claims } = credential
  const name = typeof claims.name === 'string' ? claims.name : undefined
  switch (type) {
    case 'RepresentativeCredential': {
      const company = isRecord(claims.company) ? text(claims.company.name) : 'a company'
      return `${name ?? 'You'}, for ${company}`
    }
    case 'AccountCredential':
      return `${name ?? shortDid(credential.subject)}, version ${text(claims.version)}`
    case 'DataSourceCredential':
      return `Meter ${text(claims.meter)}`
    case 'MemberCredential':
      return `Member of ${shortHex(text(claims.community))}`
    case 'ReceiptCredential':
      return `Account ${shortHex(text(claims.account))}, version ${text(claims.version)}`
    case 'IdentityCredential':
      return name ?? shortDid(credential.subject)
  }
}
