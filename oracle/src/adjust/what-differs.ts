import type { EvidenceBook } from '@opem/domain'
import type { Computed } from '../close-period/recompute.ts'
import type { Node } from '../node.ts'
import type { SettledBatch } from '../watch/batches.ts'
import type { ChainCommunity } from '../watch/read-community.ts'

/** A period that comes out otherwise than it stands now, and the number its next adjustment has. */
export interface Due {
  readonly book: EvidenceBook
  readonly number: number
}

/**
 * Holds a final batch, computed again, against how its periods stand: as settled, or as adjusted before. Leaves are framed by the
 * settled revision, so a period stands unchanged exactly when its members' root is the same.
 * @returns undefined while the lake lacks the evidence of the batch
 */
export async function dueAdjustments(
  { api }: Pick<Node, 'api'>,
  community: ChainCommunity,
  batch: SettledBatch,
  again: Computed,
): Promise<Due[] | undefined> {
  const { start, end, revision, root } = batch
  const [settled, adjusted] = await Promise.all([
    api.trading(community.id, start, end),
    api.adjustments(community.id, start, end),
  ])
  const evidence = settled.find((one) => one.start === start && one.revision === revision && one.root === root)
  if (!evidence) return undefined
  const stands = new Map(evidence.books.map((book) => [book.start, { number: 0, membersRoot: book.membersRoot }]))
  for (const one of adjusted) {
    const before = stands.get(one.start)
    if (one.revision === revision && one.batchRoot === root && before && one.number > before.number)
      stands.set(one.start, { number: one.number, membersRoot: one.book.membersRoot })
  }
  return again.books.flatMap((book, i) => {
    const membersRoot = again.membersRoots[i]!
    const now = stands.get(book.start)
    if (!now || now.membersRoot === membersRoot) return []
    return [{ book: { ...book, membersRoot }, number: now.number + 1 }]
  })
}
