import type { DatabaseSync } from 'node:sqlite'
import { formatTradingBatch, type PeriodSeconds } from '@opem/domain'
import type { Address, Hex } from 'viem'
import type { Computed } from '../close-period/recompute.ts'
import type { SettledBatch } from '../watch/batches.ts'

type BatchKey = Pick<SettledBatch, 'community' | 'start' | 'revision' | 'root'>

/**
 * The balances behind roots this node has computed, kept from before it signs until the lake has them. Without them a
 * root on chain would be a promise that nobody could check.
 */
export function openEvidence(db: DatabaseSync, chainId: number) {
  const put = db.prepare(`
    INSERT INTO evidence (community, start, revision, root, batch, watermark) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET batch = excluded.batch, watermark = max(watermark, excluded.watermark)`)
  const get = db.prepare(
    'SELECT batch, watermark FROM evidence WHERE community = ? AND start = ? AND revision = ? AND root = ?',
  )
  const seen = db.prepare(`
    INSERT INTO evidence (community, start, revision, root, batch, watermark) VALUES (?, ?, ?, ?, '', ?)
    ON CONFLICT DO UPDATE SET watermark = max(watermark, excluded.watermark)`)
  // Once one revision is in the lake, other roots for it were proposals that lost.
  const lost = db.prepare('DELETE FROM evidence WHERE community = ? AND start = ? AND revision <= ? AND root <> ?')
  const empty = db.prepare(`UPDATE evidence SET batch = '' WHERE community = ? AND start = ? AND root = ?`)

  const row = ({ community, start, revision, root }: BatchKey) =>
    get.get(community, start, revision, root) as { batch: string; watermark: number } | undefined

  return {
    keep(community: { readonly id: Address; readonly periodSeconds: PeriodSeconds }, computed: Computed) {
      const { batch, root } = computed
      put.run(community.id, batch.start, batch.revision, root, format(chainId, community, computed), computed.watermark)
    },
    /** The TradingBatch behind a root as JSON; undefined when this node never computed it, or no longer needs it. */
    read: (batch: BatchKey): string | undefined => row(batch)?.batch || undefined,
    /** How fresh the readings were from which this node computed the batch; −1 when it never did. */
    watermarkOf: (batch: BatchKey): number => row(batch)?.watermark ?? -1,
    knows: (batch: BatchKey): boolean => row(batch) !== undefined,
    /** The batch was computed again from readings up to `watermark`, to the same root. */
    confirm({ community, start, revision, root }: BatchKey, watermark: number) {
      seen.run(community, start, revision, root, watermark)
    },
    /** The lake has it: the salted balances need not stay here. */
    release({ community, start, revision, root }: BatchKey) {
      empty.run(community, start, root)
      lost.run(community, start, revision, root)
    },
  }
}

export type Evidence = ReturnType<typeof openEvidence>

/** A computed batch as the TradingBatch that the lake keeps. */
export function format(
  chainId: number,
  { id, periodSeconds }: { readonly id: Address; readonly periodSeconds: PeriodSeconds },
  { batch, root, books, membersRoots }: Computed,
): string {
  const { start, periods, revision, rules } = batch
  const withRoots = books.map((book, i) => ({ ...book, membersRoot: membersRoots[i]! }))
  return JSON.stringify(
    formatTradingBatch({
      community: id as Hex,
      chainId,
      start,
      periodSeconds,
      periods,
      revision,
      rules,
      root,
      books: withRoots,
    }),
  )
}
