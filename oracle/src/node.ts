import type { DatabaseSync } from 'node:sqlite'
import type { Address, PrivateKeyAccount } from 'viem'
import type { UnifiedApi } from './api/unified-api.ts'
import type { PlanInput } from './close-period/plan-batch.ts'
import type { Readings } from './close-period/readings-window.ts'
import type { BatchId, Computed } from './close-period/recompute.ts'
import type { Changes } from './correct/note-changes.ts'
import type { Evidence } from './evidence/evidence.ts'
import type { Log } from './log.ts'
import type { Peers } from './propose/peers.ts'
import type { Settings } from './settings.ts'
import type { Outbox } from './submit/outbox.ts'
import type { Submitter } from './submit/submit.ts'
import type { Batches } from './watch/batches.ts'
import type { Deployment } from './watch/deployment.ts'
import type { ChainView } from './watch/follow-chain.ts'
import type { ChainCommunity } from './watch/read-community.ts'

/** One oracle node: what its capabilities share. `startNode` puts it together. */
export interface Node {
  readonly settings: Settings
  readonly deployment: Deployment
  readonly account: PrivateKeyAccount
  readonly log: Log
  /** Wall clock, epoch seconds. */
  readonly now: () => number
  readonly db: DatabaseSync
  readonly chain: ChainView
  readonly api: UnifiedApi
  readonly peers: Peers
  readonly batches: Batches
  readonly outbox: Outbox
  readonly submitter: Submitter
  readonly readings: Readings
  readonly evidence: Evidence
  readonly changes: Changes
  planInput(community: ChainCommunity): Promise<PlanInput>
  /** A batch from readings this node keeps, or from the lake's present state when `fresh`. */
  compute(community: ChainCommunity, batch: BatchId, fresh: boolean): Promise<Computed>
  /** A past batch from the lake's present state, beside what is kept for the next ones. */
  present(community: ChainCommunity, batch: BatchId): Promise<Computed>
}

export type CommunityId = Address
