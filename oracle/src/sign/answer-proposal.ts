import { formatInstant, ok, type Result, refuse } from '@opem/domain'
import { planBatch } from '../close-period/plan-batch.ts'
import type { BatchId, Computed } from '../close-period/recompute.ts'
import type { Node } from '../node.ts'
import { isFallen } from '../watch/batches.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import { differenceOf } from './differences.ts'
import { hashBatch, type Proposal } from './proposal.ts'
import { type Signature, signReport } from './sign-report.ts'

// A report that could be held back for longer than this is not one this node signs.
const LATEST_DEADLINE_SECONDS = 3_600

type Refusal = 'ERR_ORACLE_DISAGREES' | 'ERR_ORACLE_COMMUNITY_UNKNOWN' | 'ERR_ORACLE_DEADLINE'

/**
 * Another node's question, answered by doing the work again: from this node's own reading of the chain and the lake.
 * It refuses with `ERR_ORACLE_DISAGREES` and what differed. What it keeps of the lake may be older than what the
 * proposer saw, so before it refuses it reads once more.
 */
export async function answerProposal(node: Node, proposal: Proposal): Promise<Result<Signature, Refusal>> {
  const { report, previous } = proposal
  await node.chain.sync()
  const community = node.chain.community(report.community)
  if (!community) {
    return refuse(
      'ERR_ORACLE_COMMUNITY_UNKNOWN',
      `${report.community} is not a community of this factory at the latest block`,
    )
  }
  const time = Math.max(node.now(), node.chain.time())
  if (report.deadline < time || report.deadline > time + LATEST_DEADLINE_SECONDS) {
    return refuse('ERR_ORACLE_DEADLINE', `the deadline ${formatInstant(report.deadline)} is not within the next hour`)
  }
  const wrong = previous === null ? await planDiffers(node, community, report) : correctionDiffers(node, proposal)
  if (wrong) return refuse('ERR_ORACLE_DISAGREES', wrong)

  const batch: BatchId = report
  const computed = previous === null ? await agreed(node, community, proposal) : await node.present(community, batch)
  const difference = differs(community, proposal, computed)
  if (difference) return refuse('ERR_ORACLE_DISAGREES', difference)
  if (previous && !isFallen(previous)) {
    const again = await node.present(community, { ...batch, revision: previous.revision })
    if (again.root === previous.root)
      return refuse('ERR_ORACLE_DISAGREES', 'no balance differs: there is nothing to correct')
  }
  node.evidence.keep(community, computed)
  return ok(await signReport(node, report, computed.totals, community.sequence))
}

async function agreed(node: Node, community: ChainCommunity, proposal: Proposal): Promise<Computed> {
  const kept = await node.compute(community, proposal.report, false)
  return differs(community, proposal, kept) ? node.compute(community, proposal.report, true) : kept
}

const differs = (community: ChainCommunity, { report, totals }: Proposal, computed: Computed) =>
  differenceOf({ root: report.root, totals }, computed, (i) => report.start + i * community.periodSeconds)

async function planDiffers(
  node: Node,
  community: ChainCommunity,
  report: Proposal['report'],
): Promise<string | undefined> {
  if (report.revision !== 0) return `revision ${report.revision} of a batch needs the batch it supersedes`
  const plan = planBatch(await node.planInput(community))
  if (!('batch' in plan)) return `nothing of this community is to be settled: ${plan.status}`
  const { start, periods, rules, dueAt } = plan.batch
  if (plan.status === 'waiting') return `the batch is not due before ${formatInstant(dueAt)}`
  if (report.start !== start)
    return `the next period starts ${formatInstant(start)}, not ${formatInstant(report.start)}`
  if (report.periods !== periods) return `the batch has ${periods} periods, not ${report.periods}`
  if (report.rules !== rules) return `rule version ${rules} is in force, not ${report.rules}`
  return undefined
}

function correctionDiffers(node: Node, { report, previous }: Proposal): string | undefined {
  const current = node.batches.get(report.community, report.start)
  if (!current) return `no batch starts at ${formatInstant(report.start)}`
  if (hashBatch(current) !== hashBatch(previous!))
    return `the current revision of that batch is ${current.revision}, another than given`
  if (report.revision !== current.revision + 1)
    return `the next revision is ${current.revision + 1}, not ${report.revision}`
  if (report.periods !== current.periods || report.rules !== current.rules)
    return 'a correction keeps periods and rules'
  return undefined
}
