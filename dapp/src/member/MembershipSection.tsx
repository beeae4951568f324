import { useQuery } from '@tanstack/react-query'
import type { Community, Member } from '../api/communities.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { chainStateQuery } from '../chain/queries.ts'
import { dateClock } from '../format/time.ts'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { membersQuery } from '../subgraph/community.ts'

/**
 * The membership as a credential: two signatures made it, the member's consent and the administrator's transaction, and
 * the chain keeps both. Who needs a proof of membership reads it there.
 */
export function MembershipSection({ community, member }: { community: Community; member: Member }) {
  const members = useQuery(membersQuery(community.id))
  const chain = useQuery(chainStateQuery(useChain(), useSettings(), community.id))
  const joined = members.data?.find((one) => one.member === member.id)
  if (members.error) return <ReadProblem error={members.error} retry={() => members.refetch()} />
  if (members.data === undefined) return <Waiting what="the membership" />
  if (joined === undefined) return null
  return (
    <section className="panel" aria-labelledby="membership">
      <h2 id="membership">Membership</h2>
      <p className="soft">
        Signed twice: by the member’s wallet (the consent) and by the administrator’s (the transaction that carries it).
      </p>
      <Facts
        of={[
          ['Community', <code key="community">{community.id}</code>],
          ['Member', <code key="member">{member.id}</code>],
          ['Issued by', <code key="administrator">{chain.data?.administrator.toLowerCase() ?? '…'}</code>],
          ['Holder', <code key="account">{joined.account}</code>],
          ['From', dateClock(Number(joined.from), community.timeZone)],
          ['Until', joined.until === null ? 'no end' : dateClock(Number(joined.until), community.timeZone)],
        ]}
      />
    </section>
  )
}
