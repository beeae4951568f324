import type { OperationalStore } from '../../operational/store.ts'

/** One letter that a notification makes: to a person's address, or to a webhook. */
export interface Target {
  readonly account: string
  readonly channel: 'email' | 'webhook'
  readonly target: string
}

/**
 * Who gets a notification besides the page: people of the account who asked for this kind by e-mail and confirmed their
 * address, and its webhooks. A representative whom the company disabled gets nothing. A suspended or revoked account hears of that,
 * and of nothing else.
 * @param accounts one account, or those that operate the marketplace
 */
export const targetsOf = (
  rows: OperationalStore['rows'],
  accounts: readonly string[],
  kind: string,
): Promise<Target[]> =>
  rows<Target & Record<string, unknown>>(
    `SELECT e.account, 'email' AS channel, e.did AS target FROM market_email_addresses e
       JOIN market_notification_preferences p ON p.account = e.account AND p.did = e.did AND p.kind = $2
         AND p.channel = 'email' AND p.wanted
       JOIN accounts a ON a.account = e.account AND (a.status = 'active' OR $2 = 'account-changed')
       LEFT JOIN representatives r ON r.account = e.account AND r.did = e.did
     WHERE e.account = ANY($1) AND e.confirmed_at IS NOT NULL AND coalesce(NOT r.disabled, e.did = a.did)
     UNION ALL
     SELECT w.account, 'webhook', w.id::text FROM market_webhooks w
       JOIN accounts a ON a.account = w.account AND (a.status = 'active' OR $2 = 'account-changed')
     WHERE w.account = ANY($1) AND w.paused_at IS NULL AND (w.kinds = '{}' OR $2 = ANY(w.kinds))`,
    [accounts, kind],
  )
