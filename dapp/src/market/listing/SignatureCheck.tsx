import { ratingTypedData } from '@opem/domain'
import { useState } from 'react'
import { recoverTypedDataAddress } from 'viem'
import type { Rating } from '../../api/listings.ts'
import { shortHex } from '../../format/hex.ts'
import { Button } from '../../parts/Button.tsx'

type Props = { rating: Rating; on: { chainId: number; agreements: `0x${string}` } }

/** Checks in this browser who signed a rating. */
export function SignatureCheck({ rating, on }: Props) {
  const [said, setSaid] = useState('')
  const check = async () => {
    const { agreement, listing, consumer, stars, words, ratedAt } = rating
    const signer = await recoverTypedDataAddress({
      ...ratingTypedData({ ...on, rating: { agreement, listing, consumer, stars, words, ratedAt } }),
      signature: rating.signature as `0x${string}`,
    }).catch(() => undefined)
    setSaid(
      signer?.toLowerCase() === rating.signer
        ? signer.toLowerCase() === rating.consumer
          ? `Signed by the user’s own key, ${shortHex(rating.signer)}.`
          : `Signed by ${shortHex(rating.signer)} for the user ${shortHex(rating.consumer)}.`
        : 'This is not signed as it says. Do not believe it.',
    )
  }
  return (
    <p className="row small">
      <Button look="plain" onPress={check}>
        Check the signature
      </Button>
      <span role="status">{said}</span>
    </p>
  )
}
