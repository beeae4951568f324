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
export function checkTokens({ escrow, events, transfers, owed, held }: TokenFlow): {
  readonly unasked: bigint
  readonly findings: readonly MarketFinding[]
} {
  const flows = new Map<Hex, { arrived: bigint; left: bigint; deposited: bigint; withdrawn: bigint; block: bigint }>()
  const of = (transaction: Hex, block: bigint) => {
    const flow = flows.get(transaction) ?? { arrived: 0n, left: 0n, deposited: 0n, withdrawn: 0n, block }
    flows.set(transaction, flow)
    return flow
  }
  for (const { from, to, amount, transaction, block } of transfers) {
    if (to === escrow) of(transaction, block).arrived += amount
    if (from === escrow) of(transaction, block).left += amount
  }
  const last = new Map<Hex, LocatedEvent>()
  for (const event of events) {
    const amount = event.args.amount as bigint
    if (IN.has(event.name)) of(event.transaction, event.block).deposited += amount
    else if (OUT.has(event.name)) of(event.transaction, event.block).withdrawn += amount
    else continue
    last.set(event.transaction, event)
  }
  const findings: MarketFinding[] = []
  let unasked = 0n
  for (const [transaction, { arrived, left, deposited, withdrawn, block }] of flows) {
    const event = last.get(transaction)
    const place = event === undefined ? { block: Number(block), transaction } : placeOfEvent(event)
    const party = event?.args.party ?? event?.args.provider
    const parties = party === undefined ? [] : [party as Hex]
    const say = (words: string) =>
      findings.push({ check: 'tokens', contract: 'Escrow', words, parties, ...place } satisfies MarketFinding)
    if (deposited > arrived) say(`${deposited} µEUR are put down as deposited, and ${arrived} arrived`)
    else unasked += arrived - deposited
    if (withdrawn !== left) say(`${withdrawn} µEUR are put down as withdrawn, and ${left} left`)
  }
  const sum = (words: string) => findings.push({ check: 'tokens', contract: 'Escrow', words, parties: [] })
  if (held < owed) sum(`it owes ${owed} µEUR and holds ${held}`)
  else if (held !== owed + unasked)
    sum(`it owes ${owed} µEUR, ${unasked} were sent to it without a deposit, and it holds ${held}`)
  return { unasked, findings }
}
