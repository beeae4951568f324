import type { Hex } from '../../commitment/bytes.ts'
import type { MarketContract } from '../ledger/event.ts'
import type { MarketLedger } from '../ledger/ledger.ts'

/** What two rebuilt markets, or a rebuilt one and the contracts or the index, are compared by. */
export type MarketStanding = Pick<
  MarketLedger,
  'listings' | 'agreements' | 'requests' | 'proposals' | 'compositions' | 'payments' | 'reserves' | 'bankSettled'
> & { readonly available: ReadonlyMap<Hex, bigint>; readonly fees: ReadonlyMap<Hex, bigint> }

/** Which contract keeps each of them. */
export const KEPT_BY: Readonly<Record<keyof MarketStanding, MarketContract>> = {
  listings: 'ListingRegistry',
  agreements: 'AgreementRegistry',
  requests: 'OpenInnovation',
  proposals: 'OpenInnovation',
  compositions: 'CompositionRegistry',
  payments: 'Escrow',
  reserves: 'Escrow',
  bankSettled: 'Escrow',
  available: 'Escrow',
  fees: 'Escrow',
}

/** Without empty purses: whether one is known of that never held anything does not matter. */
export const nonZero = (of: ReadonlyMap<Hex, bigint>): ReadonlyMap<Hex, bigint> =>
  new Map([...of].filter(([, amount]) => amount !== 0n))

/** What a rebuilt market says, without its sums. */
export function marketStandingOf(ledger: MarketLedger): MarketStanding {
  const { listings, agreements, requests, proposals, compositions, payments, reserves, bankSettled, balances } = ledger
  return {
    ...{ listings, agreements, requests, proposals, compositions, payments, reserves, bankSettled },
    ...{ available: nonZero(balances.available), fees: nonZero(balances.fees) },
  }
}
