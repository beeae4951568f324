import type { Hex, ListingDocument } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { reviewQuery } from '../../api/reviews.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { hexOf } from '../../format/hex.ts'
import { dateClock } from '../../format/time.ts'
import { Facts } from '../../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { For } from '../../session/For.tsx'
import { DifferencesTable } from '../publish/DifferencesTable.tsx'
import { DocumentView } from '../publish/DocumentView.tsx'
import { DecideSection } from './DecideSection.tsx'
import { GovernSection } from './GovernSection.tsx'
import { LandingSection } from './LandingSection.tsx'

/** One application with everything that is judged, and what the operator does about a listing afterwards. */
export const ReviewPage = () => (
  <For need={{ kind: 'operator' }} title="Review">
    <Named />
  </For>
)

function Named() {
  const listing = hexOf(useParams().listing, 32)
  return listing === undefined ? <NotFound what="listing" /> : <Page listing={listing} />
}

function Page({ listing }: { listing: Hex }) {
  const review = useQuery(reviewQuery(listing))
  const document = review.data?.document as unknown as ListingDocument | undefined
  useTitle(document === undefined ? 'Review' : `Review: ${document.title}`)
  if (review.data === undefined || document === undefined)
    return review.error === null ? (
      <Waiting what="the application" />
    ) : (
      <ReadProblem error={review.error} retry={() => review.refetch()} />
    )
  const { provider, submission, differences, providerContract } = review.data
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to="/review">Review</Link> · {provider.name} · version {submission.version}
        </p>
        <h1>{document.title}</h1>
        <p>
          <span className="badge">{submission.state}</span>
        </p>
      </header>
      <div className="sections">
        <section className="panel" aria-labelledby="application">
          <h2 id="application">What was submitted</h2>
          <Facts
            of={[
              ['Provider', provider.name],
              ['Submitted', dateClock(submission.submittedAt, 'UTC')],
              [
                'Document (sha2-256)',
                <span key="content" className="mono">
                  {submission.content}
                </span>,
              ],
              ['Provider contract', `${providerContract.title}, version ${providerContract.version}`],
            ]}
          />
          <DifferencesTable of={differences} />
          <DocumentView document={document} />
        </section>
        {submission.state === 'waiting' ? <DecideSection key={submission.id} review={review.data} /> : null}
        <GovernSection listing={listing} title={document.title} />
        <LandingSection listing={listing} landing={review.data.landing} />
      </div>
    </>
  )
}
