import type { Hex } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { toFunctionSelector } from 'viem'
import { useConnection } from 'wagmi'
import { reinstateListing, suspendListing } from '../../actions/listing-actions.ts'
import { managedQuery } from '../../api/manage.ts'
import { useChain, useSettings } from '../../app/settings.ts'
import { powerQuery } from '../../governance/operations.ts'
import { Notice } from '../../parts/Notice.tsx'
import { PlainStep, ReasonedStep } from '../manage/ReasonedStep.tsx'
import { ExpelStep } from './ExpelStep.tsx'

const SUSPEND = toFunctionSelector('suspend(bytes32,bytes32)')

/** A step of wallets that have the operators' role on chain; for another one, how it gets it. */
function ForOperators({ children }: { children: ReactNode }) {
  const [settings, client] = [useSettings(), useChain()]
  const { address } = useConnection()
  const target = settings.addresses.ListingRegistry
  const power = useQuery(powerQuery(client, settings, { wallet: address, target, selector: SUSPEND }))
  if (address !== undefined && power.data?.immediate === false)
    return (
      <Notice title="The connected wallet has not the operators’ role on chain">
        <p>
          Whose DIDs the setting <code>OPEM_OPERATOR_DIDS</code> names get it when the marketplace is started
          {settings.development ? '; in the demo the development wallet, account 8, has it' : ''}. Connect such a wallet
          at the top of the page.
        </p>
      </Notice>
    )
  return children
}

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
      {chain.state === 'removed' ? null : (
        <ForOperators>
          {chain.state === 'suspended' ? (
            <PlainStep action={reinstateListing} target={target} />
          ) : (
            <ReasonedStep action={suspendListing} target={target} />
          )}
        </ForOperators>
      )}
      {chain.state === 'removed' ? null : (
        <details>
          <summary>Expel it, after the notice of the timelock</summary>
          <ExpelStep target={target} />
        </details>
      )}
    </section>
  )
}
