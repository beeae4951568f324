import { type Hex, type MarketRole, type Rating, ratingTypedData } from '@opem/domain'
import { hashTypedData, type PublicClient } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { notify } from '../notifications/notify.ts'
import { signerFor } from '../signer-for.ts'
import { ratedAgreement, wasUsed } from './rated-agreement.ts'
import { keepRating, ratingOf, type StoredRating } from './ratings.ts'

/** Seconds that a signer's clock may be ahead of ours, and that a signature may be on its way. */
const AHEAD = 300
const ON_ITS_WAY = 3600

export interface RateParts {
  readonly store: OperationalStore
  readonly client: PublicClient
  readonly deployment: () => Promise<Deployment>
  readonly accountOf: (address: Hex) => Promise<Hex>
  /** Seconds since 1970. */
  readonly now: number
}

/**
 * Keeps a rating of who used a service, signed for the party that the agreement on chain names its consumer.
 * @param account whose request it is: the consumer's
 * @throws Refusal ERR_AGREEMENT_UNKNOWN, ERR_OWN_LISTING, ERR_NOT_USED, ERR_RATING_TIME, ERR_RATING_SIGNATURE, ERR_RATING_OLD
 */
export async function rate(
  parts: RateParts,
  { account, rating, signature }: { account: string; rating: Omit<Rating, 'listing' | 'consumer'>; signature: Hex },
): Promise<StoredRating> {
  const { store, client, now } = parts
  const agreement = await ratedAgreement(store.rows, rating.agreement)
  // Whose agreement it is not, is not told that there is one.
  if (!agreement || (await parts.accountOf(agreement.consumer)) !== account)
    throw new Refusal(404, 'ERR_AGREEMENT_UNKNOWN', `you have no agreement ${rating.agreement} as a user of a service`)
  const [listing] = await store.rows<{ account: string }>('SELECT account FROM market_listings WHERE listing = $1', [
    agreement.listing,
  ])
  if (agreement.provider === agreement.consumer || listing?.account === account)
    throw new Refusal(403, 'ERR_OWN_LISTING', 'nobody rates what they offer themselves')
  if (now < agreement.startsAt)
    throw new Refusal(409, 'ERR_NOT_USED', 'the agreement has not begun: rate the service when you have used it')
  if (!(await wasUsed(store.rows, agreement.id)))
    throw new Refusal(
      409,
      'ERR_NOT_USED',
      'nothing was received under this agreement yet: rate it when you have called the service, or downloaded the data',
    )
  if (rating.ratedAt > now + AHEAD || rating.ratedAt < now - ON_ITS_WAY)
    throw new Refusal(400, 'ERR_RATING_TIME', 'the rating was signed at another time than now: sign it again')
  const { chainId, addresses } = await parts.deployment()
  const whole: Rating = { ...rating, listing: agreement.listing, consumer: agreement.consumer }
  const roles: MarketRole[] = [agreement.kind === 'data' ? 'data-user' : 'service-user']
  const signer = await signerFor(client, addresses.EthereumDIDRegistry as Hex, {
    ...{ party: agreement.consumer, roles, signature },
    digest: hashTypedData(ratingTypedData({ chainId, agreements: addresses.AgreementRegistry as Hex, rating: whole })),
  })
  if (signer === undefined)
    throw new Refusal(
      403,
      'ERR_RATING_SIGNATURE',
      `the signature is not by ${agreement.consumer}, nor by a delegate "opem/${roles[0]}" of it: sign with the wallet that concluded the agreement`,
    )
  const kept = await store.transaction(async (rows) => {
    const later = await keepRating(rows, { ...whole, account: account as Hex, signer, signature })
    if (later && listing)
      await notify(rows, {
        ...{ account: listing.account as Hex, kind: 'rating-received', about: { listing: whole.listing } },
        words: {
          title: `A listing of yours was rated: ${whole.stars} of 5 stars`,
          text: 'Read what its user says, and answer.',
        },
        link: `/market/${whole.listing}`,
      })
    return later
  })
  if (!kept) throw new Refusal(409, 'ERR_RATING_OLD', 'a later rating of this agreement is kept already')
  return (await ratingOf(store.rows, agreement.id))!
}
