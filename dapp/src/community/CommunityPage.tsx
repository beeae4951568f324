import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Community } from '../api/communities.ts'
import { periodsQuery } from '../api/periods.ts'
import { useLive } from '../api/stream.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { WithCommunity } from '../app/with-community.tsx'
import type { ChainState } from '../chain/queries.ts'
import { chainStateQuery } from '../chain/queries.ts'
import { shortHex } from '../format/hex.ts'
import { plural } from '../format/words.ts'
import { ReadProblem } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { DataBehind } from './DataBehind.tsx'
import { DayBar, useDay } from './DayBar.tsx'
import { DaySection } from './DaySection.tsx'
import { FundSection } from './FundSection.tsx'
import { HowFar } from './HowFar.tsx'
import { MembersSection } from './MembersSection.tsx'
import { RulesSection } from './RulesSection.tsx'

export const CommunityPage = () => <WithCommunity>{(community) => <Page community={community} />}</WithCommunity>

function Page({ community }: { community: Community }) {
  useTitle(community.name)
  const live = useLive()
  const chain = useQuery(chainStateQuery(useChain(), useSettings(), community.id))
  const day = useDay(community.timeZone, chain.data?.nextPeriod)
  const periods = useQuery(periodsQuery(community.id, { from: day.start, to: day.end }))
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          Energy community <span className="mono">{shortHex(community.id)}</span>
        </p>
        <h1>{community.name}</h1>
        <div className="row">
          {chain.data === undefined ? null : <Running state={chain.data} />}
          <span className={`badge ${live === 'live' ? 'good' : ''}`} role="status">
            {live === 'live' ? 'Live' : 'Asks every 15 s'}
          </span>
          {chain.data === undefined ? null : <span className="badge">{plural(chain.data.members, 'member')}</span>}
          <span className="badge">{community.timeZone}</span>
          {chain.data?.historic ? (
            <span className="badge warn">Historic: first rules committed after the fact</span>
          ) : null}
        </div>
      </header>
      {chain.error ? <ReadProblem error={chain.error} retry={() => chain.refetch()} /> : null}
      <div className="sections">
        <section className="panel" aria-labelledby="day">
          <h2 id="day">Hour by hour</h2>
          <DayBar day={day} timeZone={community.timeZone} />
          {periods.error ? (
            <ReadProblem error={periods.error} retry={() => periods.refetch()} />
          ) : (
            <DaySection community={community} day={day} periods={periods.data} />
          )}
        </section>
        <HowFar community={community} chain={chain.data} />
        <div className="columns">
          <RulesSection community={community} at={day.start} />
          <MembersSection community={community} />
        </div>
        <FundSection community={community} at={day.start} />
        <DataBehind community={community} day={day} periods={periods.data ?? []} chain={chain.data} />
        <p className="row">
          <Link className="button main" to={`/c/${community.id}/join`}>
            Join this community
          </Link>
          <Link className="button" to={`/audit?community=${community.id}`}>
            Audit this community
          </Link>
          <Link className="button" to={`/admin?community=${community.id}`}>
            Administer
          </Link>
        </p>
      </div>
    </>
  )
}

const Running = ({ state }: { state: ChainState }) =>
  state.stopsAt === undefined ? (
    <span className="badge good">Settlement runs</span>
  ) : state.stopsAt <= state.nextPeriod ? (
    <span className="badge warn">Settlement is stopped</span>
  ) : (
    <span className="badge warn">Settlement will stop</span>
  )
