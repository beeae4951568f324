import type { AdjustedPeriod } from '../adjustment/adjusted-periods.ts'
import { formatInstant } from '../periods/instant.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { byMember, type SettledPeriod } from '../settlement/settle-period.ts'
import { formatEur, MicroEur } from '../units/units.ts'
import { type CommunityFund, communityFund } from './ledger.ts'
import type { Standing } from './period-state.ts'
import { type Statement, statementOf } from './statement.ts'
import type { StatementProof } from './statement-document.ts'

/** What a community's fund holds of a month: what members pay inside, minus what members earn inside. */
export interface FundMonth {
  /** Of the month's own periods: the tariffs' difference, and what rounding left. */
  readonly settled: CommunityFund
  /** Of what became known in the month about earlier periods. */
  readonly adjustments: CommunityFund
  /** Held, µEUR: both together. */
  readonly balance: MicroEur
}

/** The fund that a month's statements leave, each section by its own rounding. */
export function fundOf(statements: readonly Pick<Statement, 'exact' | 'adjustments'>[]): FundMonth {
  const settled = communityFund(statements.map(({ exact }) => exact))
  const adjustments = communityFund(statements.map((statement) => statement.adjustments.exact))
  return { settled, adjustments, balance: MicroEur(settled.balance + adjustments.balance) }
}

/** What members' statements and the fund leave between them, µEUR: 0, or money came from nowhere. */
export const fundResidual = (
  statements: readonly Pick<Statement, 'money' | 'adjustments'>[],
  fund: FundMonth,
): bigint =>
  statements.reduce(
    (sum, { money, adjustments }) =>
      sum +
      (money.communityDebit - money.communityCredit) +
      (adjustments.money.communityDebit - adjustments.money.communityCredit),
    -fund.balance,
  )

/** Statements of everybody who has a balance in the month or an adjustment known in it, ascending by member. */
export function statementsOf({
  periods,
  adjusted,
  ...given
}: {
  readonly periods: readonly SettledPeriod[]
  readonly adjusted: readonly AdjustedPeriod[]
  readonly rules: readonly RulesDocument[]
  readonly prices: readonly PriceSeries[]
  readonly timeZone: string
  readonly month: string
}): Statement[] {
  const members = new Set(
    [...periods, ...adjusted.map(({ after }) => after)].flatMap((period) => period.members.map(({ member }) => member)),
  )
  return [...members]
    .map((member) => statementOf({ ...given, member, periods, adjusted }))
    .filter(({ periods: count, adjustments }) => count > 0 || adjustments.lines.length > 0)
    .sort(byMember)
}

const fundJson = ({ debits, credits, balance, margin, residual }: CommunityFund) => ({
  debitsEur: formatEur(debits),
  creditsEur: formatEur(credits),
  balanceEur: formatEur(balance),
  marginNanoEur: String(margin),
  residualNanoEur: String(residual),
})

export interface FundFile {
  readonly community: { readonly id: string; readonly name: string }
  readonly month: string
  readonly timeZone: string
  readonly statements: readonly Statement[]
  readonly standing: Standing
  readonly proof: StatementProof
}

/** The fund's month for machines, with the members' sums that make it. */
export function fundDocument({ community, month, timeZone, statements, standing, proof }: FundFile) {
  const fund = fundOf(statements)
  return {
    community: { id: community.id, name: community.name },
    communityFund: {
      month,
      timeZone,
      asOf: formatInstant(standing.asOf),
      settled: fundJson(fund.settled),
      adjustments: fundJson(fund.adjustments),
      balanceEur: formatEur(fund.balance),
      unexplainedEur: formatEur(MicroEur(fundResidual(statements, fund))),
    },
    members: statements.map(({ member, money, adjustments }) => ({
      member,
      communityDebitEur: formatEur(money.communityDebit),
      communityCreditEur: formatEur(money.communityCredit),
      adjustmentDebitEur: formatEur(adjustments.money.communityDebit),
      adjustmentCreditEur: formatEur(adjustments.money.communityCredit),
    })),
    proof,
  }
}

export type FundDocument = ReturnType<typeof fundDocument>

const FUND_HEAD = 'member,community_debit_eur,community_credit_eur,adjustment_debit_eur,adjustment_credit_eur'

/** The same as a table: a row per member, then what the fund holds of the month and of adjustments, and together. */
export function fundCsv(file: FundFile): string {
  const { members, communityFund: fund } = fundDocument(file)
  const { settled, adjustments } = fund
  return `${[
    FUND_HEAD,
    ...members.map((row) => Object.values(row).join(',')),
    ['total', settled.debitsEur, settled.creditsEur, adjustments.debitsEur, adjustments.creditsEur].join(','),
    `fund of the month,${settled.balanceEur},,,`,
    `fund of adjustments,,,${adjustments.balanceEur},`,
    `fund,${fund.balanceEur},,,`,
  ].join('\n')}\n`
}
