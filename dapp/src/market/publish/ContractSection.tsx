import { useState } from 'react'
import { Journey } from '../../actions/Journey.tsx'
import { publishListing } from '../../actions/listing-actions.ts'
import { useMarketAction } from '../../actions/use-market-action.ts'
import type { Workbench } from '../../api/services.ts'
import { useSettings } from '../../app/settings.ts'
import { Button } from '../../parts/Button.tsx'
import { Check } from '../../parts/Checks.tsx'
import { Copy } from '../../parts/Copy.tsx'
import { Facts } from '../../parts/Facts.tsx'
import { Paragraphs } from './DocumentView.tsx'

/** The contract between provider and marketplace: read, agreed, and signed by publishing. */
export function ContractSection({ service }: { service: Workbench }) {
  const { addresses } = useSettings()
  const { stage, run, busy } = useMarketAction(publishListing)
  const [agreed, setAgreed] = useState(false)
  const approval = service.submissions[0]?.approval ?? undefined
  if (approval === undefined) return null
  const { title, text, version, digest } = service.providerContract
  const input = { registry: addresses.ListingRegistry, approval, title: service.title ?? '' }
  return (
    <section className="panel" aria-labelledby="contract">
      <h2 id="contract">The contract with the marketplace</h2>
      <p className="soft">
        The operator signed the approval; by publishing, your wallet signs for your account. The chain keeps both, and
        the digest of this text.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who uses a keyboard scrolls it */}
      <section className="terms" tabIndex={0} aria-label={title}>
        <strong>
          {title}, version {version}
        </strong>
        <Paragraphs text={text} />
      </section>
      <Copy text={digest} label="digest of the contract" />
      <details>
        <summary>What you are about to sign</summary>
        <Facts of={publishListing.describe(input)} />
      </details>
      <Check value={agreed} onChange={setAgreed}>
        I have read the contract and agree to it for my account
      </Check>
      <p>
        <Button
          look="main"
          missing={agreed ? undefined : 'Read the contract and agree to it first.'}
          isDisabled={busy}
          onPress={() => void run(input)}
        >
          Sign and publish
        </Button>
      </p>
      <Journey stage={stage} />
    </section>
  )
}
