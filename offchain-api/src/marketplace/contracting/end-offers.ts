import type { Hex } from '@opem/domain'
import { notify } from '../notifications/notify.ts'
import { type Rows, readDocument, type StoredOffer } from './offers.ts'

type Ended = Pick<StoredOffer, 'id' | 'listing' | 'document' | 'provider_account' | 'consumer_account'>

/**
 * Ends the offers under a listing that the contract would not take any more, and tells both sides, so that nobody waits for an
 * agreement that cannot come. Pass `rows` of a transaction.
 * @param it.below offers under versions before this one. @param it.why a sentence. @param it.now seconds since 1970
 */
export async function endOffers(
  rows: Rows,
  it: { readonly listing: Hex; readonly below: number; readonly why: string; readonly now: number },
): Promise<void> {
  const ended = await rows<Ended & { id: Hex }>(
    `UPDATE market_offers SET state = 'failed', reason = $3, changed_at = $4
     WHERE listing = $1 AND state IN ('open', 'signed') AND (terms ->> 'version')::bigint < $2
     RETURNING id, listing, document, provider_account, consumer_account`,
    [it.listing, it.below, it.why, it.now],
  )
  for (const offer of ended) await tellFailed(rows, offer, it.why)
}

/** Both sides hear that nothing comes of an offer, and why. */
export async function tellFailed(rows: Rows, offer: Ended, why: string): Promise<void> {
  const title = (await readDocument(rows, offer.document))?.title ?? 'a service'
  for (const account of [offer.provider_account, offer.consumer_account])
    await notify(rows, {
      ...{ account, kind: 'agreement-rejected', about: { agreement: offer.id, listing: offer.listing } },
      words: { title: `An offer for “${title}” cannot be concluded`, text: why },
      link: `/agreements/${offer.id}`,
    })
}
