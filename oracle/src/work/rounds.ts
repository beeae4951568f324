import { OpemError } from '@opem/domain'
import type { Address } from 'viem'
import { openBond } from '../bond/post-bond.ts'
import { correctNext } from '../correct/correct-next.ts'
import { openEvidenceWriter } from '../evidence/write-evidence.ts'
import type { Node } from '../node.ts'
import { shortly } from '../submit/submit.ts'
import { settleNext } from './settle-next.ts'
import { openTurns } from './turns.ts'

/**
 * A node's work: one round after another for the chain as a whole, and beside it one for every community, so that a
 * community whose data is in trouble holds up nobody else. A round that moved something is followed at once by the next.
 */
export function openRounds(node: Node, signal: AbortSignal) {
  const bells = new Map<string, () => void>()
  const loops = new Set<Promise<void>>()
  const known = new Set<Address>()
  const turns = openTurns(node)
  const writer = openEvidenceWriter(node)
  const postBond = openBond(node)

  async function repeat(name: string, round: () => Promise<'advanced' | 'idle'>) {
    let rung = false
    let wakeUp: (() => void) | undefined
    bells.set(name, () => {
      rung = true
      wakeUp?.()
    })
    const onAbort = () => wakeUp?.()
    signal.addEventListener('abort', onAbort)
    while (!signal.aborted) {
      rung = false
      const outcome = await round().catch((error: unknown) => {
        const code = error instanceof OpemError ? error.code : 'ERR_ORACLE_ROUND'
        if (!signal.aborted) node.log.warn('round-failed', { community: name, code, why: shortly(error) })
        return 'idle' as const
      })
      if (outcome === 'advanced' || rung || signal.aborted) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, node.settings.pollMs)
        wakeUp = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wakeUp = undefined
    }
    signal.removeEventListener('abort', onAbort)
  }

  const run = (name: string, round: () => Promise<'advanced' | 'idle'>) => {
    const loop = repeat(name, round).finally(() => loops.delete(loop))
    loops.add(loop)
  }

  async function chainRound(): Promise<'idle'> {
    await node.chain.sync()
    await postBond()
    for (const { id } of node.chain.communities()) {
      if (known.has(id)) continue
      known.add(id)
      run(id, () => communityRound(id))
    }
    return 'idle'
  }

  async function communityRound(id: Address): Promise<'advanced' | 'idle'> {
    const settling = await settleNext(node, turns, writer, id).catch((error: unknown) => {
      // A batch that cannot be computed must not keep older ones from being corrected.
      const code = error instanceof OpemError ? error.code : 'ERR_ORACLE_ROUND'
      node.log.warn('settling-failed', { community: id, code, why: shortly(error) })
      return 'stuck' as const
    })
    if (settling === 'advanced') return 'advanced'
    const community = node.chain.community(id)
    // While settling is under way, corrections would only contend for the same nonce.
    if (!community || settling === 'idle') return 'idle'
    await node.changes.poll(id)
    node.changes.weigh(id, community.next)
    if (settling === 'resting' && !node.batches.nextDirty(id)) turns.rest(id)
    const correcting = await correctNext(node, turns, writer, id)
    if (correcting === 'advanced') return 'advanced'
    return (await writer.look(community)) ? 'advanced' : 'idle'
  }

  return {
    start() {
      void node.submitter.resume().catch(() => undefined)
      run('chain', chainRound)
    },
    /** Something happened: look now. */
    wake(community: string | undefined) {
      bells.get('chain')?.()
      if (community) bells.get(community.toLowerCase())?.()
    },
    async ended() {
      while (loops.size > 0) await Promise.allSettled(loops)
      await writer.idle()
    },
  }
}
