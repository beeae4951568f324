import { OpemError } from '../../errors/opem-error.ts'
import type { MarketContract } from '../ledger/event.ts'
import type { MarketLedger } from '../ledger/ledger.ts'
import { compareStandings } from './compare.ts'
import type { MarketCheck, MarketFinding } from './finding.ts'
import type { Work } from './lanes.ts'
import { type AskIndex, type IndexSums, readIndex, readIndexSums, SUMS } from './read-index.ts'

/** The index, when it is to be held against the chain as well. */
export interface MarketIndex {
  /** Waits a while for a block, and answers how far the index is. */
  readonly reach: (block: number) => Promise<number>
  readonly ask: AskIndex
}

/**
 * Holds the index's entities and sums against what the events make. One that is behind or silent is not compared; one that
 * answers in another shape is a finding.
 */
export async function checkIndex(
  index: MarketIndex,
  ledger: MarketLedger,
  block: number,
  { onProgress, signal }: Work,
): Promise<MarketCheck> {
  const of = { name: 'index', what: 'the index has the same entities and the same sums' } as const
  try {
    const reached = await index.reach(block)
    if (reached < block) return { ...of, skipped: `it is at block ${reached}`, findings: [] }
    const told = await readIndex(index.ask, block, onProgress)
    const sums = compareSums(ledger, await readIndexSums(index.ask, block))
    return { ...of, findings: [...compareStandings(ledger, told, { check: 'index', teller: 'the index' }), ...sums] }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof OpemError && error.code === 'ERR_INDEX_SHAPE') {
      const contract = error.details.contract as MarketContract
      return { ...of, findings: [{ check: 'index', contract, parties: [], words: error.shortMessage }] }
    }
    const words = error instanceof OpemError ? error.shortMessage : error instanceof Error ? error.message : `${error}`
    return { ...of, skipped: words, findings: [] }
  }
}

function compareSums({ balances }: MarketLedger, told: IndexSums): MarketFinding[] {
  const sum = (of: Iterable<bigint>) => [...of].reduce((a, b) => a + b, 0n)
  const { held, reserved, total } = balances
  const ours = { due: sum(balances.fees.values()), available: sum(balances.available.values()), held, reserved, total }
  return SUMS.filter((name) => ours[name] !== told[name]).map((name) => ({
    ...{ check: 'index', contract: 'Escrow', parties: [] },
    words: `the sum ${name}: ${ours[name]} µEUR by the events, ${told[name]} µEUR by the index`,
  }))
}
