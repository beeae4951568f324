import type { Adjustment } from '../adjustment/adjustment.ts'
import { localDayOf } from '../periods/local-time.ts'
import { type MemberMoney, moneyAt } from '../pricing/member-money.ts'
import { periodPrices } from '../pricing/period-prices.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { rulesInForce } from '../rules/rules-in-force.ts'
import { settledMember } from '../settlement/settled-book.ts'
import { type FundMonth, fundOf, fundResidual } from '../statement/fund.ts'
import { billed, emptyAccount } from '../statement/ledger.ts'
import { NanoEur } from '../units/units.ts'
import type { Verdict } from './types.ts'

/** A local month's fund, out of the audited periods and adjustments of that month. */
export interface AuditedFund extends FundMonth {
  readonly month: string
  readonly members: number
  /** What members' statements and the fund leave between them, µEUR; 0 when it is sound. */
  readonly unexplained: bigint
  readonly ok: boolean
}

type Sums = Map<string, { exact: MemberMoney; adjusted: MemberMoney }>

/**
 * Adds up the money of audited periods to what each month's fund holds, another way than statements do: period by period, all
 * members at once. Adjustments count in the month that they became known in.
 * @param adjustments sound ones; one whose period was not audited is left out
 * @throws ERR_RULES_NONE, ERR_TARIFF_MISSING, ERR_PRICE_MISSING for an adjusted period
 */
export function auditFunds({
  verdicts,
  adjustments,
  rules,
  prices,
  timeZone,
}: {
  readonly verdicts: readonly Verdict[]
  readonly adjustments: readonly Adjustment[]
  readonly rules: readonly RulesDocument[]
  readonly prices: readonly PriceSeries[]
  readonly timeZone: string
}): AuditedFund[] {
  const months = new Map<string, Sums>()
  const monthOf = monthsIn(timeZone)
  const add = (at: number, member: string, part: 'exact' | 'adjusted', money: MemberMoney) => {
    const month = monthOf(at)
    const sums: Sums = months.get(month) ?? new Map()
    const before = sums.get(member) ?? { exact: emptyAccount.exact, adjusted: emptyAccount.exact }
    months.set(month, sums.set(member, { ...before, [part]: combine(before[part], money, 1n) }))
  }
  const stands = new Map<number, ReadonlyMap<string, MemberMoney>>()
  for (const { start, exact } of verdicts) {
    if (exact === undefined) continue
    stands.set(start, exact)
    for (const [member, money] of exact) add(start, member, 'exact', money)
  }
  for (const { start, periodSeconds, knownAt, book } of [...adjustments].sort(
    (a, b) => a.start - b.start || a.number - b.number,
  )) {
    const was = stands.get(start)
    if (was === undefined) continue
    const at = periodPrices({ start, seconds: periodSeconds }, rulesInForce(rules, start), prices)
    const is = new Map<string, MemberMoney>(
      book.balances.map((balance) => [balance.member, moneyAt(settledMember(balance), at)]),
    )
    stands.set(start, is)
    for (const member of new Set([...was.keys(), ...is.keys()]))
      add(
        knownAt,
        member,
        'adjusted',
        combine(is.get(member) ?? emptyAccount.exact, was.get(member) ?? emptyAccount.exact, -1n),
      )
  }
  return [...months].sort(([a], [b]) => (a < b ? -1 : 1)).map(([month, sums]) => judge(month, sums))
}

function judge(month: string, sums: Sums): AuditedFund {
  const statements = [...sums.values()].map(({ exact, adjusted }) => ({
    ...{ exact, money: billed(exact) },
    adjustments: { lines: [], exact: adjusted, money: billed(adjusted) },
  }))
  const fund = fundOf(statements)
  const unexplained = fundResidual(statements, fund)
  // Two amounts per member and section, each rounded by less than a µEUR in the fund's favour.
  const isRounding = [fund.settled, fund.adjustments].every(
    ({ residual }) => residual >= 0n && residual <= 2000n * BigInt(sums.size),
  )
  return { ...fund, month, members: sums.size, unexplained, ok: unexplained === 0n && isRounding }
}

const combine = (a: MemberMoney, b: MemberMoney, sign: 1n | -1n): MemberMoney => ({
  communityDebit: NanoEur(a.communityDebit + sign * b.communityDebit),
  communityCredit: NanoEur(a.communityCredit + sign * b.communityCredit),
  commercialDebit: NanoEur(a.commercialDebit + sign * b.commercialDebit),
  feedInCredit: NanoEur(a.feedInCredit + sign * b.feedInCredit),
})

/** The local month of an instant; a day's calendar is asked once, for periods come in time order. */
function monthsIn(timeZone: string): (at: number) => string {
  let day = { date: '', start: 0, end: 0 }
  return (at) => {
    if (at < day.start || at >= day.end) day = localDayOf(at, timeZone)
    return day.date.slice(0, 7)
  }
}
