import type { ActorEvent, LocatedEvent } from '../ledger/event.ts'
import type { Work } from './lanes.ts'
import type { MarketChain, TokenTransfer } from './market-chain.ts'

/** Everything of some blocks. */
export interface Blocks {
  readonly events: readonly LocatedEvent[]
  readonly actors: readonly ActorEvent[]
  readonly transfers: readonly TokenTransfer[]
}

/** Blocks in the first question, and in the longest; events that an answer is to have. */
const FIRST = 500n
const LONGEST = 5000n
const EVENTS = 1000n
/** Questions under way at once. */
const AT_ONCE = 4

/**
 * Reads blocks from the first to the last, both included, a few questions ahead, in the order of the chain. Asks for as many
 * blocks at once as have some hundreds of events, and for half of them when an answer is too much for the node or for us. Ends
 * with the signal's reason when it is aborted.
 */
export async function* readBlocks(
  chain: MarketChain,
  from: bigint,
  to: bigint,
  { onProgress, signal }: Work,
): AsyncGenerator<Blocks> {
  const all = to < from ? 0 : Number(to - from) + 1
  const underWay: { readonly begin: bigint; readonly end: bigint; readonly blocks: Promise<Blocks> }[] = []
  let [next, length] = [from, FIRST]
  while (next <= to || underWay.length > 0) {
    while (next <= to && underWay.length < AT_ONCE) {
      const end = next + length - 1n < to ? next + length - 1n : to
      const blocks = readPart(chain, next, end)
      // It is awaited in its turn; until then nobody minds that it failed.
      blocks.catch(() => {})
      underWay.push({ begin: next, end, blocks })
      next = end + 1n
    }
    signal?.throwIfAborted()
    const { begin, end, blocks } = underWay.shift()!
    const read = await blocks
    const found = read.events.length + read.actors.length
    length = nextLength(begin, end, found)
    yield read
    onProgress?.(Number(end - from) + 1, all)
  }
}

/** At most twice as many as before, and no more than so many events fit into. */
function nextLength(begin: bigint, end: bigint, found: number): bigint {
  const blocks = end - begin + 1n
  const fitting = found === 0 ? LONGEST : (blocks * EVENTS) / BigInt(found)
  const wished = [fitting, 2n * blocks, LONGEST].reduce((a, b) => (a < b ? a : b))
  return wished < 1n ? 1n : wished
}

async function readPart(chain: MarketChain, from: bigint, to: bigint): Promise<Blocks> {
  try {
    const [events, actors, transfers] = await Promise.all([
      chain.eventsIn(from, to),
      chain.actorsIn(from, to),
      chain.transfersIn(from, to),
    ])
    return { events, actors, transfers }
  } catch (cause) {
    if (from === to || !chain.isTooMuch?.(cause)) throw cause
    const middle = (from + to) / 2n
    const [before, after] = [await readPart(chain, from, middle), await readPart(chain, middle + 1n, to)]
    return {
      events: [...before.events, ...after.events],
      actors: [...before.actors, ...after.actors],
      transfers: [...before.transfers, ...after.transfers],
    }
  }
}
