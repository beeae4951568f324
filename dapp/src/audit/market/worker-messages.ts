import type { MarketCheckName } from '@opem/domain'
import type { MarketAuditOutcome, MarketAuditWish } from './run-market-audit.ts'

/** What the page asks of the audit's thread: once, right after it began. To stop it is to end it. */
export type Wish = Omit<MarketAuditWish, 'onProgress' | 'signal'>

/** What the thread tells the page. */
export type Reply =
  | { readonly is: 'progress'; readonly step: MarketCheckName; readonly done: number; readonly of: number }
  | { readonly is: 'done'; readonly outcome: MarketAuditOutcome }
  | { readonly is: 'failed'; readonly code: string; readonly reason: string }
