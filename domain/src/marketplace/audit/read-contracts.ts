import type { Hex } from '../../commitment/bytes.ts'
import type { MarketContract } from '../ledger/event.ts'
import { inLanes, type Work } from './lanes.ts'
import { KEPT_BY, type MarketStanding, nonZero } from './standing.ts'

/** Asks a view of one of the market's contracts, at the block of the audit; every text of the answer in lower case. */
export type AskMarket = (contract: MarketContract, view: string, args: readonly unknown[]) => Promise<unknown>

/** The view that answers where each thing stands. */
const VIEWS: Readonly<Record<keyof MarketStanding, string>> = {
  listings: 'listingOf',
  agreements: 'standingOf',
  requests: 'requestOf',
  proposals: 'proposalOf',
  compositions: 'compositionOf',
  payments: 'paymentOf',
  reserves: 'reserveOf',
  bankSettled: 'isBankSettled',
  available: 'availableOf',
  fees: 'feesOf',
}

/** What the contracts say of everything that a rebuilt market names, and of the purses of `parties`. */
export async function readContracts(
  ask: AskMarket,
  named: MarketStanding,
  { parties = [], ...work }: { readonly parties?: Iterable<Hex> } & Work = {},
): Promise<MarketStanding> {
  const purses = new Set([...named.available.keys(), ...named.fees.keys(), ...parties])
  const questions = (Object.keys(VIEWS) as (keyof MarketStanding)[]).flatMap((what) => {
    const ids = what === 'available' || what === 'fees' ? purses : named[what].keys()
    return [...ids].map((id) => [what, id] as const)
  })
  const answers = await inLanes(
    questions,
    async ([what, id]) => {
      const answer = await ask(KEPT_BY[what], VIEWS[what], [id])
      if (what !== 'listings') return answer
      return { ...(answer as object), offeredTo: await ask('ListingRegistry', 'offerOf', [id]) }
    },
    work,
  )
  const of = <V>(wanted: keyof MarketStanding): Map<Hex, V> =>
    new Map(questions.flatMap(([what, id], i) => (what === wanted ? [[id, answers[i] as V] as const] : [])))
  return {
    ...{ listings: of('listings'), agreements: of('agreements'), requests: of('requests') },
    ...{ proposals: of('proposals'), compositions: of('compositions') },
    ...{ payments: of('payments'), reserves: of('reserves') },
    bankSettled: new Set([...of<boolean>('bankSettled')].filter(([, is]) => is).map(([id]) => id)),
    ...{ available: nonZero(of('available')), fees: nonZero(of('fees')) },
  }
}
