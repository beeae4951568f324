import { type Hex, OpemError } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { removeListing, startListing, stopListing } from '../../actions/listing-actions.ts'
import { type Managed, managedQuery } from '../../api/manage.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { useSettings } from '../../app/settings.ts'
import { hexOf } from '../../format/hex.ts'
import { Facts } from '../../parts/Facts.tsx'
import { Notice, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { For } from '../../session/For.tsx'
import { AccessSection } from './AccessSection.tsx'
import { OwnerSection } from './OwnerSection.tsx'
import { PolicySection } from './PolicySection.tsx'
import { PlainStep, ReasonedStep } from './ReasonedStep.tsx'

/** The life of one's own service: who owns it, who may use it and how, start and stop, and its end. */
export const ManagePage = () => (
  <For
    need={{ kind: 'any-capability', capabilities: ['publish', 'share-data', 'management-and-governance'] }}
    title="Manage"
  >
    <Named />
  </For>
)

function Named() {
  const listing = hexOf(useParams().listing, 32)
  return listing === undefined ? <NotFound what="listing" /> : <Page listing={listing} />
}

function Page({ listing }: { listing: Hex }) {
  const managed = useQuery(managedQuery(listing))
  useTitle(managed.data?.title ? `Manage: ${managed.data.title}` : 'Manage')
  if (managed.error instanceof OpemError && managed.error.code === 'ERR_LISTING_UNKNOWN')
    return <NotFound what="listing" />
  if (managed.data === undefined)
    return managed.error === null ? (
      <Waiting what="the service" />
    ) : (
      <ReadProblem error={managed.error} retry={() => managed.refetch()} />
    )
  const it = managed.data
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          {it.yours ? <Link to={`/services/${listing}`}>{it.title ?? 'Listing'}</Link> : it.owner.name} · manage
        </p>
        <h1>{it.title ?? 'Listing'}</h1>
        <p>
          <span className="badge">{it.chain?.state ?? 'not published'}</span>
        </p>
      </header>
      <div className="sections">
        {it.chain === null ? (
          <Notice title="It is not published yet">
            <p>Access and policy can be set now; they count from the first day.</p>
          </Notice>
        ) : (
          <>
            {it.yours ? <LifeSection managed={it} /> : null}
            <OwnerSection managed={it} />
          </>
        )}
        {it.yours ? (
          <>
            <AccessSection managed={it} />
            <PolicySection key={it.policy.revision} managed={it} />
          </>
        ) : null}
        {it.yours && it.chain !== null && it.chain.state !== 'removed' ? <EndSection managed={it} /> : null}
      </div>
    </>
  )
}

const useTarget = ({ listing, title }: Managed) => ({
  registry: useSettings().addresses.ListingRegistry,
  listing,
  title: title ?? 'Listing',
})

const MEANING = {
  published: 'It is found in the market and contracted.',
  stopped: 'Nothing new is contracted under it; agreements in force go on.',
  suspended: 'The operator suspended it. Answer the reason; the operator reinstates it.',
  removed: 'It was removed for ever. Agreements in force go on.',
} as const

function LifeSection({ managed }: { managed: Managed }) {
  const target = useTarget(managed)
  const { chain } = managed
  if (chain === null) return null
  return (
    <section className="panel" aria-labelledby="life">
      <h2 id="life">Start and stop</h2>
      <Facts
        of={[
          ['State', chain.state],
          ['Reason', chain.reason ?? 'none given'],
          ['Version', String(chain.version)],
        ]}
      />
      <p>{MEANING[chain.state]}</p>
      {chain.state === 'published' ? <ReasonedStep action={stopListing} target={target} /> : null}
      {chain.state === 'stopped' ? <PlainStep action={startListing} target={target} /> : null}
    </section>
  )
}

function EndSection({ managed }: { managed: Managed }) {
  return (
    <section className="panel" aria-labelledby="end">
      <h2 id="end">Delete the service</h2>
      <details>
        <summary>Remove it from the market for ever</summary>
        <ReasonedStep action={removeListing} target={useTarget(managed)} sure />
      </details>
    </section>
  )
}
