import type { Computed } from '../close-period/recompute.ts'
import type { Node } from '../node.ts'
import type { Report } from '../sign/proposal.ts'
import { reportData, signReport } from '../sign/sign-report.ts'
import type { Fate } from '../submit/submit.ts'
import type { SettledBatch } from '../watch/batches.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import { collectSignatures } from './collect-signatures.ts'
import { encodeReport } from './encode-report.ts'

// Long enough for a chain that is away for a while, short enough that an old report is soon worthless.
const DEADLINE_SECONDS = 600

/**
 * Carries a computed batch to the chain: asks the others to sign, writes the transaction down, sends it, waits for it.
 * @returns undefined when no quorum agreed
 */
export async function proposeBatch(
  node: Node,
  community: ChainCommunity,
  computed: Computed,
  previous: SettledBatch | null,
): Promise<Fate | undefined> {
  const { batch, totals, root } = computed
  const report: Report = {
    community: community.id,
    start: batch.start,
    periods: batch.periods,
    revision: batch.revision,
    rules: batch.rules,
    root,
    deadline: Math.max(node.now(), node.chain.time()) + DEADLINE_SECONDS,
  }
  const signatures = await collectSignatures({
    community: community.id,
    ask: (peer) => node.peers.ask(peer, { report, totals, previous }),
    data: reportData(node.deployment, report, totals, community.sequence),
    own: await signReport(node, report, totals, community.sequence),
    seat: node.settings.seat,
    seats: node.settings.peers.length,
    committee: node.chain.committee(),
    peers: node.peers,
    log: node.log,
  })
  if (!signatures) {
    node.log.warn('no-quorum', { community: community.id, start: batch.start, revision: batch.revision })
    return undefined
  }
  node.evidence.keep(community, computed)
  return node.submitter.submit({
    kind: previous ? 'correct' : 'settle',
    community: community.id,
    sequence: community.sequence,
    deadline: report.deadline,
    to: node.deployment.settlement,
    data: encodeReport(report, totals, signatures, previous),
  })
}
