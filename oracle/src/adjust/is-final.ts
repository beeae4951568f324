import type { Node } from '../node.ts'
import type { SettledBatch } from '../watch/batches.ts'

/** Whether the contract takes no correction of a batch any more: past its window by our clock or the chain's. */
export async function isFinal(node: Pick<Node, 'now' | 'chain'>, batch: SettledBatch): Promise<boolean> {
  return Math.max(node.now(), node.chain.time()) > batch.settledAt + (await node.chain.correctionWindow())
}
