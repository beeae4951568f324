import { actorsOf, ok, type Result, type Role, refuse } from '@opem/domain'
import type { Person } from '../caller/caller.ts'
import type { SessionRow } from './sessions.ts'

/**
 * Who a session makes of its holder now, or why it holds no longer. Roles follow the account and the administrator's
 * limits as they are now, not as they were at the sign-in.
 */
export function personOf(row: SessionRow, now: number, isOperator: (did: string) => boolean): Result<Person> {
  if (row.ended_at !== null) return gone('ERR_SESSION_ENDED', `the session has ended: ${row.ended_because}`)
  if (Number(row.expires_at) <= now) return gone('ERR_SESSION_EXPIRED', 'the session is over')
  if (row.status !== 'active') return gone('ERR_ACCOUNT_NOT_ACTIVE', `the account is ${row.status}`)
  if (row.company_status !== null && row.company_status !== 'active')
    return gone('ERR_ACCOUNT_NOT_ACTIVE', `the account of this machine's company is ${row.company_status}`)
  if (row.version !== row.account_version)
    return gone('ERR_ACCOUNT_VERSION', `version ${row.account_version} of the Account credential is superseded`)
  if (row.representative && row.disabled !== false)
    return gone('ERR_REPRESENTATIVE_DISABLED', "the company's administrator disabled this representative")

  // A machine does what its company does, and no more.
  const { company_roles: bounds } = row
  const accountRoles = bounds === null ? row.account_roles : row.account_roles.filter((role) => bounds.includes(role))
  const roles: readonly Role[] = row.representative
    ? rolesOfRepresentative(row.credential_roles ?? [], row.limited_roles)
    : accountRoles
  const administers = row.representative ? roles.includes('administrator') : true
  const operator = administers && isOperator(row.account_did)
  return ok({
    kind: 'person',
    session: row.id,
    did: row.did,
    name: row.name,
    organisation: row.kind === 'company' ? row.account_name : null,
    account: row.account,
    accountDid: row.account_did,
    accountKind: row.kind,
    accountRoles,
    roles,
    actors: actorsOf({
      accountRoles,
      ...(row.representative ? { representativeRoles: roles } : {}),
      operator,
    }),
    operator,
    companyAdministrator: row.kind === 'company' && administers,
    expiresAt: Number(row.expires_at),
  })
}

/** What the company's credential says, less what its administrator took away here. */
export const rolesOfRepresentative = (credential: readonly Role[], limit: readonly Role[] | null): readonly Role[] =>
  limit === null ? credential : credential.filter((role) => limit.includes(role))

const gone = (code: string, why: string) => refuse(code, `${why}; sign in again`)
