import { LISTING_EXAMPLES, type ListingKind, mayUse } from '@opem/domain'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from 'react-router'
import { beginService, servicesQuery } from '../../api/services.ts'
import { useNow } from '../../app/now.ts'
import { dateClock } from '../../format/time.ts'
import { Button } from '../../parts/Button.tsx'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { Refusal } from '../../presentation/Refusal.tsx'
import { For } from '../../session/For.tsx'
import { useSession } from '../../session/session.ts'
import { KIND_NAMES, stateText } from '../words.ts'

/** A provider's own listings, and whose turn it is with each. */
export const ServicesPage = () => (
  <For need={{ kind: 'any-capability', capabilities: ['publish', 'share-data'] }} title="My services">
    <Page />
  </For>
)

/** What every draft begins with: nothing is decided but the kind. */
const blank = (kind: ListingKind) => ({
  ...{ schema: 'opem/listing/1', kind, title: '', keywords: [], region: [], parameters: [], dataNeeded: [], plans: [] },
  requirements: { technical: [], functional: [], nonFunctional: [] },
  contract: { text: '', noticeDays: 30 },
  composition: { before: [], after: [] },
  access: {},
})

function Page() {
  useTitle('My services')
  const navigate = useNavigate()
  const services = useInfiniteQuery(servicesQuery)
  const session = useSession()
  const now = useNow()
  const provides = session ? mayUse(session.actors, 'publish') : false
  const begin = useMutation({
    mutationFn: (document: object) => beginService(document),
    onSuccess: ({ listing }) => navigate(`/services/${listing}`),
  })
  const kind: ListingKind = provides ? 'analytic' : 'data'
  const items = services.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <header className="page-head">
        <h1>My services</h1>
        <p className="soft">What {session?.organisation ?? 'you'} offer, from the first draft to the last day.</p>
      </header>
      <div className="sections">
        <div className="row">
          <Button look="main" isDisabled={begin.isPending} onPress={() => begin.mutate(blank(kind))}>
            Draft a listing
          </Button>
          <Button isDisabled={begin.isPending} onPress={() => begin.mutate(LISTING_EXAMPLES[kind])}>
            Begin with an example
          </Button>
        </div>
        {begin.error === null ? null : <Refusal error={begin.error} title="Not begun" />}
        {items === undefined ? (
          services.error === null ? (
            <Waiting what="your listings" />
          ) : (
            <ReadProblem error={services.error} retry={() => services.refetch()} />
          )
        ) : items.length === 0 ? (
          <p className="empty">You offer nothing yet. Draft a listing: it stays private until you publish it.</p>
        ) : (
          <ul className="cards">
            {items.map((one) => (
              <li key={one.listing} className="panel card" aria-label={one.title ?? 'Without a title'}>
                <p className="eyebrow">
                  {KIND_NAMES[one.kind]} · version {one.version}
                </p>
                <h3>
                  <Link to={`/services/${one.listing}`}>{one.title ?? 'Without a title'}</Link>
                </h3>
                <p>
                  <span className="badge">{stateText(one)}</span>
                </p>
                <p>{one.next.what}</p>
                <p className="small soft">
                  {now - one.changedAt < 60 ? 'changed just now' : `changed ${dateClock(one.changedAt, 'UTC')}`}
                </p>
              </li>
            ))}
          </ul>
        )}
        {services.hasNextPage ? <Button onPress={() => services.fetchNextPage()}>Show more</Button> : null}
      </div>
    </>
  )
}
