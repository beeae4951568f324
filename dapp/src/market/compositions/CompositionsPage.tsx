import { mayUse } from '@opem/domain'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { compositionsQuery } from '../../api/compositions.ts'
import { plural } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import type { Need } from '../../session/access.ts'
import { For } from '../../session/For.tsx'
import { useSession } from '../../session/session.ts'
import { ComposeSection } from './ComposeSection.tsx'

export const COMPOSITION_NEED: Need = {
  kind: 'any-capability',
  capabilities: ['service-composition-request', 'service-composition-procurement'],
}

/** Services chained into one: those of the caller, those that wait for the caller's answer, and a new one. */
export const CompositionsPage = () => (
  <For need={COMPOSITION_NEED} title="Compositions">
    <Page />
  </For>
)

function Page() {
  useTitle('Compositions')
  const session = useSession()
  const found = useInfiniteQuery(compositionsQuery)
  const lines = found.data?.pages.flatMap(({ items }) => items)
  return (
    <>
      <header className="page-head">
        <h1>Compositions</h1>
        <p className="soft">
          Services that work as one: what each gives goes to the next, with the leave of their providers.
        </p>
      </header>
      <div className="sections">
        {session && mayUse(session.actors, 'service-composition-request') ? <ComposeSection /> : null}
        {found.error ? (
          <ReadProblem error={found.error} retry={() => found.refetch()} />
        ) : lines === undefined ? (
          <Waiting what="the compositions" />
        ) : lines.length === 0 ? (
          <p className="empty">None yet.</p>
        ) : (
          <ul className="cards" aria-label="Compositions">
            {lines.map((one) => (
              <li key={one.id} className="panel card" aria-label={one.title}>
                <p className="eyebrow">
                  {one.mine ? 'yours' : 'with your service'} · <span className="badge">{one.state}</span>
                </p>
                <h3>
                  <Link to={`/compositions/${one.id}`}>{one.title}</Link>
                </h3>
                <p className="small soft">{plural(one.steps, 'service')} in a chain</p>
              </li>
            ))}
          </ul>
        )}
        {found.hasNextPage ? <Button onPress={() => found.fetchNextPage()}>Show more</Button> : null}
      </div>
    </>
  )
}
