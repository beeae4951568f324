import type { Hex } from '../../commitment/bytes.ts'

/** The contracts whose events make the market (docs/architecture.md). */
export const MARKET_CONTRACTS = [
  ...(['ListingRegistry', 'AgreementRegistry', 'OpenInnovation', 'CompositionRegistry', 'Escrow'] as const),
] as const
export type MarketContract = (typeof MARKET_CONTRACTS)[number]

/**
 * An event of one of the market's contracts as its ABI decodes it, with every address, id and digest in lower case.
 * `time` is that of its block, epoch seconds.
 */
export interface ChainEvent {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly time: number
}

/** Where an event stands in the order of the chain, so that who doubts it finds it. */
export interface Located {
  readonly block: bigint
  /** Its number among the events of its block. */
  readonly log: number
  readonly transaction: Hex
}
export interface LocatedEvent extends ChainEvent, Located {
  readonly contract: MarketContract
}

/** The contracts whose events say who may act for whom: operators, accounts, and ERC-1056 with its owners and delegates. */
export const ACTOR_CONTRACTS = ['AccessManager', 'AccountRegistry', 'EthereumDIDRegistry'] as const
export type ActorContract = (typeof ACTOR_CONTRACTS)[number]
export interface ActorEvent extends ChainEvent, Located {
  readonly contract: ActorContract
}

/** Reads an event's fields by the type that the ABI gives them. */
export interface Fields {
  readonly hex: (field: string) => Hex
  /** Up to 48 bits. */
  readonly number: (field: string) => number
  readonly amount: (field: string) => bigint
}

/** @throws TypeError when a field is not what the ABI says: the event was not decoded by it */
export function fieldsOf({ name, args }: ChainEvent): Fields {
  const of = <T>(field: string, type: 'string' | 'number' | 'bigint'): T => {
    const value = args[field]
    if (typeof value !== type) throw new TypeError(`${name}.${field} is ${typeof value}, not ${type}`)
    return value as T
  }
  return {
    hex: (field) => of<Hex>(field, 'string'),
    number: (field) => of<number>(field, 'number'),
    amount: (field) => of<bigint>(field, 'bigint'),
  }
}

/** Of addresses and digests: none. */
export const NO_ADDRESS: Hex = `0x${'0'.repeat(40)}`
export const NO_DIGEST: Hex = `0x${'0'.repeat(64)}`
