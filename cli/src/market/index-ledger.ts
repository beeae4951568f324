import {
  AGREEMENT_STATES,
  COMPOSITION_STATES,
  type Hex,
  INNOVATION_STATES,
  LISTING_KINDS,
  LISTING_STATES,
  PAYMENT_STATES,
} from '@opem/domain'
import type {
  Agreement,
  Balance,
  BankSettlement,
  Composition,
  InnovationRequest,
  Listing,
  Payment,
  Proposal,
  Reserve,
} from '@opem/subgraph'
import { zeroAddress, zeroHash } from 'viem'
import { nonZero, type Standing } from './contract-ledger.ts'

/** Sends a query to the index and answers its data. */
export type AskIndex = <T>(query: string) => Promise<T>

/** A reference as `{ id }` answers it. */
type Ref<T, K extends keyof T> = Omit<T, K> & { readonly [key in K]: { readonly id: Hex } }

const MOST = 1000

/** Where the market stands by the index's entities, in the contracts' own terms; as of one block when it is given. */
export async function readIndex(ask: AskIndex, block?: number): Promise<Standing> {
  const at = block === undefined ? '' : `, block: { number: ${block} }`
  const all = async <T extends { readonly id: Hex }>(name: string, fields: string): Promise<T[]> => {
    const found: T[] = []
    for (let after: Hex = '0x'; ; ) {
      const query = `{ ${name}(first: ${MOST}, orderBy: id, where: { id_gt: "${after}" }${at}) { id ${fields} } }`
      const page = (await ask<Record<string, T[]>>(query))[name]!
      found.push(...page)
      if (page.length < MOST) return found
      after = page.at(-1)!.id
    }
  }
  const map = <T extends { readonly id: Hex }, V>(rows: T[], of: (row: T) => V) =>
    new Map(rows.map((row) => [row.id, of(row)]))
  const number = (states: readonly string[], name: string | null): number =>
    name === null ? 0 : states.indexOf(name.toLowerCase().replace('_', '-'))

  const balances = await all<Balance>('balances', 'available fees')
  return {
    listings: map(
      await all<Listing>('listings', 'provider kind state resumesAs version content offeredTo'),
      ({ kind, state, resumesAs, offeredTo, provider, version, content }) => ({
        ...{ provider, version, content, kind: number(LISTING_KINDS, kind), state: number(LISTING_STATES, state) },
        ...{ resumesAs: number(LISTING_STATES, resumesAs), offeredTo: offeredTo ?? zeroAddress },
      }),
    ),
    agreements: map(await all<Agreement>('agreements', 'state concludedAt start endsAt'), (row) => ({
      ...{ state: number(AGREEMENT_STATES, row.state), concludedAt: Number(row.concludedAt) },
      ...{ startsAt: Number(row.start), endsAt: Number(row.endsAt) },
    })),
    requests: map(
      await all<Omit<InnovationRequest, 'chosen'> & { chosen: { id: Hex } | null }>(
        'innovationRequests',
        'user closesAt state content chosen { id }',
      ),
      ({ user, closesAt, state, content, chosen }) => ({
        ...{ user, content, closesAt: Number(closesAt), state: number(INNOVATION_STATES, state) },
        chosen: chosen?.id ?? zeroHash,
      }),
    ),
    proposals: map(
      await all<Ref<Proposal, 'request'>>('proposals', 'provider state content request { id }'),
      ({ provider, state, content, request }) => ({
        ...{ provider, content, request: request.id, state: number(INNOVATION_STATES, state) },
      }),
    ),
    compositions: map(
      await all<Omit<Composition, 'steps'> & { steps: { listing: { id: Hex } }[] }>(
        'compositions',
        'user state approvals content steps(orderBy: index) { listing { id } }',
      ),
      ({ user, state, approvals, content, steps }) => ({
        ...{ user, approvals, content, state: number(COMPOSITION_STATES, state) },
        listings: steps.map(({ listing }) => listing.id),
      }),
    ),
    payments: map(await all<Payment>('payments', 'provider rest consumer until feeBps state'), (row) => ({
      ...{ provider: row.provider, consumer: row.consumer, amount: BigInt(row.rest), feeBps: row.feeBps },
      ...{ until: Number(row.until), state: number(PAYMENT_STATES, row.state) },
    })),
    reserves: map(
      await all<Reserve>('reserves', 'key funded feeBps provider claimed consumer reclaimableAt'),
      ({ key, funded, feeBps, provider, claimed, consumer, reclaimableAt }) => ({
        ...{ key: key ?? zeroAddress, funded: BigInt(funded), claimed: BigInt(claimed) },
        ...{ feeBps, provider, consumer, reclaimableAt: Number(reclaimableAt ?? 0) },
      }),
    ),
    bankSettled: new Set((await all<BankSettlement>('bankSettlements', '')).map(({ id }) => id)),
    available: nonZero(map(balances, ({ available }) => BigInt(available))),
    fees: nonZero(map(balances, ({ fees }) => BigInt(fees))),
  }
}
