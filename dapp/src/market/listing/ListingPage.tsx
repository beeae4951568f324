import type { Hex, ListingDocument } from '@opem/domain'
import { OpemError } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { Listing } from '../../api/listings.ts'
import { listingQuery } from '../../api/listings.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { hexOf } from '../../format/hex.ts'
import { Notice, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { For } from '../../session/For.tsx'
import { planText } from '../money.ts'
import { DocumentView } from '../publish/DocumentView.tsx'
import { categoryName } from '../search/names.ts'
import { Stars } from '../search/Stars.tsx'
import { KIND_NAMES } from '../words.ts'
import { KpiSection } from './KpiSection.tsx'
import { ProofSection } from './ProofSection.tsx'
import { RatingsSection } from './RatingsSection.tsx'
import { VersionsSection } from './VersionsSection.tsx'

/** Everything that a buyer wants to know of one listing. */
export function ListingPage() {
  const listing = hexOf(useParams().listing, 32)
  if (listing === undefined) return <NotFound />
  return (
    <For need={{ kind: 'any-capability', capabilities: ['search', 'management-and-governance'] }} title="Listing">
      <Page listing={listing} />
    </For>
  )
}

function Page({ listing }: { listing: Hex }) {
  const read = useQuery(listingQuery(listing))
  useTitle(read.data?.document?.title ?? 'Listing')
  if (read.data === undefined) {
    if (read.error === null) return <Waiting what="the listing" />
    if (read.error instanceof OpemError && read.error.code === 'ERR_LISTING_UNKNOWN') return <Gone />
    return <ReadProblem error={read.error} retry={() => read.refetch()} />
  }
  const it = read.data
  return it.document === null ? (
    <WithoutDocument listing={it} retry={() => read.refetch()} />
  ) : (
    <Whole listing={it} document={it.document} />
  )
}

const Gone = () => (
  <div className="stack">
    <h1>There is no such listing for you</h1>
    <p>It was stopped or removed, or its provider shows it to some only.</p>
    <Link className="button main" to="/market">
      Search the market
    </Link>
  </div>
)

const WithoutDocument = ({ listing, retry }: { listing: Listing; retry: () => void }) => (
  <div className="stack">
    <h1>Listing</h1>
    <Notice tone="warn" title="Its document is not here yet">
      <p>The chain knows the listing of {listing.provider.name}, but the content store has not given its document.</p>
      <button type="button" className="button quiet" onClick={retry}>
        Try again
      </button>
    </Notice>
  </div>
)

function Whole({ listing: it, document }: { listing: Listing; document: ListingDocument }) {
  const count = it.stars.reduce((sum, one) => sum + one, 0)
  const average = it.stars.reduce((sum, many, place) => sum + many * (place + 1), 0) / Math.max(count, 1)
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          {KIND_NAMES[document.kind]} · {categoryName(document.category)}
        </p>
        <h1>{document.title}</h1>
        <p>
          by <strong>{it.provider.name || it.provider.address}</strong> ·{' '}
          {count === 0 ? (
            <span className="soft">not rated yet</span>
          ) : (
            <a href="#ratings">
              <Stars average={average} count={count} />
            </a>
          )}
          {it.restricted ? <span className="badge"> for some accounts only</span> : null}
        </p>
        <p className="row">
          {it.own ? (
            <Link className="button main" to={`/services/${it.listing}`}>
              Work on it
            </Link>
          ) : it.state === 'published' ? (
            <Link className="button main" to={`/agreements/new?listing=${it.listing}`}>
              Contract
            </Link>
          ) : null}
          {it.landing ? (
            <Link className="button" to={`/l/${it.listing}`}>
              The provider’s own page
            </Link>
          ) : null}
        </p>
      </header>
      <div className="sections">
        {it.state === 'published' ? null : (
          <Notice tone="warn" title={`This listing is ${it.state}`}>
            <p>Nothing new is contracted under it. {it.reason === null ? '' : `Reason: ${it.reason}`}</p>
          </Notice>
        )}
        <section className="panel" aria-labelledby="prices">
          <h2 id="prices">Prices</h2>
          <ul className="plain prices">
            {document.plans.map((plan) => (
              <li key={plan.id} className="item">
                <strong>{planText(plan)}</strong> <span className="soft">plan “{plan.id}”</span>
              </li>
            ))}
          </ul>
        </section>
        <KpiSection kpis={it.kpis} />
        <section className="panel" aria-labelledby="about">
          <h2 id="about">What is offered</h2>
          <DocumentView document={document} />
        </section>
        <RatingsSection listing={it} />
        <VersionsSection versions={it.versions} />
        <ProofSection listing={it} />
      </div>
    </>
  )
}
