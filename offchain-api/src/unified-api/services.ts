import type { AccessParts } from '../access/access.ts'
import type { IdentifyParts } from '../access/caller/identify.ts'
import type { AdjustmentWriter } from '../lake/adjustments/adjustments.ts'
import type { Lake } from '../lake/lake.ts'
import type { ReadingsWriter } from '../lake/readings/writer.ts'
import type { TradingWriter } from '../lake/trading/writer.ts'
import type { Billing } from '../marketplace/billing/billing.ts'
import type { Runner } from '../marketplace/composition/runner.ts'
import type { ContractingParts } from '../marketplace/contracting/parts.ts'
import type { DataParts } from '../marketplace/data/parts.ts'
import type { Market } from '../marketplace/market.ts'
import type { NotificationParts } from '../marketplace/notifications/notifications.ts'
import type { Gateway } from '../marketplace/provisioning/gateway.ts'
import type { OperationalStore } from '../operational/store.ts'
import type { Chain } from './chain/chain.ts'
import type { Deployment } from './chain/deployment.ts'
import type { SettledBatches } from './chain/settled.ts'
import type { Place } from './place/place.ts'
import type { Announcements } from './stream.ts'

/** What routes work with; every part may be away for a while, which they tell by throwing a retryable error. */
export interface Services {
  readonly lake: Lake
  readonly store: OperationalStore
  readonly writer: ReadingsWriter
  readonly evidence: TradingWriter
  readonly adjustments: AdjustmentWriter
  readonly chain: Chain
  readonly settled: SettledBatches
  readonly announcements: Announcements
  readonly development: boolean
  readonly place: Place
  readonly access: AccessParts & IdentifyParts
  readonly market: Market
  readonly billing: Billing
  readonly contracting: ContractingParts
  readonly gateway: Gateway
  readonly data: DataParts
  readonly compositions: Pick<Runner, 'wake'>
  readonly notifications: NotificationParts
  /** @throws ERR_DEPLOYMENT_UNKNOWN (retryable) until the contracts are deployed */
  deployment(): Promise<Deployment>
  /** Which parts answer now. */
  health(): Promise<Readonly<Record<string, boolean>>>
  /** Reads the capacities of meters anew. */
  refreshCapacities(): Promise<void>
  /** ms since 1970. */
  now(): number
}

/** Seconds since 1970, as the store keeps instants. */
export const seconds = ({ now }: Pick<Services, 'now'>): number => Math.floor(now() / 1000)
