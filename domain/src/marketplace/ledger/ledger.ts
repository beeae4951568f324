import { type EscrowBalances, type EscrowEvent, rebuildBalances } from '../../billing/rebuild.ts'
import type { Keccak256 } from '../../commitment/bytes.ts'
import type { ChainEvent } from './event.ts'
import { applyMoney, type MoneyStandings, noMoney } from './money.ts'
import { applyStanding, noStandings, type Standings } from './standing.ts'
import { checkTerms, noTerms } from './terms.ts'

/** Where everything of the market stands after its events, in the contracts' own terms. */
export interface MarketLedger extends Standings, MoneyStandings {
  readonly balances: EscrowBalances
  /** Every event that does not follow from those before it, in words; empty when all do. */
  readonly findings: readonly string[]
}

/**
 * Rebuilds the market from the events of its contracts alone, in the order of the chain: nothing is asked of a contract, so
 * that what comes out can be held against what each one says. Events of other contracts are passed over.
 * @throws TypeError when an event was not decoded by the contracts' ABI
 */
export function rebuildMarket(events: readonly ChainEvent[], keccak: Keccak256): MarketLedger {
  const [standings, money, terms] = [noStandings(), noMoney(), noTerms()]
  const findings = events.flatMap((event) => [
    ...checkTerms(terms, event, keccak),
    ...applyStanding(standings, event),
    ...applyMoney(money, event),
  ])
  const balances = rebuildBalances(events.flatMap(escrowEventOf))
  return { ...standings, ...money, balances, findings: [...findings, ...balances.findings] }
}

/** Events that move money; the others move none. */
const MOVING = new Set([
  ...['Deposited', 'Withdrawn', 'FeesWithdrawn', 'PaymentHeld', 'PaymentReleased', 'PaymentDecided', 'PaymentLapsed'],
  ...['PaymentRefunded', 'Reserved', 'VoucherClaimed', 'ReserveReclaimed'],
])
/** PaymentState.Held of IPayments.sol. */
const HELD = 1

/** An event as `rebuildBalances` takes it; none when it moves no money. */
export function escrowEventOf({ name, args }: ChainEvent): EscrowEvent[] {
  if (!MOVING.has(name)) return []
  return [{ ...args, name, ...(name === 'PaymentRefunded' ? { wasHeld: args.previous === HELD } : {}) } as never]
}
