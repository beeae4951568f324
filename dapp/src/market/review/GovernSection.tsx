import type { Hex } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { reinstateListing, suspendListing } from '../../actions/listing-actions.ts'
import { managedQuery } from '../../api/manage.ts'
import { useSettings } from '../../app/settings.ts'
import { PlainStep, ReasonedStep } from '../manage/ReasonedStep.tsx'
import { ExpelStep } from './ExpelStep.tsx'

/** What the operator may do with a listing that is published: with their own wallet, on chain. */
export function GovernSection({ listing, title }: { listing: Hex; title: string }) {
  const { addresses } = useSettings()
  const managed = useQuery(managedQuery(listing))
  const chain = managed.data?.chain
  if (chain === null || chain === undefined) return null
  const target = { registry: addresses.ListingRegistry, listing, title }
  return (
    <section className="panel" aria-labelledby="govern">
      <h2 id="govern">Govern the listing</h2>
      <p>
        It is <strong>{chain.state}</strong>
        {chain.reason === null ? '' : `: ${chain.reason}`}.
      </p>
      {chain.state === 'suspended' ? <PlainStep action={reinstateListing} target={target} /> : null}
      {chain.state === 'published' || chain.state === 'stopped' ? (
        <ReasonedStep action={suspendListing} target={target} />
      ) : null}
      {chain.state === 'removed' ? null : (
        <details>
          <summary>Expel it, after the notice of the timelock</summary>
          <ExpelStep target={target} />
        </details>
      )}
    </section>
  )
}
