import type { MarketEvent, Rows } from './reaction.ts'
import type { Place } from './read-events.ts'

export interface Cursor extends Place {
  readonly setup: string
}

interface CursorRow {
  readonly setup: string
  readonly block: string
  readonly block_hash: Place['hash']
}

const READ = 'SELECT setup, block, block_hash FROM market_cursor'

/** Up to which block everything is applied; undefined before the first time. */
export const readCursor = async (rows: Rows): Promise<Cursor | undefined> => cursorOf(await rows<CursorRow>(READ))

/**
 * The same, held against other processes until the transaction ends. An advisory lock, since the first time there is no
 * row to lock.
 */
export async function holdCursor(rows: Rows): Promise<Cursor | undefined> {
  await rows('SELECT pg_advisory_xact_lock($1)', [LOCK])
  return cursorOf(await rows<CursorRow>(READ))
}
const LOCK = 7_263_549 // any number of our own; the outbox of accounts has another, since it holds its own while it asks the chain

const cursorOf = ([row]: CursorRow[]): Cursor | undefined =>
  row && { setup: row.setup, block: Number(row.block), hash: row.block_hash }

export const moveCursor = (rows: Rows, { setup, block, hash }: Cursor) =>
  rows(
    `INSERT INTO market_cursor (setup, block, block_hash) VALUES ($1, $2, $3)
     ON CONFLICT (only_one) DO UPDATE SET setup = excluded.setup, block = excluded.block, block_hash = excluded.block_hash`,
    [setup, block, hash],
  )

/** Notes that an event is applied. 'again': it was before, in this past of the chain. 'first': never in any. */
export async function noteEvent(rows: Rows, event: MarketEvent): Promise<'first' | 'retold' | 'again'> {
  const { transaction, logIndex, block, time, contract, name, args } = event
  const [noted] = await rows<{ first: boolean }>(
    `INSERT INTO market_events AS known (transaction, log_index, block, time, contract, name, args, applied)
     VALUES ($1, $2, $3, $4, $5, $6, $7, true)
     ON CONFLICT (transaction, log_index) DO UPDATE
       SET block = excluded.block, time = excluded.time, contract = excluded.contract, name = excluded.name,
           args = excluded.args, applied = true
       WHERE NOT known.applied
     RETURNING (xmax = 0) AS first`,
    [transaction, logIndex, block, time, contract, name, JSON.stringify(args, bigintText)],
  )
  if (!noted) return 'again'
  return noted.first ? 'first' : 'retold'
}

const bigintText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

export async function forgetAll(rows: Rows): Promise<void> {
  await rows('DELETE FROM market_cursor')
  await rows('UPDATE market_events SET applied = false WHERE applied')
}
