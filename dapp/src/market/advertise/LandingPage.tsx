import type { Hex } from '@opem/domain'
import { OpemError } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { publicPageQuery } from '../../api/landing.ts'
import { NotFound } from '../../app/NotFound.tsx'
import { hexOf } from '../../format/hex.ts'
import { ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { useTitle } from '../../parts/title.ts'
import { Blocks } from './Blocks.tsx'

/** What a provider shows everybody of a listing, without signing in. */
export function LandingPage() {
  const listing = hexOf(useParams().listing, 32)
  return listing === undefined ? <NotFound /> : <Page listing={listing} />
}

function Page({ listing }: { listing: Hex }) {
  const page = useQuery(publicPageQuery(listing))
  useTitle(page.data?.title ?? '')
  if (page.data === undefined) {
    if (page.error === null) return <Waiting what="the page" />
    if (page.error instanceof OpemError && page.error.code === 'ERR_PAGE_UNKNOWN') return <NotFound />
    return <ReadProblem error={page.error} retry={() => page.refetch()} />
  }
  const { title, summary, provider, ...it } = page.data
  return (
    <article className="landing">
      <header className="page-head">
        <p className="eyebrow">{provider}</p>
        <h1>{title}</h1>
        <p>{summary}</p>
      </header>
      <Blocks {...it} />
      <footer className="small soft">
        Written by {provider}. The marketplace approved the listing, not this page.{' '}
        <Link to={`/market/${listing}`}>See the listing</Link>
      </footer>
    </article>
  )
}
