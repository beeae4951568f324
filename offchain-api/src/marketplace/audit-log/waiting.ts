import type { OperationalStore } from '../../operational/store.ts'

export type Waiting = Readonly<Record<keyof typeof COUNTED, number>>

// Name, the table that it is counted in, and which of its rows. $1 is now in seconds since 1970.
const COUNTED = {
  reviews: ['market_submissions', `state = 'waiting'`],
  disputes: ['market_payments', `state = 'disputed'`],
  suspendedListings: ['market_listings', `state = 'suspended'`],
  listings: ['market_listings', `state = 'published'`],
  agreements: ['market_agreements', `state = 'concluded' AND (ends_at = 0 OR ends_at > $1)`],
  pendingAccounts: ['accounts', `status = 'pending'`],
  suspendedAccounts: ['accounts', `status = 'suspended'`],
  lostLetters: ['market_deliveries', `state IN ('failed', 'dropped') AND changed_at > $1 - 604800`],
} as const

/** What waits for the operator. A table that this marketplace does not have counts nothing. */
export async function countWaiting({ rows }: Pick<OperationalStore, 'rows'>, now: number): Promise<Waiting> {
  const there = await rows<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ANY($1)`,
    [Object.values(COUNTED).map(([table]) => table)],
  )
  const known = new Set(there.map(({ name }) => name))
  const counts = Object.entries(COUNTED).map(([name, [table, which]]) =>
    known.has(table) ? `(SELECT count(*)::int FROM ${table} WHERE ${which}) AS "${name}"` : `0 AS "${name}"`,
  )
  const [found] = await rows<Record<string, number>>(`SELECT ${counts.join(', ')}, $1::bigint AS asked`, [now])
  const { asked: _asked, ...waiting } = found ?? {}
  return waiting as Waiting
}
