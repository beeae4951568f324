import { mayUse } from '@opem/domain'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { innovationsQuery } from '../../api/innovation.ts'
import { dateClock } from '../../format/time.ts'
import { plural } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import type { Need } from '../../session/access.ts'
import { For } from '../../session/For.tsx'
import { useSession } from '../../session/session.ts'
import { RequestForm } from './RequestForm.tsx'

export const INNOVATION_NEED: Need = {
  kind: 'any-capability',
  capabilities: ['open-innovation-request', 'open-innovation-service-procurement'],
}

/** Services that are asked for, and a form to ask for one. */
export const InnovationsPage = () => (
  <For need={INNOVATION_NEED} title="Open innovation">
    <Page />
  </For>
)

function Page() {
  useTitle('Open innovation')
  const session = useSession()
  const [asking, setAsking] = useState(false)
  const found = useInfiniteQuery(innovationsQuery)
  const lines = found.data?.pages.flatMap(({ items }) => items)
  const asks = session !== undefined && session !== null && mayUse(session.actors, 'open-innovation-request')
  return (
    <>
      <header className="page-head">
        <h1>Open innovation</h1>
        <p className="soft">
          A service that nobody offers yet: say what you need, and providers propose how to build it.
        </p>
        {asks && !asking ? (
          <p>
            <Button look="main" onPress={() => setAsking(true)}>
              Ask for a service
            </Button>
          </p>
        ) : null}
      </header>
      <div className="sections">
        {asking ? <RequestForm /> : null}
        {found.error ? (
          <ReadProblem error={found.error} retry={() => found.refetch()} />
        ) : lines === undefined ? (
          <Waiting what="the requests" />
        ) : lines.length === 0 ? (
          <p className="empty">Nothing is asked for yet.</p>
        ) : (
          <ul className="cards" aria-label="Requests">
            {lines.map((one) => (
              <li key={one.id} className="panel card" aria-label={one.title}>
                <p className="eyebrow">
                  {one.mine ? 'yours' : 'asked for'} · <span className="badge">{one.state}</span>
                </p>
                <h3>
                  <Link to={`/innovation/${one.id}`}>{one.title}</Link>
                </h3>
                <p className="small soft">
                  proposals until {dateClock(one.closesAt, 'UTC')}
                  {one.proposals === 0 ? '' : ` · ${plural(one.proposals, 'proposal')}`}
                </p>
              </li>
            ))}
          </ul>
        )}
        {found.hasNextPage ? <Button onPress={() => found.fetchNextPage()}>Show more</Button> : null}
      </div>
    </>
  )
}
