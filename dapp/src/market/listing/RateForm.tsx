import { formatInstant, type Hex, MOST_RATING_WORDS, ratingTypedData } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useConnection, useSignTypedData } from 'wagmi'
import type { Listing, Rating } from '../../api/listings.ts'
import { sendRating } from '../../api/listings.ts'
import { useSettings } from '../../app/settings.ts'
import { WalletChoice } from '../../app/WalletChoice.tsx'
import { Button } from '../../parts/Button.tsx'
import { Choice } from '../../parts/Choice.tsx'
import { messageOf, Notice } from '../../parts/Notice.tsx'
import { TextBox } from '../../parts/TextBox.tsx'

const STARS = [
  { id: '5', name: '5 stars: very good' },
  { id: '4', name: '4 stars: good' },
  { id: '3', name: '3 stars: it does' },
  { id: '2', name: '2 stars: poor' },
  { id: '1', name: '1 star: bad' },
] as const

type Props = { listing: Listing; agreement: Listing['agreements'][number]; given: readonly Rating[] | undefined }

/** Rates a service that was used; the wallet signs what everybody will read. */
export function RateForm({ listing, agreement, given }: Props) {
  const before = given?.find((one) => one.agreement === agreement.id)
  const [stars, setStars] = useState<(typeof STARS)[number]['id'] | undefined>()
  const [words, setWords] = useState<string | undefined>()
  const { chainId, addresses } = useSettings()
  const { isConnected } = useConnection()
  const sign = useSignTypedData()
  const queries = useQueryClient()
  const chosen = stars ?? (before === undefined ? undefined : (String(before.stars) as (typeof STARS)[number]['id']))
  const said = words ?? before?.words ?? ''
  const rate = useMutation({
    mutationFn: async () => {
      const ratedAt = Math.floor(Date.now() / 1000)
      const { id, consumer } = agreement
      const rating = {
        agreement: id,
        listing: listing.listing,
        consumer,
        stars: Number(chosen),
        words: said.trim(),
        ratedAt,
      }
      const typedData = ratingTypedData({ chainId, agreements: addresses.AgreementRegistry as Hex, rating })
      const signature = await sign.mutateAsync(typedData)
      return sendRating({
        ...{ agreement: id, stars: rating.stars, words: rating.words, signature },
        ratedAt: formatInstant(ratedAt),
      })
    },
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['listing', listing.listing] }),
        queries.invalidateQueries({ queryKey: ['ratings', listing.listing] }),
      ]),
  })
  return (
    <details>
      <summary>{before === undefined ? 'Rate it' : 'Change your rating'}</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (chosen !== undefined) rate.mutate()
        }}
      >
        <p className="soft">
          You have used it under an agreement. Everybody reads your stars, your words and your name, and can check your
          signature. You may change it later.
        </p>
        <Choice label="Stars" value={chosen} options={STARS} onChange={setStars} placeholder="Choose" />
        <TextBox label="In words" value={said} onChange={setWords} maxLength={MOST_RATING_WORDS} />
        {isConnected ? (
          <p>
            <Button
              look="main"
              type="submit"
              missing={chosen === undefined ? 'Choose how many stars first.' : undefined}
              isDisabled={rate.isPending}
            >
              {rate.isPending ? 'Please sign in your wallet …' : 'Sign and send'}
            </Button>
          </p>
        ) : (
          <WalletChoice />
        )}
        {rate.error ? (
          <Notice tone="wrong" title="Not sent">
            <p>{messageOf(rate.error)}</p>
          </Notice>
        ) : rate.isSuccess ? (
          <Notice title="Your rating is shown" />
        ) : null}
      </form>
    </details>
  )
}
