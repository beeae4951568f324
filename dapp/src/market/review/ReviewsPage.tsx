import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { queueQuery } from '../../api/reviews.ts'
import { dateClock } from '../../format/time.ts'
import { plural } from '../../format/words.ts'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { For } from '../../session/For.tsx'
import { PairsSection } from '../compositions/PairsSection.tsx'
import { ProcessSection } from './ProcessSection.tsx'

/** What waits for the operator, and how a listing comes to be published. */
export const ReviewsPage = () => (
  <For need={{ kind: 'operator' }} title="Review">
    <Page />
  </For>
)

function Page() {
  useTitle('Review')
  const queue = useQuery(queueQuery())
  return (
    <>
      <header className="page-head">
        <h1>Review</h1>
        <p className="soft">
          Listings that providers submitted, the oldest first. Nothing is found in the market before you approved it.
        </p>
      </header>
      <div className="sections">
        {queue.data === undefined ? (
          queue.error === null ? (
            <Waiting what="what waits" />
          ) : (
            <ReadProblem error={queue.error} retry={() => queue.refetch()} />
          )
        ) : queue.data.items.length === 0 ? (
          <p className="empty">Nothing waits for you.</p>
        ) : (
          <section aria-labelledby="waiting">
            <h2 id="waiting">
              {plural(queue.data.items.length, 'listing waits', 'listings wait')}
              {queue.data.next === null ? '' : ', and more'}
            </h2>
            <ul className="cards">
              {queue.data.items.map((one) => (
                <li key={one.id} className="panel card" aria-label={one.title}>
                  <p className="eyebrow">
                    {one.provider} · version {one.version}
                  </p>
                  <h3>
                    <Link to={`/review/${one.listing}`}>{one.title}</Link>
                  </h3>
                  <p className="small soft">submitted {dateClock(one.submittedAt, 'UTC')}</p>
                </li>
              ))}
            </ul>
          </section>
        )}
        <ProcessSection />
        <PairsSection />
      </div>
    </>
  )
}
