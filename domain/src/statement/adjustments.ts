import type { AdjustedPeriod } from '../adjustment/adjusted-periods.ts'
import { type MemberMoney, moneyAt } from '../pricing/member-money.ts'
import { periodPrices } from '../pricing/period-prices.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { rulesInForce } from '../rules/rules-in-force.ts'
import type { SettledMember } from '../settlement/settle-period.ts'
import { NanoEur } from '../units/units.ts'
import { billed, emptyAccount, type StatementEnergy, type StatementMoney } from './ledger.ts'

/** Differences of energy, Wh, signed: the only energies with a sign, for a correction goes either way. */
export type EnergyDifference = { readonly [K in keyof StatementEnergy]: bigint }

/** What one adjustment changes for a member: after − before. */
export interface AdjustmentLine {
  /** Start of the adjusted period, which may lie in any earlier month. */
  readonly start: number
  readonly number: number
  readonly revision: number
  readonly knownAt: number
  readonly energy: EnergyDifference
  /** Nano-EUR, exact, signed, at the prices of the period. */
  readonly exact: MemberMoney
}

/** A statement's section of adjustments, rounded by itself: debits up, credits down, once per amount. */
export interface StatementAdjustments {
  readonly lines: readonly AdjustmentLine[]
  readonly exact: MemberMoney
  readonly money: StatementMoney
}

const ENERGIES = Object.keys(emptyAccount.energy) as (keyof StatementEnergy)[]
const AMOUNTS = Object.keys(emptyAccount.exact) as (keyof MemberMoney)[]

/**
 * What became known in `[from, to)` about final periods, for one member, each priced by the rules in force at the period.
 * An adjustment that changes no energy of the member makes no line.
 * @throws ERR_RULES_NONE, ERR_TARIFF_MISSING, ERR_PRICE_MISSING
 */
export function adjustmentsOf({
  member,
  adjusted,
  rules,
  prices,
  from,
  to,
}: {
  readonly member: string
  readonly adjusted: readonly AdjustedPeriod[]
  readonly rules: readonly RulesDocument[]
  readonly prices: readonly PriceSeries[]
  readonly from: number
  readonly to: number
}): StatementAdjustments {
  const lines: AdjustmentLine[] = []
  for (const { number, revision, knownAt, before, after } of adjusted) {
    if (knownAt < from || knownAt >= to) continue
    const [was, is] = [before, after].map(({ members }) => members.find((one) => one.member === member) ?? nothing)
    const energy = Object.fromEntries(ENERGIES.map((name) => [name, is![name] - was![name]])) as EnergyDifference
    if (ENERGIES.every((name) => energy[name] === 0n)) continue
    const at = periodPrices(after, rulesInForce(rules, after.start), prices)
    const [then, now] = [moneyAt(was!, at), moneyAt(is!, at)]
    const exact = amounts((name) => now[name] - then[name])
    lines.push({ start: after.start, number, revision, knownAt, energy, exact })
  }
  lines.sort((a, b) => a.start - b.start || a.number - b.number)
  const exact = amounts((name) => lines.reduce((sum, line) => sum + line.exact[name], 0n))
  return { lines, exact, money: billed(exact) }
}

const nothing: Pick<SettledMember, keyof StatementEnergy> = emptyAccount.energy

const amounts = (of: (name: keyof MemberMoney) => bigint): MemberMoney =>
  Object.fromEntries(AMOUNTS.map((name) => [name, NanoEur(of(name))])) as unknown as MemberMoney
