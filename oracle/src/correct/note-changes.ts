import type { DatabaseSync } from 'node:sqlite'
import type { Address } from 'viem'
import type { UnifiedApi } from '../api/unified-api.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { atomically, cursors } from '../state/open-state.ts'
import type { Batches } from '../watch/batches.ts'

// Older than any batch can still be on its way into the view: from before the community began, or while it was stopped.
const NEVER_SETTLED_SECONDS = 2 * 86_400

/**
 * Learns which periods got readings after they were computed, and marks their batches as worth another look.
 * A change is not yet a correction: most are readings that the batch had already seen.
 */
export function openChanges({
  db,
  api,
  batches,
  evidence,
}: {
  readonly db: DatabaseSync
  readonly api: UnifiedApi
  readonly batches: Batches
  readonly evidence: Evidence
}) {
  const marks = cursors(db)
  const remember = db.prepare(`
    INSERT INTO early_changes VALUES (?, ?, ?)
    ON CONFLICT (community, period) DO UPDATE SET cursor = excluded.cursor`)
  const waiting = db.prepare('SELECT period, cursor FROM early_changes WHERE community = ? AND period < ?')
  const forget = db.prepare('DELETE FROM early_changes WHERE community = ? AND period = ?')

  const note = (community: Address, period: number, cursor: number) => {
    const batch = batches.containing(community, period)
    if (!batch) remember.run(community, period, cursor)
    else if (evidence.watermarkOf(batch) < cursor) batches.setDirty(batch, true)
  }

  return {
    /** Asks the API what is new. */
    async poll(community: Address) {
      const after = Number(marks.read(`changes ${community}`) ?? 0)
      const { cursor, periods } = await api.changes(community, after)
      if (cursor <= after) return
      atomically(db, () => {
        for (const period of periods) note(community, period, cursor)
        marks.write(`changes ${community}`, String(cursor))
      })
    },
    /** Batches settled meanwhile: were they computed before a change that was noted while they were still open? */
    weigh(community: Address, next: number) {
      for (const { period, cursor } of waiting.all(community, next) as { period: number; cursor: number }[]) {
        const batch = batches.containing(community, period)
        if (batch && evidence.knows(batch) && evidence.watermarkOf(batch) < cursor) batches.setDirty(batch, true)
        if (batch || period < next - NEVER_SETTLED_SECONDS) forget.run(community, period)
      }
    },
  }
}

export type Changes = ReturnType<typeof openChanges>
