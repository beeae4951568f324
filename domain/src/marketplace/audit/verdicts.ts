import type { Hex } from '../../commitment/bytes.ts'
import { MARKET_CONTRACTS, type MarketContract } from '../ledger/event.ts'
import type { MarketLedger } from '../ledger/ledger.ts'
import type { MarketFinding } from './finding.ts'
import { KEPT_BY, type MarketStanding, marketStandingOf } from './standing.ts'

/** What the audit says of one contract. */
export interface ContractVerdict {
  readonly contract: MarketContract
  /** Events in the range. */
  readonly events: number
  /** Things whose state was rebuilt and compared: listings, agreements, payments, purses, … */
  readonly compared: number
  readonly findings: number
}

/** What the audit says of one party: what was rebuilt of its money, and how much it has agreed upon. µEUR */
export interface PartyVerdict {
  readonly party: Hex
  /** In its purse before the range, and at its end. */
  readonly opening: bigint
  readonly available: bigint
  /** Its own money in held and disputed payments, and set aside for use. */
  readonly held: bigint
  readonly reserved: bigint
  /** Fees beside its purse that the treasury has not had yet. */
  readonly fees: bigint
  readonly listings: number
  readonly agreements: number
  readonly findings: number
}

/** @param events how many there are in the range, by contract */
export function contractVerdicts(
  ledger: MarketLedger,
  events: ReadonlyMap<MarketContract, number>,
  findings: readonly MarketFinding[],
): ContractVerdict[] {
  const standing = marketStandingOf(ledger)
  const kept = Object.keys(standing) as (keyof MarketStanding)[]
  return MARKET_CONTRACTS.map((contract) => ({
    contract,
    events: events.get(contract) ?? 0,
    compared: kept.reduce((sum, what) => sum + (KEPT_BY[what] === contract ? standing[what].size : 0), 0),
    findings: findings.filter((one) => one.contract === contract).length,
  }))
}

/** PaymentState.Held and Disputed of IPayments.sol. */
const OPEN = new Set([1, 2])

/** Everybody whom an event or a finding names, with most money first. */
export function partyVerdicts(ledger: MarketLedger, findings: readonly MarketFinding[]): PartyVerdict[] {
  const { balances, opening, payments, reserves, terms, listings } = ledger
  const parties = new Map<Hex, { -readonly [key in keyof PartyVerdict]: PartyVerdict[key] }>()
  const of = (party: Hex) => {
    const known = parties.get(party)
    if (known !== undefined) return known
    const [before, available] = [opening.get(party) ?? 0n, balances.available.get(party) ?? 0n]
    const money = { opening: before, available, held: 0n, reserved: 0n, fees: balances.fees.get(party) ?? 0n }
    const fresh = { party, ...money, listings: 0, agreements: 0, findings: 0 }
    parties.set(party, fresh)
    return fresh
  }
  for (const party of [...balances.available.keys(), ...balances.fees.keys()]) of(party)
  for (const { consumer, amount, state } of payments.values()) if (OPEN.has(state)) of(consumer).held += amount
  for (const { consumer, funded, claimed } of reserves.values()) of(consumer).reserved += funded - claimed
  for (const { provider } of listings.values()) of(provider).listings += 1
  for (const { consumer, provider } of terms.values())
    for (const party of new Set([consumer, provider])) of(party).agreements += 1
  for (const { user } of [...ledger.requests.values(), ...ledger.compositions.values()]) of(user)
  for (const { provider } of ledger.proposals.values()) of(provider)
  for (const finding of findings) for (const party of finding.parties) of(party).findings += 1
  const owned = (it: PartyVerdict) => it.available + it.held + it.reserved
  return [...parties.values()].sort((a, b) =>
    owned(a) === owned(b) ? (a.party < b.party ? -1 : 1) : owned(a) < owned(b) ? 1 : -1,
  )
}
