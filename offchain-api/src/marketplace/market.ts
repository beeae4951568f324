import type { PrivateKeyAccount, PublicClient } from 'viem'
import type { OperationalStore } from '../operational/store.ts'
import type { Deployment } from '../unified-api/chain/deployment.ts'
import { type Content, createContent } from './content/content.ts'
import { createFollower, type Follower } from './follower/follower.ts'
import { reactions } from './follower/reactions.ts'
import { fillDocuments } from './listings/fill-documents.ts'
import { createSearch, type Search } from './search/search.ts'

export interface MarketSettings {
  /** URL of a Kubo-compatible endpoint. */
  readonly contentUrl: string | undefined
  readonly confirmations: number
  /** Pays for bringing agreements to the chain whose parties have no ether; without it they pay themselves. */
  readonly relayer?: (() => Promise<PrivateKeyAccount>) | undefined
}

/** What the marketplace's routes work with beside the store. */
export interface Market {
  readonly content: Content
  readonly follower: Follower
  readonly search: Search
  close(): Promise<void>
}

export function createMarket({
  settings: { contentUrl, confirmations },
  ...parts
}: {
  settings: MarketSettings
  store: OperationalStore
  client: PublicClient
  deployment: () => Promise<Deployment>
  log: (line: string) => void
}): Market {
  const content = createContent({ url: contentUrl })
  const follower = createFollower({ ...parts, content, reactions, confirmations })
  follower.afterwards(() => fillDocuments({ store: parts.store, content }))
  const search = createSearch(parts)
  follower.afterwards(() => search.warm())
  return { content, follower, search, close: () => follower.close() }
}
