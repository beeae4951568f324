import type { Hex } from '../commitment/bytes.ts'
import { field } from './typed-data.ts'

/** What somebody thinks of a service that they used, as they sign it. */
export interface Rating {
  /** Id of the agreement under which it was used. */
  readonly agreement: Hex
  readonly listing: Hex
  /** The party that used it. */
  readonly consumer: Hex
  /** One (bad) to five (good). */
  readonly stars: number
  /** Plain text for everybody, at most 2,000 characters; empty when the stars say all. */
  readonly words: string
  /** Epoch seconds. Of several ratings of one agreement the last counts. */
  readonly ratedAt: number
}

export const MOST_RATING_WORDS = 2000

const RATING = [
  field('agreement', 'bytes32'),
  field('listing', 'bytes32'),
  field('consumer', 'address'),
  field('stars', 'uint8'),
  field('words', 'string'),
  field('ratedAt', 'uint64'),
] as const

/**
 * EIP-712 typed data of a rating; ready for viem's signTypedData. It never goes to a contract: `agreements`, the registry
 * that the agreement is in, says of which marketplace it is.
 */
export const ratingTypedData = ({
  chainId,
  agreements,
  rating,
}: {
  readonly chainId: number | bigint
  readonly agreements: Hex
  readonly rating: Rating
}) =>
  ({
    domain: { name: 'OPEM Ratings', version: '1', chainId: Number(chainId), verifyingContract: agreements },
    types: { Rating: RATING },
    primaryType: 'Rating',
    message: { ...rating, ratedAt: BigInt(rating.ratedAt) },
  }) as const
