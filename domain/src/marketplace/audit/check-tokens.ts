import type { Hex } from '../../commitment/bytes.ts'
import type { LocatedEvent } from '../ledger/event.ts'
import { type MarketFinding, placeOfEvent } from './finding.ts'
import type { TokenTransfer } from './market-chain.ts'

export interface TokenFlow {
  readonly escrow: Hex
  readonly events: readonly LocatedEvent[]
  readonly transfers: readonly TokenTransfer[]
  /** What the escrow owes by its events. µEUR */
  readonly owed: bigint
  /** What the token says that it holds. µEUR */
  readonly held: bigint
}

const IN = new Set(['Deposited'])
const OUT = new Set(['Withdrawn', 'FeesWithdrawn'])

/**
 * Holds the tokens against the events, transaction by transaction: what was put down as deposited had arrived, what left was
 * withdrawn, and what the escrow holds is what it owes and what was sent to it without a deposit, which is nobody's.
 */
export function checkTokens({ escrow, events, transfers, owed, held }: TokenFlow): TokenVerdict {
  const book = openTokens(escrow)
  book.apply(events, transfers)
  return book.close({ owed, held })
}

export interface TokenVerdict {
  readonly unasked: bigint
  readonly findings: readonly MarketFinding[]
}
/** Tokens under way: takes events and transfers of whole blocks, and keeps only what does not fit. */
export interface TokenBook {
  readonly apply: (events: readonly LocatedEvent[], transfers: readonly TokenTransfer[]) => void
  readonly close: (sums: Pick<TokenFlow, 'owed' | 'held'>) => TokenVerdict
}

/** As `checkTokens`, some blocks after the other. */
export function openTokens(escrow: Hex): TokenBook {
  const findings: MarketFinding[] = []
  let unasked = 0n
  return {
    apply(events, transfers) {
      const flows = flowsOf(escrow, events, transfers)
      for (const [transaction, { arrived, left, deposited, withdrawn, block, event }] of flows) {
        const place = event === undefined ? { block: Number(block), transaction } : placeOfEvent(event)
        const party = event?.args.party ?? event?.args.provider
        const parties = party === undefined ? [] : [party as Hex]
        const say = (words: string) =>
          findings.push({ check: 'tokens', contract: 'Escrow', words, parties, ...place } satisfies MarketFinding)
        if (deposited > arrived) say(`${deposited} µEUR are put down as deposited, and ${arrived} arrived`)
        else unasked += arrived - deposited
        if (withdrawn !== left) say(`${withdrawn} µEUR are put down as withdrawn, and ${left} left`)
      }
    },
    close({ owed, held }) {
      const sum = (words: string) => findings.push({ check: 'tokens', contract: 'Escrow', words, parties: [] })
      if (held < owed) sum(`it owes ${owed} µEUR and holds ${held}`)
      else if (held !== owed + unasked)
        sum(`it owes ${owed} µEUR, ${unasked} were sent to it without a deposit, and it holds ${held}`)
      return { unasked, findings }
    },
  }
}

interface Flow {
  arrived: bigint
  left: bigint
  deposited: bigint
  withdrawn: bigint
  readonly block: bigint
  /** The last that speaks of it. */
  event?: LocatedEvent
}

function flowsOf(escrow: Hex, events: readonly LocatedEvent[], transfers: readonly TokenTransfer[]) {
  const flows = new Map<Hex, Flow>()
  const of = (transaction: Hex, block: bigint): Flow => {
    const flow = flows.get(transaction) ?? { arrived: 0n, left: 0n, deposited: 0n, withdrawn: 0n, block }
    flows.set(transaction, flow)
    return flow
  }
  for (const { from, to, amount, transaction, block } of transfers) {
    if (to === escrow) of(transaction, block).arrived += amount
    if (from === escrow) of(transaction, block).left += amount
  }
  for (const event of events) {
    if (!IN.has(event.name) && !OUT.has(event.name)) continue
    const flow = of(event.transaction, event.block)
    flow[IN.has(event.name) ? 'deposited' : 'withdrawn'] += event.args.amount as bigint
    flow.event = event
  }
  return flows
}
