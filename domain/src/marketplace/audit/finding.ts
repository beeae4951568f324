import type { Hex } from '../../commitment/bytes.ts'
import type { ActorContract, LocatedEvent, MarketContract } from '../ledger/event.ts'

/** What an audit of the market holds against what (docs/auditors.md), in its order. */
export const MARKET_CHECKS = ['events', 'states', 'tokens', 'signatures', 'index'] as const
export type MarketCheckName = (typeof MARKET_CHECKS)[number]

/** Where an event is on the chain. */
export interface EventPlace {
  readonly contract: MarketContract
  readonly event: string
  readonly block: number
  readonly transaction: Hex
}

/** Something that is not as it must be, and its exact place. */
export interface MarketFinding {
  readonly check: MarketCheckName
  /** What is wrong: of which thing, what it must be, and what it is. */
  readonly words: string
  readonly contract: MarketContract | ActorContract
  /** Whose it is, in lower case; nobody's when it is of the whole contract. */
  readonly parties: readonly Hex[]
  /** The event that says so, or the last one about the thing; none when no event speaks of it. */
  readonly event?: string
  readonly block?: number
  readonly transaction?: Hex
}

/** One check, what it found, or why it was not made. */
export interface MarketCheck {
  readonly name: MarketCheckName
  /** What was checked, in words. */
  readonly what: string
  /** Why it was not; its findings are then none. */
  readonly skipped?: string
  readonly findings: readonly MarketFinding[]
}

export const placeOfEvent = ({ contract, name, block, transaction }: LocatedEvent): EventPlace => ({
  ...{ contract, event: name, block: Number(block), transaction },
})

/**
 * The place of a finding in one line.
 * @example 'Escrow, event PaymentHeld, block 41, transaction 0x9f…, party 0x12…'
 */
export const placeOfFinding = ({ contract, event, block, transaction, parties }: MarketFinding): string =>
  [
    contract,
    ...(event === undefined ? [] : [`event ${event}`]),
    ...(block === undefined ? [] : [`block ${block}`]),
    ...(transaction === undefined ? [] : [`transaction ${transaction}`]),
    ...parties.map((party) => `party ${party}`),
  ].join(', ')
