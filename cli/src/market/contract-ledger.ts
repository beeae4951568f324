import {
  agreementRegistryAbi,
  compositionRegistryAbi,
  escrowAbi,
  listingRegistryAbi,
  openInnovationAbi,
} from '@opem/contracts'
import type { Hex, MarketLedger } from '@opem/domain'
import type { Address, PublicClient } from 'viem'
import { lowered, type MarketContracts } from './chain-events.ts'

/** What two rebuilt markets, or a rebuilt one and the contracts, are compared by. */
export type Standing = Pick<
  MarketLedger,
  'listings' | 'agreements' | 'requests' | 'proposals' | 'compositions' | 'payments' | 'reserves' | 'bankSettled'
> & { readonly available: ReadonlyMap<Hex, bigint>; readonly fees: ReadonlyMap<Hex, bigint> }

/** Without empty purses: whether one is known of that never held anything does not matter. */
export const nonZero = (of: ReadonlyMap<Hex, bigint>): ReadonlyMap<Hex, bigint> =>
  new Map([...of].filter(([, amount]) => amount !== 0n))

/** What a rebuilt market says, without its sums. */
export const standingOf = ({ balances, findings: _, rejected: __, ...ledger }: MarketLedger): Standing => ({
  ...ledger,
  ...{ available: nonZero(balances.available), fees: nonZero(balances.fees) },
})

/** What the contracts say, at one block, of everything that a rebuilt market names. */
export async function askContracts(
  client: PublicClient,
  contracts: MarketContracts,
  named: Standing,
  {
    blockNumber,
    parties = [...named.available.keys(), ...named.fees.keys()],
  }: { readonly blockNumber: bigint; readonly parties?: readonly Hex[] },
): Promise<Standing> {
  const at = <A extends object>(address: Address, abi: A) => ({ address, abi, blockNumber })
  const listings = at(contracts.ListingRegistry, listingRegistryAbi)
  const agreements = at(contracts.AgreementRegistry, agreementRegistryAbi)
  const escrow = at(contracts.Escrow, escrowAbi)
  const innovation = at(contracts.OpenInnovation, openInnovationAbi)
  const compositions = at(contracts.CompositionRegistry, compositionRegistryAbi)
  const ask = async <K, V>(keys: Iterable<K>, of: (key: K) => Promise<unknown>): Promise<Map<K, V>> => {
    const answers = new Map<K, V>()
    for (const key of keys) answers.set(key, lowered(await of(key)) as V)
    return answers
  }
  const people = new Set(parties)
  const settled = await ask<Hex, boolean>(named.bankSettled, (id) =>
    client.readContract({ ...escrow, functionName: 'isBankSettled', args: [id] }),
  )
  return {
    listings: await ask(named.listings.keys(), async (id) => ({
      ...(await client.readContract({ ...listings, functionName: 'listingOf', args: [id] })),
      offeredTo: await client.readContract({ ...listings, functionName: 'offerOf', args: [id] }),
    })),
    agreements: await ask(named.agreements.keys(), (id) =>
      client.readContract({ ...agreements, functionName: 'standingOf', args: [id] }),
    ),
    requests: await ask(named.requests.keys(), (id) =>
      client.readContract({ ...innovation, functionName: 'requestOf', args: [id] }),
    ),
    proposals: await ask(named.proposals.keys(), (id) =>
      client.readContract({ ...innovation, functionName: 'proposalOf', args: [id] }),
    ),
    compositions: await ask(named.compositions.keys(), (id) =>
      client.readContract({ ...compositions, functionName: 'compositionOf', args: [id] }),
    ),
    payments: await ask(named.payments.keys(), (id) =>
      client.readContract({ ...escrow, functionName: 'paymentOf', args: [id] }),
    ),
    reserves: await ask(named.reserves.keys(), (id) =>
      client.readContract({ ...escrow, functionName: 'reserveOf', args: [id] }),
    ),
    bankSettled: new Set([...settled].filter(([, is]) => is).map(([id]) => id)),
    available: nonZero(
      await ask(people, (party) => client.readContract({ ...escrow, functionName: 'availableOf', args: [party] })),
    ),
    fees: nonZero(
      await ask(people, (party) => client.readContract({ ...escrow, functionName: 'feesOf', args: [party] })),
    ),
  }
}
