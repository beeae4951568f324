import type { Hex, Keccak256 } from '../../commitment/bytes.ts'
import type { ActorEvent, LocatedEvent } from '../ledger/event.ts'

/** Tokens that came to the escrow or left it. µEUR */
export interface TokenTransfer {
  readonly from: Hex
  readonly to: Hex
  readonly amount: bigint
  readonly block: bigint
  readonly transaction: Hex
}

/** A transaction's own call, decoded; its contract is undefined when it was sent to another one. */
export interface MarketCall {
  readonly contract: string | undefined
  readonly name: string
  readonly args: readonly unknown[]
}

/** EIP-712 typed data, as viem takes it. */
export interface TypedData {
  readonly domain: object
  readonly types: object
  readonly primaryType: string
  readonly message: object
}

/**
 * A chain as the audit of the market reads it, passed in: this package has no dependency. `openMarketChain` of
 * `@opem/contracts` is one. Every text that it answers is in lower case.
 */
export interface MarketChain {
  readonly chainId: number
  readonly escrow: Hex
  readonly agreements: Hex
  readonly listings: Hex
  readonly keccak: Keccak256
  readonly head: () => Promise<bigint>
  /** Of a block, epoch seconds. */
  readonly timeOf: (block: bigint) => Promise<number>
  /** Events of the market's contracts in both blocks and between, in the order of the chain. */
  readonly eventsIn: (from: bigint, to: bigint) => Promise<LocatedEvent[]>
  /** Events that say who may act for whom, in both blocks and between, in the order of the chain. */
  readonly actorsIn: (from: bigint, to: bigint) => Promise<ActorEvent[]>
  readonly transfersIn: (from: bigint, to: bigint) => Promise<TokenTransfer[]>
  /** Asks a view of one of our contracts, as it was after a block. */
  readonly ask: (contract: string, view: string, args: readonly unknown[], block: bigint) => Promise<unknown>
  readonly callOf: (transaction: Hex) => Promise<MarketCall>
  /** Who signed; nobody when the signature is none. */
  readonly signerOf: (typed: TypedData, signature: Hex) => Promise<Hex | undefined>
  /** Whether a question failed because the node keeps no state of its block; left out: it keeps them all. */
  readonly isStateGone?: (cause: unknown) => boolean
  /** Whether an answer failed because there was too much in it, so that less is to be asked for; left out: it never is. */
  readonly isTooMuch?: (cause: unknown) => boolean
  /** Whether there was code at that address after a block. */
  readonly hasCode: (address: Hex, block: bigint) => Promise<boolean>
  /** Whether the contract at that address says that it signed (ERC-1271), as it was after a block. */
  readonly isSignedBy: (contract: Hex, typed: TypedData, signature: Hex, block: bigint) => Promise<boolean>
}
