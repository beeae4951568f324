import type { Hex } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { showLanding } from '../../api/reviews.ts'
import { Button } from '../../parts/Button.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

/** A landing page is its provider's; the operator takes it down when it breaks the contract. */
export function LandingSection({
  listing,
  landing: { revision, takenDown },
}: {
  listing: Hex
  landing: { revision: number; takenDown: string | null }
}) {
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const show = useMutation({
    mutationFn: (why: string | undefined) => showLanding(listing, why),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['review', listing] }),
  })
  if (revision === 0) return null
  return (
    <section className="panel" aria-labelledby="landing">
      <h2 id="landing">Its landing page</h2>
      <p>
        {takenDown === null ? 'Everybody sees it while the listing is published.' : `Taken down: ${takenDown}`}{' '}
        <Link to={`/l/${listing}`}>See it</Link>
      </p>
      {takenDown === null ? (
        <>
          <TextInput label="Reason to take it down" value={reason} onChange={setReason} />
          <p>
            <Button
              missing={reason.trim() === '' ? 'Give the reason first: the provider reads it.' : undefined}
              isDisabled={show.isPending}
              onPress={() => show.mutate(reason.trim())}
            >
              Take the page down
            </Button>
          </p>
        </>
      ) : (
        <p>
          <Button isDisabled={show.isPending} onPress={() => show.mutate(undefined)}>
            Let it be shown again
          </Button>
        </p>
      )}
      {show.error === null ? null : <Refusal error={show.error} title="Not changed" />}
    </section>
  )
}
