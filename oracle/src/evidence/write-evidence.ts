import type { Node } from '../node.ts'
import { shortly } from '../submit/submit.ts'
import type { SettledBatch } from '../watch/batches.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import { format } from './evidence.ts'

// The node that settled writes at once; the others look after this time whether it did.
const OTHERS_LOOK_AFTER_MS = 5_000
const BATCHES_PER_LOOK = 12
const AT_ONCE = 3

/**
 * Sees to it that the lake has the evidence of every batch on chain. Every node does, so that no single one is needed:
 * who settled writes at once, the others look and write what is missing, also after a kill.
 */
export function openEvidenceWriter(node: Node) {
  const firstSeen = new Map<string, number>()
  const own: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()

  async function write(community: ChainCommunity, batch: SettledBatch): Promise<void> {
    const kept = node.evidence.read(batch) ?? (await again(community, batch))
    if (kept === undefined) return
    await node.api.writeTrading(community.id, kept)
    paid(batch)
  }

  /** For a batch this node had no part in: computed again, and worth writing only if it comes to the root on chain. */
  async function again(community: ChainCommunity, batch: SettledBatch): Promise<string | undefined> {
    const computed = await node.present(community, batch)
    if (computed.root === batch.root) return format(node.deployment.chainId, community, computed)
    node.log.warn('evidence-lost', {
      community: community.id,
      start: batch.start,
      revision: batch.revision,
      root: batch.root,
    })
    return undefined
  }

  const paid = (batch: SettledBatch) => {
    node.batches.paid(batch)
    node.evidence.release(batch)
    firstSeen.delete(batch.root)
  }

  function pump() {
    while (own.length > 0 && running.size < AT_ONCE) {
      const job = own.shift()!().finally(() => {
        running.delete(job)
        pump()
      })
      running.add(job)
    }
  }

  return {
    /** Writes the evidence of a batch this node has just settled, while it goes on with the next. */
    settled(community: ChainCommunity, start: number) {
      own.push(async () => {
        const batch = node.batches.get(community.id, start)
        if (!batch) return
        await write(community, batch).catch((error: unknown) =>
          node.log.warn('evidence-waits', { community: community.id, why: shortly(error) }),
        )
      })
      pump()
    },
    /** Looks whether the lake has what the chain has; writes what it lacks. */
    async look(community: ChainCommunity) {
      const now = Date.now()
      const owed = node.batches.owed(community.id, BATCHES_PER_LOOK).filter(({ root }) => {
        if (!firstSeen.has(root)) firstSeen.set(root, now)
        return now - firstSeen.get(root)! >= OTHERS_LOOK_AFTER_MS
      })
      const [first, last] = [owed[0], owed.at(-1)]
      if (!first || !last) return
      const there = await node.api.trading(community.id, first.start, last.end)
      for (const batch of owed) {
        if (there.some((t) => t.start === batch.start && t.revision === batch.revision && t.root === batch.root))
          paid(batch)
        else await write(community, batch)
      }
    },
    /** Resolves when what was begun is written. */
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}

export type EvidenceWriter = ReturnType<typeof openEvidenceWriter>
