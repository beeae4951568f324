import type { Node } from '../node.ts'
import { shortly } from '../submit/submit.ts'
import type { SettledBatch } from '../watch/batches.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import { format } from './evidence.ts'

// The node that settled writes at once; the others look after this time whether it did.
const OTHERS_LOOK_AFTER_MS = 5_000
// A batch that cannot be computed again (its readings changed, its salt key is destroyed) is tried again, but lets others by.
const TRIED_AGAIN_AFTER_MS = 60_000
const BATCHES_OWED = 5_000
const BATCHES_PER_LOOK = 240
const AT_ONCE = 3

/**
 * Sees to it that the lake has the evidence of every batch on chain. Every node does, so that no single one is needed:
 * who settled writes at once, the others look and write what is missing, also after a kill.
 */
export function openEvidenceWriter(node: Node) {
  const dueAt = new Map<string, number>()
  const own: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()

  async function write(community: ChainCommunity, batch: SettledBatch): Promise<void> {
    const kept = node.evidence.read(batch) ?? (await again(community, batch))
    if (kept === undefined) {
      dueAt.set(batch.root, Date.now() + TRIED_AGAIN_AFTER_MS)
      return
    }
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
    dueAt.delete(batch.root)
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
    /** Looks whether the lake has what the chain has; writes what it lacks. True when more may be due at once. */
    async look(community: ChainCommunity): Promise<boolean> {
      const now = Date.now()
      const due = node.batches.owed(community.id, BATCHES_OWED).filter(({ root }) => {
        if (!dueAt.has(root)) dueAt.set(root, now + OTHERS_LOOK_AFTER_MS)
        return now >= dueAt.get(root)!
      })
      const looked = due.slice(0, BATCHES_PER_LOOK)
      const [first, last] = [looked[0], looked.at(-1)]
      if (!first || !last) return false
      const there = new Set(
        (await node.api.trading(community.id, first.start, last.end)).map(
          ({ start, revision, root }) => `${start} ${revision} ${root}`,
        ),
      )
      for (const batch of looked) {
        if (there.has(`${batch.start} ${batch.revision} ${batch.root}`)) paid(batch)
        else await write(community, batch)
      }
      return due.length > looked.length
    },
    /** Resolves when what was begun is written. */
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}

export type EvidenceWriter = ReturnType<typeof openEvidenceWriter>
