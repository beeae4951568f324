import type { Session } from '../api/access.ts'
import type { Community } from '../api/communities.ts'
import { addressOfDid } from '../credentials/did.ts'
import { useSession } from './session.ts'

/** Whose balances of a community somebody may read: everybody's, one member's own, or nobody's. */
export type Sight = { of: 'all' } | { of: 'member'; member: string } | { of: 'nobody' }

/**
 * The marketplace shows all members to the administrator and to auditors, themselves to members, and nobody to others; so
 * the profile says what else may be asked for.
 */
export function sightOf(
  { members }: Pick<Community, 'members'>,
  session: Pick<Session, 'did'> | null | undefined,
): Sight {
  const own = session ? addressOfDid(session.did) : undefined
  if (members.some(({ account }) => account !== own)) return { of: 'all' }
  const [me] = members
  return me === undefined ? { of: 'nobody' } : { of: 'member', member: me.id }
}

export const useSight = (community: Community): Sight => sightOf(community, useSession())

/** The `member` of a question for evidence. */
export const memberOf = (sight: Sight): string | undefined => (sight.of === 'member' ? sight.member : undefined)
