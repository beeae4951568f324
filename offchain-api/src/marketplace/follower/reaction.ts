import type { Hex } from '@opem/domain'
import type { ContractEventArgsFromTopics, ContractEventName } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import type { Content } from '../content/content.ts'
import type { MARKET_ABIS, MarketContract } from './market-contracts.ts'

export type Rows = OperationalStore['rows']

type Abis = typeof MARKET_ABIS

interface Told {
  readonly block: number
  readonly blockHash: Hex
  /** Of the block, in seconds since 1970. */
  readonly time: number
  readonly transaction: Hex
  readonly logIndex: number
}

type EventOf<C extends MarketContract, N extends ContractEventName<Abis[C]>> = Told & {
  readonly contract: C
  readonly name: N
  /** As the ABI types them, addresses in lower case. */
  readonly args: ContractEventArgsFromTopics<Abis[C], N>
}

/** What a marketplace contract said: `switch (event.name)` tells the arguments. */
export type MarketEvent<C extends MarketContract = MarketContract> = {
  [K in C]: { [N in ContractEventName<Abis[K]>]: EventOf<K, N> }[ContractEventName<Abis[K]>]
}[C]

export interface ReactionParts {
  readonly content: Content
  /** keccak256 of the canonical DID of an address: the account of a party. */
  accountOf(address: Hex): Hex
  /** Which contract of the marketplace stands at an address. */
  contractAt(address: Hex): MarketContract | undefined
  /**
   * Whether the event is heard for the first time ever. When projections are rebuilt it is not: what was sent out once
   * (a notification, an e-mail) is not sent again.
   */
  readonly first: boolean
}

/** What follows in the store from what one contract said. Tables that a reaction fills are its own. */
export interface Reaction<C extends MarketContract = MarketContract> {
  /** Change it (`listings-2`) when the same events lead to other rows: then everything is rebuilt from the chain. */
  readonly name: string
  readonly contract: C
  /** In the transaction that moves the cursor. An error stops the follower at this event until it is mended. */
  apply(event: MarketEvent<C>, rows: Rows, parts: ReactionParts): Promise<void>
  /** Takes back everything that `apply` wrote; the chain has another past now and tells it again. What people wrote stays. */
  forget(rows: Rows): Promise<void>
}
