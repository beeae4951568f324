import type { DatabaseSync } from 'node:sqlite'
import { type Address, encodePacked, type Hex, keccak256 } from 'viem'

/** The contract's Batch (ISettlement.sol): what its stored hash commits to. `end` is ours. */
export interface SettledBatch {
  readonly community: Address
  readonly start: number
  readonly end: number
  readonly periods: number
  readonly revision: number
  readonly rules: number
  readonly settledAt: number
  readonly signers: bigint
  readonly root: Hex
  readonly totalsHash: Hex
}

const NO_ROOT: Hex = `0x${'0'.repeat(64)}`

/** A batch that a challenge struck down has no root: its periods wait for the next revision. */
export const isFallen = (batch: Pick<SettledBatch, 'root'>): boolean => batch.root === NO_ROOT

export const fallen = (batch: SettledBatch): SettledBatch => ({
  ...batch,
  root: NO_ROOT,
  totalsHash: NO_ROOT,
  signers: 0n,
})

export const hashTotals = (totals: readonly bigint[]): Hex =>
  keccak256(encodePacked(['uint256[]'], [totals as bigint[]]))

/** The settled batches this node has seen events of, in their current revision. */
export function openBatches(db: DatabaseSync) {
  const put = db.prepare(`
    INSERT INTO batches (community, start, ends, revision, settled_at, batch, root, dirty) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (community, start) DO UPDATE SET
      ends = excluded.ends, revision = excluded.revision, settled_at = excluded.settled_at, batch = excluded.batch,
      root = excluded.root, dirty = max(batches.dirty, excluded.dirty),
      evidenced = iif(batches.root = excluded.root, batches.evidenced, 0)`)
  const get = db.prepare('SELECT batch FROM batches WHERE community = ? AND start = ?')
  const containing = db.prepare('SELECT batch FROM batches WHERE community = ? AND start <= ? AND ends > ?')
  const dirty = db.prepare('SELECT batch FROM batches WHERE community = ? AND dirty = 1 ORDER BY start')
  const setDirty = db.prepare('UPDATE batches SET dirty = ? WHERE community = ? AND start = ?')
  const owed = db.prepare(
    'SELECT batch FROM batches WHERE community = ? AND evidenced = 0 AND root <> ? ORDER BY start LIMIT ?',
  )
  const paid = db.prepare('UPDATE batches SET evidenced = 1 WHERE community = ? AND start = ? AND root = ?')
  const starts = db.prepare('SELECT community, start FROM batches')
  const remove = db.prepare('DELETE FROM batches WHERE community = ? AND start = ?')
  // In memory: after a restart everything marked is due again.
  const postponed = new Map<string, number>()
  const isDue = (batch: SettledBatch) => (postponed.get(keyOf(batch)) ?? 0) <= Date.now()

  return {
    put(batch: SettledBatch) {
      const { community, start, end, revision, settledAt, root } = batch
      put.run(community, start, end, revision, settledAt, format(batch), root, isFallen(batch) ? 1 : 0)
    },
    get: (community: Address, start: number) => parse(get.get(community, start)),
    containing: (community: Address, instant: number) => parse(containing.get(community, instant, instant)),
    /** The oldest batch that is marked and not postponed. */
    nextDirty(community: Address): SettledBatch | undefined {
      for (const row of dirty.iterate(community)) {
        const batch = parse(row)!
        if (isDue(batch)) return batch
      }
      return undefined
    },
    /** Lets others by for a while: a batch that cannot be mended now stays marked. */
    postpone(batch: SettledBatch, milliseconds: number) {
      postponed.set(keyOf(batch), Date.now() + milliseconds)
    },
    setDirty(batch: Pick<SettledBatch, 'community' | 'start'>, value: boolean) {
      setDirty.run(value ? 1 : 0, batch.community, batch.start)
    },
    /** Batches whose evidence this node has not yet seen in the lake, oldest first. */
    owed: (community: Address, limit: number) => owed.all(community, NO_ROOT, limit).map((row) => parse(row)!),
    paid(batch: Pick<SettledBatch, 'community' | 'start' | 'root'>) {
      paid.run(batch.community, batch.start, batch.root)
    },
    /** Forgets what `known` (keys of `keyOf`) does not name: after a chain was read again from its beginning. */
    keepOnly(known: ReadonlySet<string>) {
      for (const row of starts.all() as { community: Address; start: number }[]) {
        if (!known.has(keyOf(row))) remove.run(row.community, row.start)
      }
    },
  }
}

export type Batches = ReturnType<typeof openBatches>

export const keyOf = ({ community, start }: Pick<SettledBatch, 'community' | 'start'>): string =>
  `${community} ${start}`

const format = (batch: SettledBatch) => JSON.stringify({ ...batch, signers: batch.signers.toString() })

function parse(row: unknown): SettledBatch | undefined {
  if (row === undefined) return undefined
  const batch = JSON.parse((row as { batch: string }).batch)
  return { ...batch, signers: BigInt(batch.signers) }
}
