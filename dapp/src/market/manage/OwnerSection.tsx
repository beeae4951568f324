import { useState } from 'react'
import { Journey } from '../../actions/Journey.tsx'
import { acceptListing, NOBODY, offerListing } from '../../actions/listing-actions.ts'
import { useMarketAction } from '../../actions/use-market-action.ts'
import type { Managed } from '../../api/manage.ts'
import { useSettings } from '../../app/settings.ts'
import { Button } from '../../parts/Button.tsx'
import { Facts } from '../../parts/Facts.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { partyOf } from './party.ts'
import { PlainStep } from './ReasonedStep.tsx'

/** Whose it is, and how it is handed over: one side offers, the other takes it. */
export function OwnerSection({ managed }: { managed: Managed }) {
  const registry = useSettings().addresses.ListingRegistry
  const { stage, run, busy } = useMarketAction(offerListing)
  const [text, setText] = useState('')
  const [tried, setTried] = useState(false)
  const { listing, title, owner, offeredTo, yours, chain } = managed
  const target = { registry, listing, title: title ?? 'Listing' }
  const to = partyOf(text)
  const open = chain !== null && chain.state !== 'removed'
  return (
    <section className="panel" aria-labelledby="owner">
      <h2 id="owner">Owner</h2>
      <Facts
        of={[
          ['Owner', owner.name],
          [
            'Address',
            <span key="address" className="mono">
              {owner.address}
            </span>,
          ],
          ['Offered to', offeredTo === null ? 'nobody' : (offeredTo.name ?? offeredTo.address)],
        ]}
      />
      {offeredTo?.you ? (
        <>
          <p>
            {owner.name} offers this listing to you. When you take it over, it is yours to serve, to update and to
            answer for; agreements that were concluded stay with {owner.name}.
          </p>
          <PlainStep action={acceptListing} target={target} />
        </>
      ) : null}
      {yours && open ? (
        <div className="stack">
          <TextInput
            label="Hand it over to"
            hint="DID or address of another provider’s account. It stays yours until they take it."
            value={text}
            onChange={setText}
            problem={tried && to === undefined ? 'Give a DID like did:ethr:0x7a69:0x… or an address.' : undefined}
          />
          <div className="row">
            <Button
              isDisabled={busy}
              onPress={() => {
                setTried(true)
                if (to !== undefined) void run({ ...target, to })
              }}
            >
              Offer it
            </Button>
            {offeredTo === null ? null : (
              <Button isDisabled={busy} onPress={() => void run({ ...target, to: NOBODY })}>
                Take the offer back
              </Button>
            )}
          </div>
          <Journey stage={stage} />
        </div>
      ) : null}
    </section>
  )
}
