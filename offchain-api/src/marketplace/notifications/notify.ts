import type { Hex, NotificationKind } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'

/** What a notification is about, by id: the page groups by it, a receiver finds the thing by it. */
export type About = Readonly<
  Partial<
    Record<
      'listing' | 'agreement' | 'payment' | 'invoice' | 'instance' | 'request' | 'proposal' | 'composition' | 'account',
      string
    >
  >
>

export interface Notice {
  /** Id of the account, or whoever operates the marketplace. */
  readonly account: Hex | 'operator'
  readonly kind: NotificationKind
  readonly about: About
  /** Plain sentences; they go by e-mail and to webhooks too, so they name no person and hold no secret. */
  readonly words: { readonly title: string; readonly text: string }
  /** Where the page shows more: `/agreements/0x…`. */
  readonly link: `/${string}`
}

/** The channel on which Postgres says, after the commit, that somebody has a new notification. */
export const NOTICE_CHANNEL = 'market_notifications'

/**
 * Tells an account something, within the caller's transaction: when that fails nobody hears of it, when it commits the
 * page shows it and letters are queued. Pass `rows` of a transaction.
 */
export async function notify(rows: OperationalStore['rows'], { account, kind, about, words, link }: Notice) {
  await rows(
    `WITH told AS (
       INSERT INTO market_notifications (account, kind, about, title, body, link, written_at)
       VALUES ($1, $2, $3, $4, $5, $6, floor(extract(epoch FROM now()))) RETURNING account)
     SELECT pg_notify($7, account) FROM told`,
    [account, kind, JSON.stringify(about), words.title, words.text, link, NOTICE_CHANNEL],
  )
}
