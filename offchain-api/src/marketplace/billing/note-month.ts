import { type Hex, monthOf } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'

/** Notes what was claimed under an agreement in all when the month of a claim ends; invoices may cover it already. µEUR */
export const noteMonthOfUse = (
  rows: Rows,
  it: { agreement: Hex; seller: Hex; buyer: Hex; at: number; claimed: bigint },
): Promise<unknown> =>
  rows(
    `INSERT INTO market_use_months (agreement, month_end, seller_account, buyer_account, claimed, covered)
     SELECT $1, $2, $3, $4, $5::numeric,
       $5::numeric <= (SELECT coalesce(max(to_micro), 0) FROM market_use_lines WHERE agreement = $1)
     ON CONFLICT (agreement, month_end) DO UPDATE SET claimed = excluded.claimed, covered = excluded.covered`,
    [it.agreement, monthOf(it.at).to, it.seller, it.buyer, it.claimed.toString()],
  )
