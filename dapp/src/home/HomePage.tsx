import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { communitiesQuery } from '../api/communities.ts'
import { useLive } from '../api/stream.ts'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { CommunityCard } from './CommunityCard.tsx'
import { Picture } from './Picture.tsx'

/** What this is, and who shares energy here today. */
export function HomePage() {
  useTitle('')
  useLive()
  const communities = useQuery(communitiesQuery)
  return (
    <>
      <section className="hero">
        <div className="stack">
          <h1>
            Neighbours share <em>every hour</em> of energy.
          </h1>
          <p>
            OPEM divides what an energy community’s homes give and need, hour by hour, writes a commitment to every
            balance to a chain, and lets anybody check the sums.
          </p>
        </div>
        <Picture />
      </section>
      <section className="sections" aria-labelledby="communities">
        <div className="row apart">
          <h2 id="communities">Communities</h2>
          {communities.data?.length ? (
            <Link className="button" to="/admin">
              Found a community
            </Link>
          ) : null}
        </div>
        {communities.isPending ? (
          <Waiting what="communities" />
        ) : communities.error ? (
          <ReadProblem error={communities.error} retry={() => communities.refetch()} />
        ) : communities.data.length === 0 ? (
          <div className="empty">
            <h3>No community yet</h3>
            <p className="soft">
              It takes a name, a time zone and four prices. The community becomes a contract of its own, and you its
              administrator.
            </p>
            <Link className="button main" to="/admin">
              Found a community
            </Link>
          </div>
        ) : (
          <ul className="cards">
            {communities.data.map((community) => (
              <CommunityCard key={community.id} community={community} />
            ))}
          </ul>
        )}
      </section>
    </>
  )
}
