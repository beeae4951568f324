import type { Address } from 'viem'
import { type PlannedBatch, planBatch } from '../close-period/plan-batch.ts'
import type { EvidenceWriter } from '../evidence/write-evidence.ts'
import type { Node } from '../node.ts'
import { proposeBatch } from '../propose/propose-batch.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import type { Turns } from './turns.ts'

/** `resting`: nothing is due. `stuck`: due for longer than every node's turn. */
export type Progress = 'advanced' | 'idle' | 'resting' | 'stuck'

/** Settles the next batch of a community when one is due and it is this node's turn. */
export async function settleNext(node: Node, turns: Turns, writer: EvidenceWriter, id: Address): Promise<Progress> {
  await node.chain.sync()
  const community = node.chain.community(id)
  if (!community || node.outbox.holds(id)) return 'idle'
  const plan = planBatch(await node.planInput(community))
  if (plan.status === 'unruled' || plan.status === 'empty')
    node.log.warn('not-settled', { community: id, why: plan.status })
  if (plan.status !== 'due') return 'resting'
  if (!(await turns.isMine(community))) return turns.areOver(community) ? 'stuck' : 'idle'

  const computed = await complete(node, turns, community, plan.batch)
  if (!computed) return 'idle'
  const fate = await proposeBatch(node, community, computed, null)
  if (fate?.status !== 'settled') {
    // Whoever disagrees may have read the lake later than this node did.
    node.readings.forget(id, 5)
    return turns.areOver(community) ? 'stuck' : 'idle'
  }
  await node.chain.sync()
  node.peers.wake(node.settings.seat, id)
  writer.settled(community, plan.batch.start)
  const { start, periods, rules } = plan.batch
  node.log.info('settled', { community: id, start, periods, rules, substituted: computed.substituted.length })
  return 'advanced'
}

/**
 * The batch computed. Where the API does not (yet) open every metering point of the chain, for instance moments after
 * somebody joined, it is read again until the grace has passed; then the unopened ones are substituted.
 */
async function complete(node: Node, turns: Turns, community: ChainCommunity, planned: PlannedBatch) {
  const computed = await node.compute(community, { ...planned, revision: 0 }, false)
  const unopened = computed.complaints.filter(({ code }) => code !== 'ERR_ORACLE_METER_UNASSIGNED')
  if (unopened.length === 0 || turns.waited(community.members) >= node.settings.graceSeconds) return computed
  node.readings.forget(community.id, 1)
  return undefined
}
