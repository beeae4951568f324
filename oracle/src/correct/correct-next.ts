import type { Address } from 'viem'
import { adjustBatch } from '../adjust/adjust-batch.ts'
import { isFinal } from '../adjust/is-final.ts'
import type { EvidenceWriter } from '../evidence/write-evidence.ts'
import type { Node } from '../node.ts'
import { proposeBatch } from '../propose/propose-batch.ts'
import { isFallen, type SettledBatch } from '../watch/batches.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import type { Turns } from '../work/turns.ts'

/**
 * Looks at the oldest batch whose readings changed, or that fell. Computed again to the same root, there is nothing to
 * correct; otherwise the next revision is proposed, inside the correction window (a fallen batch at any time). After it, the
 * difference becomes an adjustment.
 */
export async function correctNext(
  node: Node,
  turns: Turns,
  writer: EvidenceWriter,
  id: Address,
): Promise<'advanced' | 'idle'> {
  const batch = node.batches.nextDirty(id)
  const community = node.chain.community(id)
  if (!batch || !community || node.outbox.holds(id)) return 'idle'
  if (!isFallen(batch)) {
    const again = await node.present(community, batch)
    if (again.complaints.some(({ code }) => code === 'ERR_ORACLE_MEMBER_UNKNOWN')) {
      // A salt key destroyed after the settlement is an erasure, not a correction.
      node.batches.setDirty(batch, false)
      node.log.warn('not-corrected', { community: id, start: batch.start, why: 'a salt key is gone' })
      return 'advanced'
    }
    if (await isFinal(node, batch)) return adjustBatch(node, turns, community, batch, again)
    if (again.root === batch.root) {
      node.evidence.confirm(batch, again.watermark)
      node.batches.setDirty(batch, false)
      return 'advanced'
    }
  }
  if (!(await turns.isMine(community))) return 'idle'
  return propose(node, writer, community, batch)
}

async function propose(node: Node, writer: EvidenceWriter, community: ChainCommunity, previous: SettledBatch) {
  const { start, periods, rules, revision } = previous
  const computed = await node.present(community, { start, periods, rules, revision: revision + 1 })
  const fate = await proposeBatch(node, community, computed, previous)
  if (fate?.status !== 'settled') return 'idle'
  await node.chain.sync()
  node.peers.wake(node.settings.seat, community.id)
  writer.settled(community, start)
  node.log.info('corrected', { community: community.id, start, revision: revision + 1 })
  // Marked still, so that the next look sees the new revision come to its own root, or a reading that came meanwhile.
  return 'advanced'
}
