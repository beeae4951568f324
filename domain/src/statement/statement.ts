import type { AdjustedPeriod } from '../adjustment/adjusted-periods.ts'
import { localDayOf, localMonth } from '../periods/local-time.ts'
import { type MemberMoney, moneyAt } from '../pricing/member-money.ts'
import { periodPrices } from '../pricing/period-prices.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { rulesInForce } from '../rules/rules-in-force.ts'
import type { SettledPeriod } from '../settlement/settle-period.ts'
import { MicroEur } from '../units/units.ts'
import { adjustmentsOf, type StatementAdjustments } from './adjustments.ts'
import {
  type Account,
  addToAccount,
  billed,
  emptyAccount,
  type StatementEnergy,
  type StatementMoney,
} from './ledger.ts'
import { notMeasured, type UnmeasuredPeriod } from './unmeasured.ts'

/** One local day of a statement; its money is exact, for only the statement's sums are rounded. */
export interface StatementDay {
  /** Local date, `YYYY-MM-DD`: a day of 23, 24 or 25 hours. */
  readonly date: string
  readonly periods: number
  readonly energy: StatementEnergy
  readonly exact: MemberMoney
}

/** What a member imported, exported, bought, sold, owes and is owed in `[from, to)`: a local month by default. */
export interface Statement {
  readonly member: string
  readonly timeZone: string
  readonly month?: string
  readonly from: number
  readonly to: number
  readonly periods: number
  readonly energy: StatementEnergy
  readonly money: StatementMoney
  /** The same before rounding, nano-EUR. */
  readonly exact: MemberMoney
  readonly days: readonly StatementDay[]
  /** Periods whose balance rests on substituted or estimated readings, in time order. */
  readonly unmeasured: readonly UnmeasuredPeriod[]
  /** What became known in the month about earlier, final periods; rounded by itself. */
  readonly adjustments: StatementAdjustments
  /** The balance with the adjustments': positive when the member owes. */
  readonly due: MicroEur
}

/**
 * A member's statement over settled periods, each priced by the rules in force at its start. With `month` (`YYYY-MM`, local) only
 * that month's periods count and `[from, to)` is the whole month; else the range is that of the periods. Periods before the member
 * joined simply do not hold the member. An adjustment counts in the month that it became known in, whatever period it is of.
 * @throws ERR_RULES_NONE, ERR_TARIFF_MISSING, ERR_PRICE_MISSING, ERR_TIME_ZONE, ERR_DATE
 */
export function statementOf({
  member,
  periods,
  rules,
  prices,
  timeZone,
  month,
  adjusted = [],
}: {
  readonly member: string
  readonly periods: readonly SettledPeriod[]
  readonly rules: readonly RulesDocument[]
  readonly prices: readonly PriceSeries[]
  readonly timeZone: string
  readonly month?: string | undefined
  readonly adjusted?: readonly AdjustedPeriod[]
}): Statement {
  const range =
    month === undefined
      ? rangeOf(periods)
      : { from: localMonth(month, timeZone).start, to: localMonth(month, timeZone).end }
  const days = new Map<string, Account>()
  const unmeasured: UnmeasuredPeriod[] = []
  let account = emptyAccount
  let day = { date: '', start: 0, end: 0 }
  for (const period of [...periods].sort((a, b) => a.start - b.start)) {
    if (period.start < range.from || period.start >= range.to) continue
    const settled = period.members.find((candidate) => candidate.member === member)
    if (!settled) continue
    if (period.start < day.start || period.start >= day.end) day = localDayOf(period.start, timeZone)
    const money = moneyAt(settled, periodPrices(period, rulesInForce(rules, period.start), prices))
    const reasons = notMeasured(settled.flags ?? 0)
    if (reasons.length > 0) unmeasured.push({ start: period.start, reasons })
    account = addToAccount(account, settled, money)
    days.set(day.date, addToAccount(days.get(day.date) ?? emptyAccount, settled, money))
  }
  const known = month === undefined ? { from: 0, to: Number.POSITIVE_INFINITY } : range
  const adjustments = adjustmentsOf({ member, adjusted, rules, prices, ...known })
  const money = billed(account.exact)
  return {
    member,
    timeZone,
    ...(month === undefined ? {} : { month }),
    ...range,
    ...account,
    money,
    adjustments,
    due: MicroEur(money.balance + adjustments.money.balance),
    days: [...days].map(([date, sums]) => ({ date, ...sums })),
    unmeasured,
  }
}

const rangeOf = (periods: readonly SettledPeriod[]): { from: number; to: number } => {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { start, seconds } of periods) {
    from = Math.min(from, start)
    to = Math.max(to, start + seconds)
  }
  return periods.length === 0 ? { from: 0, to: 0 } : { from, to }
}
