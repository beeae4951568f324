import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { Community, Member } from '../api/communities.ts'
import { useLive } from '../api/stream.ts'
import { NotFound } from '../app/NotFound.tsx'
import { useChain, useSettings } from '../app/settings.ts'
import { WithCommunity } from '../app/with-community.tsx'
import { chainStateQuery } from '../chain/queries.ts'
import { DayBar, useDay } from '../community/DayBar.tsx'
import { hexOf, shortHex } from '../format/hex.ts'
import { plural } from '../format/words.ts'
import { useTitle } from '../parts/title.ts'
import { LeaveSection } from './LeaveSection.tsx'
import { MemberDay } from './MemberDay.tsx'
import { MembershipSection } from './MembershipSection.tsx'
import { MetersSection } from './MetersSection.tsx'
import { MonthSection } from './MonthSection.tsx'
import { ProofSection } from './ProofSection.tsx'

export const MemberPage = () => {
  const id = hexOf(useParams().member, 32)
  return (
    <WithCommunity>
      {(community) => {
        const member = community.members.find((one) => one.id === id)
        return member === undefined ? <NotFound what="member" /> : <Page community={community} member={member} />
      }}
    </WithCommunity>
  )
}

function Page({ community, member }: { community: Community; member: Member }) {
  useTitle(`${member.name}, ${community.name}`)
  useLive()
  const chain = useQuery(chainStateQuery(useChain(), useSettings(), community.id))
  const day = useDay(community.timeZone, chain.data?.nextPeriod)
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to={`/c/${community.id}`}>{community.name}</Link> · member{' '}
          <span className="mono">{shortHex(member.id)}</span>
        </p>
        <h1>{member.name}</h1>
        <div className="row">
          <span className="badge">{plural(member.meters.length, 'meter')}</span>
          <span className="badge">
            account&nbsp;<span className="mono">{shortHex(member.account)}</span>
          </span>
        </div>
      </header>
      <div className="sections">
        <section className="panel" aria-labelledby="balance">
          <h2 id="balance">Balance of the day</h2>
          <DayBar day={day} timeZone={community.timeZone} />
          <MemberDay community={community} member={member} day={day} />
        </section>
        <ProofSection key={day.date} community={community} member={member} day={day} />
        <MonthSection community={community} member={member} at={day.start} />
        <MetersSection community={community} member={member} />
        <MembershipSection community={community} member={member} />
        <LeaveSection community={community} member={member} chain={chain.data} />
      </div>
    </>
  )
}
