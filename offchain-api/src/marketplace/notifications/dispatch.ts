import type { PgBoss } from 'pg-boss'
import type { OperationalStore } from '../../operational/store.ts'
import { targetsOf } from './targets.ts'

/** The queue of letters to notification's readers, and of letters that ask an address to be confirmed. */
export const LETTERS = 'market-letters'
export const CONFIRMATIONS = 'market-confirmations'

const AT_ONCE = 200

/** pg-boss speaks through the caller's transaction. */
export const throughRows = (rows: OperationalStore['rows']) => ({
  executeSql: async (text: string, values?: unknown[]) => ({ rows: await rows(text, values ?? []) }),
})

/**
 * Queues the letters of notifications that wait for it: in one transaction they are queued and marked so, hence once.
 * @param operators accounts that operate the marketplace
 * @returns how many notifications were looked at
 */
export async function dispatch(
  { transaction }: Pick<OperationalStore, 'transaction'>,
  boss: Pick<PgBoss, 'insert'>,
  operators: (rows: OperationalStore['rows']) => Promise<readonly string[]>,
): Promise<number> {
  return transaction(async (rows) => {
    const waiting = await rows<{ id: string; account: string; kind: string }>(
      `SELECT id, account, kind FROM market_notifications WHERE NOT queued ORDER BY id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`,
    )
    if (waiting.length === 0) return 0
    const letters: string[] = []
    for (const { id, account, kind } of waiting) {
      const accounts = account === 'operator' ? await operators(rows) : [account]
      for (const { account: of, channel, target } of await targetsOf(rows, accounts, kind)) {
        const made = await rows<{ id: string }>(
          `INSERT INTO market_deliveries (notification, account, channel, target, changed_at)
           VALUES ($1, $2, $3, $4, floor(extract(epoch FROM now()))) ON CONFLICT DO NOTHING RETURNING id`,
          [id, of, channel, target],
        )
        letters.push(...made.map((one) => one.id))
      }
    }
    if (letters.length > 0)
      await boss.insert(
        LETTERS,
        letters.map((id) => ({ id, data: {} })),
        { db: throughRows(rows) },
      )
    await rows('UPDATE market_notifications SET queued = true WHERE id = ANY($1)', [waiting.map(({ id }) => id)])
    return waiting.length
  })
}
