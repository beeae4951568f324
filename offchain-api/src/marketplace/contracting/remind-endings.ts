import { formatInstant, type Hex } from '@opem/domain'
import { notify } from '../notifications/notify.ts'
import type { Rows } from './offers.ts'

/** Both sides hear of an end this long before, while there is time to sign a later one. Seconds. */
const AHEAD = 7 * 86_400

/**
 * Tells both sides of agreements that end soon, once for each end. Pass `rows` of a transaction.
 * @param now seconds since 1970
 * @returns of how many agreements
 */
export async function remindEndings(rows: Rows, now: number): Promise<number> {
  const due = await rows<{ id: Hex; listing: Hex; title: string; accounts: Hex[]; ends_at: number }>(
    `WITH told AS (
       INSERT INTO market_agreement_reminders (agreement, ends_at, told_at)
         SELECT id, ends_at, $1 FROM market_agreements a
         WHERE state = 'concluded' AND ends_at > $1 AND ends_at <= $2
           -- Of a short agreement everybody knows that it ends soon.
           AND ends_at - (terms ->> 'start')::bigint > $2 - $1
           AND NOT EXISTS (SELECT 1 FROM market_agreement_reminders r WHERE r.agreement = a.id AND r.ends_at = a.ends_at)
         ORDER BY ends_at LIMIT 200 ON CONFLICT DO NOTHING RETURNING agreement)
     SELECT a.id, a.listing, coalesce(d.document ->> 'title', 'a service') AS title, a.ends_at::float8 AS ends_at,
       ARRAY[a.provider_account, a.consumer_account] AS accounts
     FROM told JOIN market_agreements a ON a.id = told.agreement
     LEFT JOIN market_agreement_documents d ON d.digest = a.terms ->> 'terms'`,
    [now, now + AHEAD],
  )
  for (const { id, listing, title, accounts, ends_at } of due)
    for (const account of accounts)
      await notify(rows, {
        ...{ account, kind: 'agreement-ending', about: { agreement: id, listing }, link: `/agreements/${id}` },
        words: {
          title: `The agreement on “${title}” ends soon`,
          text: `It ends at ${formatInstant(ends_at)}. Offer a later end on its page, or let it end.`,
        },
      })
  return due.length
}
