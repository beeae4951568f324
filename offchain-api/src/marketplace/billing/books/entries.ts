import type { OperationalStore } from '../../../operational/store.ts'

type Rows = OperationalStore['rows']

interface Told {
  readonly transaction: string
  readonly logIndex: number
  readonly time: number
}

/** Notes that an event is of an account’s books, and what is in its purse after it. Events come in the order of the chain. */
export const noteBookEntry = (rows: Rows, account: string, { transaction, logIndex, time }: Told): Promise<unknown> =>
  rows(
    `INSERT INTO market_book_entries (account, at, transaction, log_index, balance)
     SELECT $1, $2, $3, $4, coalesce((SELECT sum(available) FROM market_balances WHERE account = $1), 0)`,
    [account, time, transaction, logIndex],
  )

/** What was in an account’s purse before an instant, µEUR: it stands beside the last event before it. */
export async function purseBefore(rows: Rows, account: string, instant: number): Promise<bigint> {
  const [last] = await rows<{ balance: string }>(
    'SELECT balance::text FROM market_book_entries WHERE account = $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT 1',
    [account, instant],
  )
  return BigInt(last?.balance ?? 0)
}

/** The latest line of an account before an instant, `x.before`, by an index of each kind of line. */
const LATEST = `(SELECT greatest(
    (SELECT max(at) FROM market_book_entries WHERE account = $1 AND at < x.before),
    (SELECT max(issued_at) FROM market_invoices WHERE seller_account = $1 AND issued_at < x.before),
    (SELECT max(issued_at) FROM market_invoices WHERE buyer_account = $1 AND issued_at < x.before),
    (SELECT max(issued_at) FROM market_credit_notes WHERE seller_account = $1 AND issued_at < x.before),
    (SELECT max(issued_at) FROM market_credit_notes WHERE buyer_account = $1 AND issued_at < x.before),
    (SELECT max(settled_at) FROM market_credit_notes WHERE settlement = 'bank' AND seller_account = $1 AND settled_at < x.before),
    (SELECT max(settled_at) FROM market_credit_notes WHERE settlement = 'bank' AND buyer_account = $1 AND settled_at < x.before)))`

/** Months that have lines, UTC, the latest first: one look-up of the indexes for each month, however many lines it has. */
export async function monthsOf(rows: Rows, account: string): Promise<string[]> {
  const found = await rows<{ month: string }>(
    `WITH RECURSIVE months AS (
       SELECT date_trunc('month', to_timestamp(${LATEST}), 'UTC') AS month FROM (SELECT 9223372036854775807 AS before) x
       UNION ALL
       SELECT date_trunc('month', to_timestamp(${LATEST}), 'UTC')
       FROM (SELECT extract(epoch FROM month)::bigint AS before FROM months WHERE month IS NOT NULL) x)
     SELECT to_char(month AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM months WHERE month IS NOT NULL`,
    [account],
  )
  return found.map(({ month }) => month)
}
