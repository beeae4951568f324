import { applyBalance, balancesOf, type EscrowBalances, type EscrowEvent, noBalances } from '../../billing/rebuild.ts'
import type { Hex, Keccak256 } from '../../commitment/bytes.ts'
import type { Agreement } from '../agreement.ts'
import { type EventPlace, type MarketFinding, placeOfEvent } from '../audit/finding.ts'
import type { ChainEvent, LocatedEvent } from './event.ts'
import { applyMoney, type MoneyStandings, noMoney } from './money.ts'
import { aboutOf, partiesOf } from './parties.ts'
import { applyStanding, noStandings, type Standings } from './standing.ts'
import { checkTerms, noTerms } from './terms.ts'

/** Where everything of the market stands after its events, in the contracts' own terms. */
export interface MarketLedger extends Standings, MoneyStandings {
  readonly balances: Omit<EscrowBalances, 'findings'>
  /** What was agreed upon, by the agreement's id. */
  readonly terms: ReadonlyMap<Hex, Agreement>
  /** What was in each purse before the range's first block. µEUR */
  readonly opening: ReadonlyMap<Hex, bigint>
  /** The last event about each thing by its id, and about each purse by its party. */
  readonly touched: ReadonlyMap<Hex, EventPlace>
  /** Every event that does not follow from those before it; empty when all do. */
  readonly findings: readonly MarketFinding[]
}

/**
 * Rebuilds the market from the events of its contracts alone, in the order of the chain: nothing is asked of a contract, so
 * that what comes out can be held against what each one says. Events of other contracts are passed over.
 * @param first block from which on purses are told from what was in them before
 * @throws TypeError when an event was not decoded by the contracts' ABI
 */
export function rebuildMarket(events: Iterable<LocatedEvent>, keccak: Keccak256, first = 0n): MarketLedger {
  const book = openLedger(keccak, first)
  for (const event of events) book.apply(event)
  return book.close()
}

/** A ledger under way: takes events in the order of the chain and keeps none of them, so that a long chain needs no more room. */
export interface LedgerBook {
  readonly apply: (event: LocatedEvent) => void
  readonly close: () => MarketLedger
}

/** As `rebuildMarket`, event by event. */
export function openLedger(keccak: Keccak256, first = 0n): LedgerBook {
  const [standings, money, agreed, book] = [noStandings(), noMoney(), noTerms(), noBalances()]
  const known = { ...standings, ...money, terms: agreed.agreements }
  const findings: MarketFinding[] = []
  const touched = new Map<Hex, EventPlace>()
  let opening: ReadonlyMap<Hex, bigint> | undefined
  return {
    apply(event) {
      if (event.block >= first) opening ??= new Map(book.available)
      const words = [
        ...checkTerms(agreed, event, keccak),
        ...applyStanding(standings, event),
        ...applyMoney(money, event),
        ...escrowEventOf(event).flatMap((moved) => applyBalance(book, moved)),
      ]
      const parties = partiesOf(known, event)
      const place = placeOfEvent(event)
      findings.push(...words.map((said) => ({ check: 'events' as const, words: said, parties, ...place })))
      for (const id of [...aboutOf(event), ...(MOVING.has(event.name) ? parties : [])]) touched.set(id, place)
    },
    close: () => ({
      ...{ ...standings, ...money, balances: balancesOf(book), terms: agreed.agreements },
      ...{ opening: opening ?? new Map(book.available), touched, findings },
    }),
  }
}

/** Events that move money; the others move none. */
const MOVING = new Set([
  ...['Deposited', 'Withdrawn', 'FeesWithdrawn', 'PaymentHeld', 'PaymentReleased', 'PaymentDecided', 'PaymentLapsed'],
  ...['PaymentRefunded', 'Reserved', 'VoucherClaimed', 'ReserveReclaimed'],
])
/** PaymentState.Held of IPayments.sol. */
const HELD = 1

/** An event as `applyBalance` takes it; none when it moves no money. */
export function escrowEventOf({ name, args }: ChainEvent): EscrowEvent[] {
  if (!MOVING.has(name)) return []
  return [{ ...args, name, ...(name === 'PaymentRefunded' ? { wasHeld: args.previous === HELD } : {}) } as never]
}
