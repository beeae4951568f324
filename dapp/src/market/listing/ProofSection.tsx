import type { Hex } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import type { Listing } from '../../api/listings.ts'
import { useChain, useSettings } from '../../app/settings.ts'
import { Facts } from '../../parts/Facts.tsx'
import { Notice, ReadProblem, Waiting } from '../../parts/Notice.tsx'
import { verifyListing } from './verify.ts'

/** Whether what is shown is what provider and operator put their names to on the chain: asked of the chain by this page. */
export function ProofSection({ listing: it }: { listing: Listing }) {
  const client = useChain()
  const { addresses } = useSettings()
  const verdict = useQuery({
    queryKey: ['listing-proof', it.listing, it.version, it.content],
    queryFn: () => verifyListing(client, addresses.ListingRegistry, it),
  })
  return (
    <section className="panel" aria-labelledby="proof">
      <h2 id="proof">Is this the listing that was approved?</h2>
      {verdict.error ? (
        <ReadProblem error={verdict.error} retry={() => verdict.refetch()} />
      ) : verdict.data === undefined ? (
        <Waiting what="the chain" />
      ) : (
        <Said {...verdict.data} />
      )}
      <Facts
        of={[
          ['Digest (sha2-256)', <code key="digest">{it.content}</code>],
          ['Kept as', <code key="cid">{it.cid}</code>],
          ['Provider’s contract', <code key="contract">{it.providerContract}</code>],
          ['Approved by', <code key="approver">{it.versions[0]?.approver}</code>],
        ]}
      />
    </section>
  )
}

function Said(verdict: Awaited<ReturnType<typeof verifyListing>>) {
  switch (verdict.status) {
    case 'same':
      return (
        <Notice title="Yes">
          <p>This page made the digest of what it shows and asked the chain: they are the same.</p>
        </Notice>
      )
    case 'other-document':
      return (
        <Notice tone="wrong" title="No: this is another document">
          <p>
            The digest of what is shown is <code>{verdict.digest}</code>, but the chain holds{' '}
            <code>{verdict.onChain as Hex}</code>. Do not contract it.
          </p>
        </Notice>
      )
    case 'other-version':
      return (
        <Notice tone="warn" title="There is another version">
          <p>The chain holds version {verdict.onChain}. Load the page again in a moment.</p>
        </Notice>
      )
    case 'not-there':
      return (
        <Notice tone="wrong" title="No: the chain knows no such listing">
          <p>Do not contract it.</p>
        </Notice>
      )
    default:
      return verdict satisfies never
  }
}
