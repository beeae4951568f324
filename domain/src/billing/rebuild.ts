import type { Hex } from '../commitment/bytes.ts'

/** An event of the escrow (contracts/billing), as the chain told it, with addresses in lower case. µEUR */
export type EscrowEvent =
  | { readonly name: 'Deposited' | 'Withdrawn'; readonly party: Hex; readonly amount: bigint; readonly balance: bigint }
  | { readonly name: 'FeesWithdrawn'; readonly provider: Hex; readonly amount: bigint }
  | {
      readonly name: 'PaymentHeld'
      readonly payment: Hex
      readonly consumer: Hex
      readonly provider: Hex
      readonly amount: bigint
    }
  | { readonly name: 'PaymentReleased'; readonly payment: Hex; readonly toProvider: bigint; readonly fee: bigint }
  | {
      readonly name: 'PaymentDecided'
      readonly payment: Hex
      readonly refund: bigint
      readonly toProvider: bigint
      readonly fee: bigint
    }
  | { readonly name: 'PaymentLapsed'; readonly payment: Hex; readonly refund: bigint }
  | { readonly name: 'PaymentRefunded'; readonly payment: Hex; readonly amount: bigint; readonly wasHeld: boolean }
  | {
      readonly name: 'Reserved'
      readonly agreement: Hex
      readonly consumer: Hex
      readonly provider: Hex
      readonly amount: bigint
    }
  | { readonly name: 'VoucherClaimed'; readonly agreement: Hex; readonly toProvider: bigint; readonly fee: bigint }
  | { readonly name: 'ReserveReclaimed'; readonly agreement: Hex; readonly amount: bigint }

/** Everything the escrow owes, and what it must hold for it. */
export interface EscrowBalances {
  readonly available: ReadonlyMap<Hex, bigint>
  readonly fees: ReadonlyMap<Hex, bigint>
  /** In held and disputed payments. */
  readonly held: bigint
  /** Set aside and not claimed. */
  readonly reserved: bigint
  /** What the contract must hold of the token. */
  readonly total: bigint
  /** What does not add up, in words; empty when all does. */
  readonly findings: readonly string[]
}

interface Sides {
  readonly consumer: Hex
  readonly provider: Hex
  left: bigint
}

/** Balances under way: what `applyBalance` changes. */
export interface BalanceBook {
  readonly available: Map<Hex, bigint>
  readonly fees: Map<Hex, bigint>
  readonly payments: Map<Hex, Sides>
  readonly reserves: Map<Hex, Sides>
}

export const noBalances = (): BalanceBook => ({
  ...{ available: new Map(), fees: new Map(), payments: new Map(), reserves: new Map() },
})

/**
 * Rebuilds every balance of the escrow from its events alone, in their order. Nothing is asked of the contract: what comes out
 * is held against what it says. Never throws: an event that fits nothing before it is a finding.
 */
export function rebuildBalances(events: Iterable<EscrowEvent>): EscrowBalances {
  const book = noBalances()
  const findings: string[] = []
  for (const event of events) findings.push(...applyBalance(book, event))
  return { ...balancesOf(book), findings }
}

/** What is in the purses, and the sums beside them. */
export function balancesOf({ available, fees, payments, reserves }: BalanceBook): Omit<EscrowBalances, 'findings'> {
  const sum = (of: Iterable<bigint>): bigint => [...of].reduce((a, b) => a + b, 0n)
  const left = (of: ReadonlyMap<Hex, Sides>) => sum([...of.values()].map((it) => it.left))
  const [held, reserved] = [left(payments), left(reserves)]
  return { available, fees, held, reserved, total: sum(available.values()) + sum(fees.values()) + held + reserved }
}

/** Lets one event change the balances. Answers what does not add up, in words. */
export function applyBalance({ available, fees, payments, reserves }: BalanceBook, event: EscrowEvent): string[] {
  const findings: string[] = []
  const add = (to: Map<Hex, bigint>, party: Hex, amount: bigint) => {
    const now = (to.get(party) ?? 0n) + amount
    to.set(party, now)
    if (now < 0n) findings.push(`the purse of ${party} falls to ${now} µEUR`)
  }
  const sides = (of: Map<Hex, Sides>, id: Hex, name: string): Sides | undefined => {
    const known = of.get(id)
    if (known === undefined) findings.push(`${name} of ${id}, of which nothing was said before`)
    return known
  }
  const spend = (known: Sides, id: Hex, amount: bigint) => {
    known.left -= amount
    if (known.left < 0n) findings.push(`${id} gives ${-known.left} µEUR more than it held`)
  }
  const earn = (known: Sides, toProvider: bigint, fee: bigint) => {
    add(available, known.provider, toProvider)
    add(fees, known.provider, fee)
  }
  switch (event.name) {
    case 'Deposited':
    case 'Withdrawn': {
      add(available, event.party, event.name === 'Deposited' ? event.amount : -event.amount)
      const now = available.get(event.party)
      if (now !== event.balance)
        findings.push(`after ${event.name} the purse of ${event.party} is ${now} µEUR; the event says ${event.balance}`)
      break
    }
    case 'FeesWithdrawn':
      add(fees, event.provider, -event.amount)
      break
    case 'PaymentHeld':
      add(available, event.consumer, -event.amount)
      // Known from now on, so that a payment that was kept back is missed.
      add(available, event.provider, 0n)
      payments.set(event.payment, { consumer: event.consumer, provider: event.provider, left: event.amount })
      break
    case 'PaymentReleased': {
      const known = sides(payments, event.payment, event.name)
      if (known === undefined) break
      spend(known, event.payment, event.toProvider + event.fee)
      earn(known, event.toProvider, event.fee)
      break
    }
    case 'PaymentDecided': {
      const known = sides(payments, event.payment, event.name)
      if (known === undefined) break
      spend(known, event.payment, event.refund + event.toProvider + event.fee)
      add(available, known.consumer, event.refund)
      earn(known, event.toProvider, event.fee)
      break
    }
    case 'PaymentLapsed': {
      const known = sides(payments, event.payment, event.name)
      if (known === undefined) break
      spend(known, event.payment, event.refund)
      add(available, known.consumer, event.refund)
      break
    }
    case 'PaymentRefunded': {
      const known = sides(payments, event.payment, event.name)
      if (known === undefined) break
      if (event.wasHeld) spend(known, event.payment, event.amount)
      else add(available, known.provider, -event.amount)
      add(available, known.consumer, event.amount)
      break
    }
    case 'Reserved': {
      add(available, event.consumer, -event.amount)
      add(available, event.provider, 0n)
      const known = reserves.get(event.agreement)
      const left = (known?.left ?? 0n) + event.amount
      reserves.set(event.agreement, { consumer: event.consumer, provider: event.provider, left })
      break
    }
    case 'VoucherClaimed': {
      const known = sides(reserves, event.agreement, event.name)
      if (known === undefined) break
      spend(known, event.agreement, event.toProvider + event.fee)
      earn(known, event.toProvider, event.fee)
      break
    }
    case 'ReserveReclaimed': {
      const known = sides(reserves, event.agreement, event.name)
      if (known === undefined) break
      spend(known, event.agreement, event.amount)
      add(available, known.consumer, event.amount)
      break
    }
    default:
      event satisfies never
  }
  return findings
}
