import { type Adjustment, formatAdjustment, packTotals } from '@opem/domain'
import type { Computed } from '../close-period/recompute.ts'
import type { Node } from '../node.ts'
import { collectSignatures } from '../propose/collect-signatures.ts'
import type { SettledBatch } from '../watch/batches.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import type { Turns } from '../work/turns.ts'
import { adjustmentData, type Question, signAdjustment } from './sign-adjustment.ts'
import { type Due, dueAdjustments } from './what-differs.ts'

// A batch that no quorum adjusts now must not keep others from being corrected.
const TRIED_AGAIN_AFTER_MS = 30_000

/**
 * A final batch got better readings: each period that comes out otherwise is signed by a quorum and kept in the lake as an
 * adjustment (docs/settlement.md, "Life of a period"). The batch stays marked until the lake has all of them, so a node that is
 * killed between signing and writing begins again; whoever looks second finds them there.
 */
export async function adjustBatch(
  node: Node,
  turns: Turns,
  community: ChainCommunity,
  batch: SettledBatch,
  again: Computed,
): Promise<'advanced' | 'idle'> {
  const due = await dueAdjustments(node, community, batch, again)
  if (due === undefined) {
    node.log.warn('adjustment-waits', {
      community: community.id,
      start: batch.start,
      why: 'the lake lacks its evidence',
    })
    node.batches.postpone(batch, TRIED_AGAIN_AFTER_MS)
    return 'idle'
  }
  if (due.length === 0) {
    node.evidence.confirm(batch, again.watermark)
    node.batches.setDirty(batch, false)
    return 'advanced'
  }
  if (!(await turns.isMine(community))) return 'idle'
  for (const one of due) {
    if (await adjust(node, community, batch, one)) continue
    node.batches.postpone(batch, TRIED_AGAIN_AFTER_MS)
    return 'idle'
  }
  node.peers.wake(node.settings.seat, community.id)
  return 'advanced'
}

/** @returns false when no quorum agreed */
async function adjust(node: Node, community: ChainCommunity, batch: SettledBatch, due: Due): Promise<boolean> {
  const { book, number } = due
  const frame = {
    community: community.id,
    batch: batch.start,
    revision: batch.revision,
    batchRoot: batch.root,
    start: book.start,
    rules: batch.rules,
    number,
    knownAt: Math.max(node.now(), node.chain.time()),
  }
  const question: Question = { ...frame, totals: packTotals(book), membersRoot: book.membersRoot }
  const signatures = await collectSignatures({
    community: community.id,
    ask: (peer) => node.peers.askAdjustment(peer, question),
    data: adjustmentData(node.deployment, question),
    own: await signAdjustment(node, question),
    seat: node.settings.seat,
    seats: node.settings.peers.length,
    committee: node.chain.committee(),
    peers: node.peers,
    log: node.log,
  })
  if (!signatures) {
    node.log.warn('no-quorum', { community: community.id, start: book.start, adjustment: number })
    return false
  }
  const adjustment: Adjustment = {
    ...frame,
    chainId: node.deployment.chainId,
    periodSeconds: community.periodSeconds,
    book,
    signatures,
  }
  await node.api.writeAdjustment(community.id, JSON.stringify(formatAdjustment(adjustment)))
  node.log.info('adjusted', {
    community: community.id,
    start: book.start,
    revision: batch.revision,
    adjustment: number,
  })
  return true
}
